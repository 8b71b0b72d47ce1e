"""The ways to TikTok in their order: the first that answers is believed."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin

import structlog
from yarl import URL

from services.tiktok.errors import (
    AccountRefused,
    AccountUnshown,
    NotAUsername,
    OtherSite,
    ShapeChanged,
    SourceError,
    TikTokSilent,
)
from services.tiktok.profiles import Fetched, Profile
from services.tiktok.sources.breaker import Patience
from services.tiktok.sources.browser import Browser
from services.tiktok.sources.by_browser import BrowserSource, ScriptSource, SessionCreatorSource
from services.tiktok.sources.connection import Answer, Web, is_of_tiktok
from services.tiktok.sources.guard import Bounds, Guard, SourceHealth, Unforeseen
from services.tiktok.sources.protocol import Posts, Source, Unshown
from services.tiktok.sources.reading import hidden_likes
from services.tiktok.sources.rotation import Rotation
from services.tiktok.sources.steady import Steady, steady
from services.tiktok.sources.web import CreatorSource, EmbedSource, PageSource

log = structlog.get_logger()
MOST_REDIRECTS = 5
USERNAME = re.compile(r"^/@([A-Za-z0-9._]{1,32})(?:/|$)")
# The site's API has wanted a signature for this since July 2026, which the library does not make: rarely tried.
DOUBTED = Patience(failures=2, first=timedelta(minutes=10), longest=timedelta(hours=6))
BROWSER = Bounds(at_once=4, seconds=75)
TABS = Bounds(at_once=1, seconds=75)
PLAIN = Bounds(at_once=4, seconds=10)
# No longer dependable: a cheap try.
PAGE = Bounds(at_once=4, seconds=3)
# Several pages of posts, one after the other.
LISTS = Bounds(at_once=4, seconds=30)

Report = Callable[[Exception, str], Awaitable[None]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Way:
    """A source as it is asked for one of the two things."""

    source: Source
    guard: Guard


class Sources:
    """What the rest of the product asks TikTok by; to be closed. Nothing is opened before the first question."""

    def __init__(
        self,
        profiles: Sequence[Way],
        posts: Sequence[Way],
        web: Web,
        *,
        clock: Callable[[], datetime],
        now: Steady,
        report: Report,
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._profiles, self._posts = profiles, posts
        self._web = web
        self._short = Guard("short", now, PLAIN)
        self._clock, self._report, self._close = clock, report, close
        self._reported: set[tuple[str, str]] = set()
        self._reported_on: date | None = None

    @classmethod
    def open(
        cls,
        *,
        resolve: str,
        tokens: Iterable[str],
        proxies: Iterable[str],
        chromium: Path | None,
        clock: Callable[[], datetime],
        report: Report,
    ) -> "Sources":
        """``resolve``: TIKTOK_RESOLVE. ``chromium`` None: those ways that need a browser are off.

        ``report`` is told, once a path and day, of answers whose shape has changed, with the way's name; and so, once a
        kind and day, of errors that nobody foresaw.
        """
        now = steady(clock)
        in_turn, through = Rotation(tokens, now), Rotation(proxies, now)
        web = Web(resolve, in_turn, through)
        browser = Browser(chromium, resolve, in_turn, through, now)
        account = BrowserSource(browser)

        def way(name: str, source: Source, bounds: Bounds) -> Way:
            return Way(source, Guard(name, now, bounds))

        def by_browser(name: str, source: Source, bounds: Bounds) -> Way:
            return Way(source, Guard(name, now, bounds, off=chromium is None, needs=browser))

        embed, creator = EmbedSource(web), CreatorSource(web, clock)
        return cls(
            [
                by_browser("browser", account, BROWSER),
                way("embed", embed, PLAIN),
                way("page", PageSource(web), PAGE),
            ],
            [
                by_browser("videos", account, Bounds(4, 75, DOUBTED)),
                by_browser("creator", SessionCreatorSource(browser, clock), BROWSER),
                way("creator-http", creator, LISTS),
                by_browser("script", ScriptSource(browser), TABS),
                way("embed-posts", embed, LISTS),
            ],
            web,
            clock=clock,
            now=now,
            report=report,
            close=browser.close,
        )

    async def fetch(self, username: str, posts: int) -> Fetched:
        """The account and at least ``posts`` of its newest posts, or as many as there are.

        Where the account answers and its posts do not, ``posts_source`` is empty though it has videos. Raises
        AccountRefused where TikTok says no, and TikTokSilent where no way answers.
        """
        profile, source = await self._profile(username, keyed=posts > 0)
        if not profile.videos or not posts:
            return Fetched(profile, (), source, "", complete=not profile.videos)

        async def list_posts(source: Source) -> Posts:
            return await source.posts(profile, posts)

        found, posts_source, reasons = await self._first(self._posts, list_posts)
        if found is None:
            log.warning("no posts of an account on TikTok could be had", reasons=reasons)
            return Fetched(profile, (), source, "", complete=False)
        return Fetched(profile, hidden_likes(found.posts), source, posts_source, found.complete)

    async def resolve(self, url: str) -> str:
        """The name, in small letters, of the account that a short address (vm., vt., /t/) leads to.

        Raises NotAUsername where it leads to none, OtherSite where it leaves TikTok, and TikTokSilent.
        """
        here = url
        for _ in range(MOST_REDIRECTS + 1):
            address = _address(here, url)
            named = USERNAME.match(address.path)
            if named:
                return named[1].lower()
            place = await self._follow(str(address), url)
            try:
                here = urljoin(str(address), place)
            except ValueError:
                raise NotAUsername(url, "page") from None
        raise NotAUsername(url, "page")

    def health(self) -> list[SourceHealth]:
        """Of every way, those for accounts first."""
        return [way.guard.health for way in (*self._profiles, *self._posts)] + [self._short.health]

    async def close(self) -> None:
        """The browser is gone."""
        await self._close()
        await self._web.close()

    async def _profile(self, username: str, *, keyed: bool) -> tuple[Profile, str]:
        """The account, and the way that showed it; ``keyed``: rather one that tells the secUid, if it has videos."""

        async def show(source: Source) -> Profile:
            return await source.profile(username)

        profile, name, reasons = await self._first(self._profiles, show)
        if profile is None:
            if Unshown.reason in reasons.values():
                # One way knows that it is not to be seen; those that know why do not answer.
                raise AccountUnshown(username)
            raise TikTokSilent(reasons)
        if not keyed or profile.sec_uid or not profile.videos:
            return profile, name
        # Nearly every list of posts is asked for by it. The account has been seen: no later way unsays that.
        names = [way.guard.name for way in self._profiles]
        with suppress(AccountRefused):
            other, other_name, _ = await self._first(self._profiles[names.index(name) + 1 :], show)
            if other is not None and other.sec_uid:
                return other, other_name
        return profile, name

    async def _first(
        self, ways: Sequence[Way], question: Callable[[Source], Awaitable[T]]
    ) -> tuple[T | None, str, dict[str, str]]:
        """The first answer with the name of its way; None with every way's reason where there is none."""
        reasons: dict[str, str] = {}
        for way in ways:
            if way.guard.is_off:
                continue
            try:
                return await way.guard.ask(partial(question, way.source)), way.guard.name, reasons
            except SourceError as error:
                reasons[way.guard.name] = error.reason
                await self._tell(error, way.guard.name)
        return None, "", reasons

    async def _tell(self, error: SourceError, name: str) -> None:
        """Of what operators must mend, once a path, or kind of error, and day: a thousand accounts have one shape."""
        match error:
            # Whichever post of a list it was.
            case ShapeChanged() if self._is_new(name, re.sub(r"\[\d+\]", "[]", error.path)):
                log.warning("an answer of TikTok has another shape", source=name, lacks=error.path)
                await self._report(error, name)
            case Unforeseen(__cause__=Exception() as cause) if self._is_new(name, str(error)):
                await self._report(cause, name)

    def _is_new(self, name: str, what: str) -> bool:
        """Not told of today."""
        today = self._clock().date()
        if self._reported_on != today:
            self._reported, self._reported_on = set(), today
        if (name, what) in self._reported:
            return False
        self._reported.add((name, what))
        return True

    async def _follow(self, address: str, whole: str) -> str:
        """Where the address leads."""
        try:
            place = await self._short.ask(lambda: self._web.get(address, _place, signed_in=False))
        except SourceError as error:
            await self._tell(error, "short")
            raise TikTokSilent({"short": error.reason}) from error
        if not place:
            raise NotAUsername(whole, "page")
        return place


def _place(answer: Answer) -> str:
    """Where it leads; empty: nowhere."""
    if answer.status >= 500:
        raise SourceError(f"status {answer.status}")
    return answer.location if 300 <= answer.status < 400 else ""


def _address(here: str, whole: str) -> URL:
    """As an address of TikTok's, at its usual port."""
    try:
        address = URL(here)
        usual = address.is_default_port() and address.scheme in {"http", "https"} and not address.user
    except ValueError:
        raise NotAUsername(whole, "page") from None
    if not is_of_tiktok(address.host):
        raise OtherSite(address.host or whole)
    if not usual:
        raise NotAUsername(whole, "page")
    # Nothing of TikTok's is fetched in the clear.
    return address.with_scheme("https").with_port(None).with_fragment(None)
