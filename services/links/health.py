"""Looks after links once a day: their owners hear of targets that do not open any more, and of those that do again."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from db.engine import Database
from db.queries import link_health as queries
from services.deliveries.kinds import LINK_BROKEN
from services.links.link import Link
from services.links.looks import Look, Looks, Pace
from services.links.news import Broken, LinkNews, Mended, Owned
from services.links.told import seconds_of
from services.outside import public_session

DAY = timedelta(days=1)
# One look may fall into a bad minute: it takes two, at least this far apart, until a target counts as broken.
LOOK_AGAIN = timedelta(hours=1)
LOOKS_UNTIL_BROKEN = 2
# A run looks at this many links at most and begins nothing new after this long; the next run goes on.
MOST_LINKS, LONGEST_SECONDS = 2_000, 600.0
# What a process that dies leaves unlooked at until the next day.
AT_ONCE = 20
# Where nobody answers, it may be our own network that is away: then so many are asked that answered before. Where none
# ever did, so many hosts that do not answer are too many for chance.
ASKED_AGAIN, HOSTS_THAT_TELL = 5, 3

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """How many links were looked at, and of how many owners hear that they broke, or work again."""

    links: int = 0
    broken: int = 0
    mended: int = 0


class LinkHealth:
    """Run as often as one likes, by as many as one likes: each link is looked at once a day, by one of them."""

    def __init__(
        self, database: Database, news: LinkNews, *, public_url: str, allow_private: bool, pace: Pace | None = None
    ) -> None:
        """``public_url``: where sites find out who looks; ``pace`` None: the polite one."""
        self._database = database
        self._news = news
        self._public_url = public_url
        self._allow_private = allow_private
        self._pace = pace or Pace()

    async def check_due(self, now: datetime) -> Checked:
        """Look at all links whose day is over, as many as a run may."""
        begun, checked = time.monotonic(), Checked()
        async with self._database.read() as session:
            due = await queries.due(session, now - DAY, now - LOOK_AGAIN, now, MOST_LINKS)
        if not due:
            return checked
        headers = {"User-Agent": f"Toklink link check (+{self._public_url})", "Accept": "*/*"}
        async with public_session(self._allow_private, headers=headers) as session:
            looks = Looks(session, self._pace)
            for first in range(0, len(due), AT_ONCE):
                if time.monotonic() - begun > LONGEST_SECONDS:
                    break
                some = await self._check(due[first : first + AT_ONCE], looks, now)
                if some is None:
                    break
                checked = Checked(*(getattr(checked, each) + getattr(some, each) for each in Checked.__slots__))
        return checked

    async def _check(self, link_ids: Sequence[int], looks: Looks, now: datetime) -> Checked | None:
        """None: our own network seems to be away, and the links are left for later."""
        async with self._database.write() as session:
            claimed = await queries.claim(session, link_ids, now - DAY, now - LOOK_AGAIN, now)
        owned = [each for each in await self._news.owned(claimed) if each.link.disabled is None]
        found = await asyncio.gather(*(self._look(each.link, looks) for each in owned))
        if await self._are_away([look for of_link in found for look in of_link.items()], looks):
            log.warning("no target of any link answers: links are looked at later", links=len(owned))
            async with self._database.write() as session:
                await queries.put_back(session, claimed, now, now - DAY + LOOK_AGAIN)
            return None
        told = [await self._note(each, looked, now) for each, looked in zip(owned, found, strict=True)]
        return Checked(len(owned), told.count(Broken), told.count(Mended))

    async def _are_away(self, found: Sequence[tuple[str, Look]], looks: Looks) -> bool:
        """Whether it is our own network that does not answer."""
        if not found or looks.answered:
            return False
        async with self._database.read() as session:
            known = await queries.answered(session, ASKED_AGAIN)
        if known:
            return not any(look.answered for look in await asyncio.gather(*map(looks.at, known)))
        return len({urlsplit(url).hostname for url, _ in found}) >= HOSTS_THAT_TELL

    async def _look(self, link: Link, looks: Looks) -> Mapping[str, Look]:
        """What was found at each address that the link leads to, until one is broken; its own target first."""
        found: dict[str, Look] = {}
        for url in targets_of(link):
            found[url] = await looks.at(url)
            if found[url].reason:
                break
        return found

    async def _note(self, owned: Owned, found: Mapping[str, Look], now: datetime) -> type[Broken | Mended] | None:
        """Keep what was found, and owe the owner word of a change; which."""
        broken = next(((url, look.reason) for url, look in found.items() if look.reason), None)
        # Made beforehand: no words are looked for inside a transaction.
        news = Mended(owned.link) if broken is None else Broken(owned.link, *broken)
        told = await self._news.words(owned, news, LINK_BROKEN)
        async with self._database.write() as session:
            row = await queries.looked_at(session, owned.link.id, now)
            if row is None:
                return None
            since = row.broken_since
            row.reason = broken[1] if broken else ""
            row.failures = row.failures + 1 if broken else 0
            if broken is None:
                row.broken_since = None
                key, is_news = "link-mended", since is not None
            else:
                key, is_news = "link-broken", since is None and row.failures >= LOOKS_UNTIL_BROKEN
                if is_news:
                    row.broken_since = since = now
            if not is_news or since is None:
                return None
            key = f"{key}:{owned.link.id}:{seconds_of(since)}"
            await self._news.tell_in(session, owned, LINK_BROKEN, key, told, now)
        return type(news)


def targets_of(link: Link) -> list[str]:
    """All addresses that a link leads to while it leads on, its own first; each once."""
    others = (each.get("target") for each in (*link.rules, *link.variants))
    return list(dict.fromkeys([link.target, *(other for other in others if other)]))
