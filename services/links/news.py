"""News of links: their owners hear of first clicks, bursts, limits and ends, as they wished."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import news as queries
from db.tables import LinkEvent
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import LINK_BURST, LINK_CLICKS, LINK_ENDING
from services.deliveries.outgoing import DeliveryKind
from services.links.bursts import HOURS, LEAST_CLICKS, is_burst, usual
from services.links.changing import changing
from services.links.link import Link, links_of
from services.links.told import BURST, ENDS, ENDS_WITHIN, NEAR, NEAR_HUNDREDTHS, USED, seconds_of
from services.people import People, Person
from services.people.preferences import Notice
from services.statistics.periods import bucket_of

EVENTS_AT_ONCE = 200
HOUR, HOUR_BUCKETS = timedelta(hours=1), 4
# Clicks are counted this long after they came, or a little later when the machine is busy.
COUNTED_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Reached:
    """The link had its first click, or as many ``clicks`` as make a round number."""

    link: Link
    clicks: int


@dataclass(frozen=True, slots=True)
class Burst:
    """In the hour from ``start`` (UTC) the link had ``clicks``; up to ``usual`` ones are usual."""

    link: Link
    start: datetime
    clicks: int
    usual: int


@dataclass(frozen=True, slots=True)
class NearlyUsedUp:
    """Most of the link's limit is used up."""

    link: Link


@dataclass(frozen=True, slots=True)
class UsedUp:
    """All of the link's limit is used up."""

    link: Link


@dataclass(frozen=True, slots=True)
class EndsSoon:
    """The link's time ends within a day."""

    link: Link


@dataclass(frozen=True, slots=True)
class Broken:
    """``target``, where the link leads (always, or for some), cannot be opened; ``reason`` as in a Look."""

    link: Link
    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mended:
    """Where the link leads can be opened again."""

    link: Link


News = Reached | Burst | NearlyUsedUp | UsedUp | EndsSoon | Broken | Mended
# The news in the person's words.
Words = Callable[[Person, News], Awaitable[Outgoing]]


@dataclass(frozen=True, slots=True)
class Owned:
    """A link and whom its news concern."""

    link: Link
    owner: Person


class LinkNews:
    """Owes news of links. Run as often as one likes, by as many as one likes: each thing is told once."""

    def __init__(
        self, database: Database, people: People, deliveries: Deliveries, words: Words, *, public_url: str
    ) -> None:
        """``public_url`` without a slash at its end."""
        self._database = database
        self._people = people
        self._deliveries = deliveries
        self._words = words
        self._public_url = public_url

    async def tell_events(self, now: datetime) -> int:
        """Owe word of what was noted while clicks were counted; how many messages."""
        owed = 0
        while True:
            async with self._database.read() as session:
                events = await queries.events(session, EVENTS_AT_ONCE)
            owed += await self._tell_some(events, now)
            if len(events) < EVENTS_AT_ONCE:
                return owed

    async def tell_signs(self, now: datetime) -> int:
        """Owe word of what nobody notes: bursts, limits, ends; how many messages."""
        return await self._bursts(now) + await self._limits(now) + await self._ends(now)

    async def switch(self, owner_id: int, link_id: int, notice: Notice, *, on: bool, now: datetime) -> Link:
        """Tell of this for this link, or no longer; the link as it is then. Raises LinkNotFound."""
        async with changing(self._database, owner_id, link_id, now, self._public_url) as it:
            muted = set(it.row.muted.split())
            it.row.muted = " ".join(sorted(muted - {notice.value} if on else muted | {notice.value}))
        return it.link

    async def owned(self, link_ids: Iterable[int]) -> list[Owned]:
        """Those of the links that are somebody's and stand, with their owners."""
        async with self._database.read() as session:
            rows = await queries.owned(session, list(link_ids))
            links = await links_of(session, list(rows.values()), self._public_url)
        owners: dict[int, Person | None] = {}
        for row in rows.values():
            if row.owner_id is not None and row.owner_id not in owners:
                owners[row.owner_id] = await self._people.find(row.owner_id)
        found = ((link, owners.get(rows[link.id].owner_id or 0)) for link in links)
        return [Owned(link, owner) for link, owner in found if owner is not None]

    async def words(self, owned: Owned, news: News, kind: DeliveryKind) -> Outgoing | None:
        """What the owner is told; None: they want no news of this kind of this link."""
        return None if kind.notice in owned.link.muted else await self._words(owned.owner, news)

    async def tell_in(
        self, session: AsyncSession, owned: Owned, kind: DeliveryKind, key: str, told: Outgoing | None, now: datetime
    ) -> bool:
        """Owe it in the caller's transaction, as the owner wants such news; whether it is owed."""
        return told is not None and await self._deliveries.notify_in(session, owned.owner.id, kind, key, told, now)

    async def _tell_some(self, events: Sequence[LinkEvent], now: datetime) -> int:
        by_link: dict[int, list[LinkEvent]] = {}
        for event in events:
            by_link.setdefault(event.link_id, []).append(event)
        known = {owned.link.id: owned for owned in await self.owned(by_link)}
        owed = 0
        for link_id, noted in by_link.items():
            # Who had a hundred clicks in a minute hears of the hundred, not of the first as well.
            number = max(event.number for event in noted)
            owned = known.get(link_id)
            told = None if owned is None else await self.words(owned, Reached(owned.link, number), LINK_CLICKS)
            async with self._database.write() as session:
                taken = await queries.take_events(session, [event.id for event in noted])
                if taken and owned is not None:
                    key = f"link-milestone:{link_id}:{number}"
                    owed += await self.tell_in(session, owned, LINK_CLICKS, key, told, now)
        return owed

    async def _bursts(self, now: datetime) -> int:
        end = bucket_of(now - COUNTED_WITHIN)
        async with self._database.read() as session:
            busy = dict(await queries.busy(session, end - HOUR_BUCKETS, end, LEAST_CLICKS))
        owed = 0
        for owned in await self.owned(busy):
            clicks, before = busy[owned.link.id], await self._hours(owned.link.id, end - HOUR_BUCKETS)
            if is_burst(clicks, before):
                start = datetime.fromtimestamp((end - HOUR_BUCKETS) * 900, UTC)
                news = Burst(owned.link, start, clicks, round(usual(before)))
                day = start.astimezone(owned.owner.zone).date().toordinal()
                owed += await self._tell_once(owned, news, LINK_BURST, BURST, day, now)
        return owed

    async def _hours(self, link_id: int, end: int) -> list[int]:
        """The link's clicks in each hour of the week before bucket ``end``."""
        first = end - HOURS * HOUR_BUCKETS
        hours = [0] * HOURS
        async with self._database.read() as session:
            for bucket, clicks in await queries.buckets(session, link_id, first, end):
                hours[(bucket - first) // HOUR_BUCKETS] += clicks
        return hours

    async def _limits(self, now: datetime) -> int:
        async with self._database.read() as session:
            link_ids = await queries.nearly_used_up(session, NEAR_HUNDREDTHS, USED, NEAR)
        owed = 0
        for owned in await self.owned(link_ids):
            limit, passed = owned.link.click_limit, owned.link.passed
            if limit is None:
                continue
            if passed >= limit:
                owed += await self._tell_once(owned, UsedUp(owned.link), LINK_ENDING, USED, limit, now)
            else:
                owed += await self._tell_once(owned, NearlyUsedUp(owned.link), LINK_ENDING, NEAR, limit, now)
        return owed

    async def _ends(self, now: datetime) -> int:
        async with self._database.read() as session:
            link_ids = await queries.ending(session, now, now + ENDS_WITHIN)
            told = await queries.told(session, ENDS, link_ids)
        owed = 0
        for owned in await self.owned(link_ids):
            until = owned.link.valid_until
            if until is not None and told.get(owned.link.id) != seconds_of(until):
                owed += await self._tell_once(owned, EndsSoon(owned.link), LINK_ENDING, ENDS, seconds_of(until), now)
        return owed

    async def _tell_once(
        self, owned: Owned, news: News, kind: DeliveryKind, what: str, value: int, now: datetime
    ) -> bool:
        """Whether it is owed: nobody was told of this value before, and the owner wants to be."""
        told = await self.words(owned, news, kind)
        async with self._database.write() as session:
            # Also for who does not want it: it is no news on the day that they change their mind.
            if not await queries.tell(session, owned.link.id, what, value, now):
                return False
            return await self.tell_in(session, owned, kind, f"link-{what}:{owned.link.id}:{value}", told, now)
