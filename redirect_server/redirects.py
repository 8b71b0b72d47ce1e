"""``/{slug}``: where a short link leads, and the click that is recorded on the way."""

import math
import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from aiohttp import web

from redirect_server.answers import Found
from redirect_server.pages import (
    DISABLED,
    ENDED,
    FINISHED,
    GUARDED,
    NOT_OPEN,
    PAUSED,
    UNAVAILABLE,
    UNKNOWN,
    USED_UP,
    Explanation,
    Pages,
)
from redirect_server.visitors import Arrival, Visitors, path_of
from services.clicks.dimensions import PHONES
from services.clicks.journal import ClickJournal
from services.clicks.records import RecordedClick
from services.links.apps import App
from services.links.directory import Destination, DirectoryUnavailable, LinkDirectory
from services.links.slots import Slots, SlotsUnavailable
from services.links.ways import LinkSettings, State, Way


class Outcome(StrEnum):
    """What became of a request for a link, as it is counted."""

    REDIRECTED = "redirected"
    BOT = "bot"
    APP_PAGE = "app_page"
    FALLBACK = "fallback"
    UNKNOWN = "unknown"
    DELETED = "deleted"
    DISABLED = "disabled"
    PAUSED = "paused"
    NOT_OPEN = "not_open"
    ENDED = "ended"
    USED_UP = "used_up"
    UNAVAILABLE = "unavailable"


class Led(NamedTuple):
    """Where a visitor is led, and by which variant; empty: by none."""

    way: Way
    variant: str


CLOSED: dict[State, tuple[Outcome, Explanation]] = {
    State.PAUSED: (Outcome.PAUSED, PAUSED),
    State.NOT_OPEN: (Outcome.NOT_OPEN, NOT_OPEN),
    State.ENDED: (Outcome.ENDED, ENDED),
    State.USED_UP: (Outcome.USED_UP, USED_UP),
}


class Redirects:
    """Answers clicks. A click is kept before its answer goes out; see ClickJournal for what may lose it."""

    def __init__(
        self,
        directory: LinkDirectory,
        slots: Slots,
        journal: ClickJournal,
        visitors: Visitors,
        pages: Pages,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._directory = directory
        self._slots = slots
        self._journal = journal
        self._visitors = visitors
        self._pages = pages
        self._clock = clock
        # Since the process started.
        self.outcomes: Counter[Outcome] = Counter()

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """``/{slug}`` as the router has taken it apart."""
        return await self.lead(request, request.match_info["slug"])

    async def lead(self, request: web.Request, slug: str) -> web.StreamResponse:
        """Answer a request for the link."""
        destination = self._directory.at_hand(slug)
        if destination is None:
            try:
                destination = await self._directory.find(slug)
            except DirectoryUnavailable:
                return self._explain(request, Outcome.UNAVAILABLE, UNAVAILABLE)
        if destination is None:
            return self._explain(request, Outcome.UNKNOWN, UNKNOWN)
        if destination.deleted:
            return self._explain(request, Outcome.DELETED, FINISHED)
        if destination.disabled is not None:
            return self._disabled(request, destination.disabled)
        now = self._clock()
        if destination.settings is not None:
            return await self._follow_settings(request, slug, destination, destination.settings, now)
        arrival = self._visitors.arrival(request, destination.link_id, now)
        await self._journal.record(_click(destination.link_id, now, arrival, request.raw_path))
        self.outcomes[Outcome.BOT if arrival.bot else Outcome.REDIRECTED] += 1
        return Found(destination.target, now=now, cookie=self._visitors.cookie(slug, arrival))

    async def _follow_settings(
        self, request: web.Request, slug: str, destination: Destination, settings: LinkSettings, now: float
    ) -> web.StreamResponse:
        """A link that does not lead everybody to its target at any time."""
        state = settings.state(now)
        if state is not State.OPEN:
            return self._closed(request, settings, state, now)
        arrival = self._visitors.arrival(request, destination.link_id, now)
        led = _choose(settings, arrival)
        reason = self._directory.block_of(led.way.host)
        if reason is not None:
            return self._disabled(request, reason)
        if arrival.bot:
            return await self._follow_bot(request, slug, destination, settings, arrival, led, now)
        if settings.limit is not None:
            try:
                passes = await self._slots.take(destination.link_id, settings)
            except SlotsUnavailable:
                return self._explain(request, Outcome.UNAVAILABLE, UNAVAILABLE)
            if not passes:
                return self._closed(request, settings, State.USED_UP, now)
        await self._journal.record(_click(destination.link_id, now, arrival, request.raw_path, led.variant))
        cookie = self._visitors.cookie(slug, arrival, led.variant)
        if settings.opens_app and led.way.app is not None and arrival.visit.device in PHONES:
            return self._app_page(request, led.way, led.way.app, arrival, cookie)
        self.outcomes[Outcome.REDIRECTED] += 1
        return Found(led.way.target, now=now, cookie=cookie)

    async def _follow_bot(
        self,
        request: web.Request,
        slug: str,
        destination: Destination,
        settings: LinkSettings,
        arrival: Arrival,
        led: Led,
        now: float,
    ) -> web.StreamResponse:
        await self._journal.record(_click(destination.link_id, now, arrival, request.raw_path))
        self.outcomes[Outcome.BOT] += 1
        if settings.is_guarded:
            # A person whose browser fetched the page ahead can go on from it.
            return self._pages.explain(request, GUARDED, link=path_of(slug))
        return Found(led.way.target, now=now, cookie=None)

    def _closed(self, request: web.Request, settings: LinkSettings, state: State, now: float) -> web.StreamResponse:
        """The page that says why the link leads nowhere, or its fallback once it is over. It is nobody's click."""
        outcome, explanation = CLOSED[state]
        if state in {State.ENDED, State.USED_UP} and settings.fallback is not None:
            reason = self._directory.block_of(settings.fallback.host)
            if reason is not None:
                return self._disabled(request, reason)
            self.outcomes[Outcome.FALLBACK] += 1
            return Found(settings.fallback.target, now=now, cookie=None)
        if state is State.NOT_OPEN and settings.opens_at is not None:
            self.outcomes[outcome] += 1
            # The page tries again by itself, and must not be early.
            seconds = math.ceil(settings.opens_at - now)
            return self._pages.explain(request, explanation, moment=settings.opens_at, countdown=seconds)
        return self._explain(request, outcome, explanation, settings.ends_at if state is State.ENDED else None)

    def _app_page(
        self, request: web.Request, way: Way, app: App, arrival: Arrival, cookie: str | None
    ) -> web.StreamResponse:
        self.outcomes[Outcome.APP_PAGE] += 1
        page = self._pages.app(request, app, way.target, arrival.visit.device)
        if cookie is not None:
            page.headers["Set-Cookie"] = cookie
        return page

    def _disabled(self, request: web.Request, reason: str) -> web.StreamResponse:
        self.outcomes[Outcome.DISABLED] += 1
        return self._pages.explain(request, DISABLED, reason=reason)

    def _explain(
        self, request: web.Request, outcome: Outcome, what: Explanation, moment: float | None = None
    ) -> web.StreamResponse:
        self.outcomes[outcome] += 1
        return self._pages.explain(request, what, moment=moment)


def _choose(settings: LinkSettings, arrival: Arrival) -> Led:
    """The first rule that fits decides; where none does the variants; where there are none, the link's own target."""
    visit = arrival.visit
    if settings.rules:
        way = settings.by_rule(visit.country, visit.device, visit.language)
        if way is not None:
            return Led(way, "")
    if not settings.variants:
        return Led(settings.own, "")
    if arrival.bot:
        variant = settings.heaviest()
    else:
        # Without a cookie by the hash, and not by the new cookie: who keeps none has the same one all day.
        seed = arrival.hash if arrival.cookie is None else bytes.fromhex(arrival.cookie)
        variant = settings.variant(arrival.variant, seed or b"")
    return Led(variant.way or settings.own, variant.key)


def _click(link_id: int, now: float, arrival: Arrival, path: str, variant: str = "") -> RecordedClick:
    at = int(now * 1000)
    if arrival.bot:
        return RecordedClick(link_id, at, True, False)
    _, country, device, system, browser, app, referrer, language = arrival.visit
    return RecordedClick(
        link_id,
        at,
        False,
        # Whoever has no cookie of the link may have been there today all the same: who counts, knows.
        arrival.cookie is None,
        arrival.hash,
        country,
        device,
        system,
        browser,
        app,
        referrer,
        language,
        "?" in path and is_scan(path),
        variant,
    )


def is_scan(path: str) -> bool:
    """Whether the address is the one in the link's QR: it asks for ``?qr``, whatever else others added to it."""
    query = path.partition("?")[2].partition("#")[0]
    return any(pair.partition("=")[0] == "qr" for pair in query.split("&"))
