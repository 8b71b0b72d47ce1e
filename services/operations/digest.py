"""The daily digest: what happened on a day, against the day before, and what waits now; told to operators once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import alerts as alert_queries
from db.queries import deliveries as delivery_queries
from db.queries import digest as queries
from db.queries import tickets as ticket_queries
from db.queries import tiktok_top
from db.queries.digest import EqualErrors
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import DIGEST
from services.operations import audit
from services.operations.alerts import Alerts
from services.operations.audit import Audit
from services.operations.health import read_sources
from services.operations.readers import Reader, owners, readers
from services.operations.tallies import ACTIVE_PEOPLE, TIKTOK_FAILED, TIKTOK_FETCHED, TIKTOK_REFUSED, Tallies
from services.payments.takings import Day, Takings
from services.people import People
from services.statistics.periods import bucket_of
from services.tiktok.sources import SourceHealth
from services.works import Works

__all__ = ["HOUR", "Digest", "Digests", "EqualErrors", "Figures", "TopState", "Words"]

# From this hour of DEFAULT_TIMEZONE on, the digest of the day before is due.
HOUR = 9
# Kinds of errors that are told of one by one.
MOST_ERRORS = 8
# Nobody's fault: the person is not there.
GONE = frozenset({"blocked", "deactivated", "kicked", "banned", "refunded"})
ACTS = (audit.BAN, audit.DISABLE_LINK, audit.DISABLE_LINKS)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened on one day.

    ``active_people`` wrote or pressed something. ``visitors`` are first visits, ``bots`` clicks of crawlers, which
    are no ``clicks``. Of fetches of TikTok's accounts, ``fetched`` brought the account, ``refused`` TikTok's own no,
    ``failed`` nothing. ``sent``, ``undelivered`` (those to people who are gone left out) and ``unknown`` are messages;
    ``works_failed`` works that were given up. ``banned`` people and ``disabled`` links: by operators.
    """

    new_people: int = 0
    active_people: int = 0
    new_links: int = 0
    clicks: int = 0
    visitors: int = 0
    bots: int = 0
    fetched: int = 0
    refused: int = 0
    failed: int = 0
    sent: int = 0
    undelivered: int = 0
    unknown: int = 0
    works_failed: int = 0
    errors: int = 0
    banned: int = 0
    disabled: int = 0

    @property
    def is_quiet(self) -> bool:
        """Nobody did anything."""
        return not (self.new_people or self.active_people or self.new_links or self.clicks or self.bots)


@dataclass(frozen=True, slots=True)
class TopState:
    """The newest top: of ``day``, of whose ``asked`` accounts ``answered`` did, the last one at ``refreshed_at``.

    ``refreshed_at`` is in DEFAULT_TIMEZONE; None: none answered.
    """

    day: date
    answered: int
    asked: int
    refreshed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Digest:
    """``figures`` of ``day`` and of the day ``before`` it; the rest is as it is now.

    ``is_over``: whether the day was, when this was reckoned. ``top`` None: there is none yet. ``taken``: in Stars, on
    the day. ``proposals`` wait for a decision, ``questions`` about payments for an end, ``owed`` messages and ``works``
    wait though they are due, ``alerts`` stand. ``sources``: ways to TikTok
    since the bot's start, as the bot that leads tells; empty: none does, and nobody knows.
    """

    day: date
    is_over: bool
    figures: Figures
    before: Figures
    errors: tuple[EqualErrors, ...]
    top: TopState | None
    proposals: int
    taken: Day
    questions: int
    owed: int
    works: int
    alerts: int
    sources: Sequence[SourceHealth]


# A digest in a language, as operators get it.
Words = Callable[[str, Digest], Awaitable[Outgoing]]


class Digests:
    """Owes digests. Run as often as one likes: each day is told of once, to the admin group or to each owner.

    Where the group does not take it, the owners get it as well.
    """

    def __init__(
        self,
        database: Database,
        people: People,
        deliveries: Deliveries,
        works: Works,
        alerts: Alerts,
        words: Words,
        *,
        zone: tzinfo,
        admin_chat_id: int | None,
        owner_ids: frozenset[int],
    ) -> None:
        """``zone``: DEFAULT_TIMEZONE."""
        self._database = database
        self._people = people
        self._deliveries = deliveries
        self._works = works
        self._alerts = alerts
        self._takings = Takings(database, Audit(database), zone=zone)
        self._words = words
        self._zone = zone
        self._tallies = Tallies(database, zone)
        self._admin_chat_id = admin_chat_id
        self._owner_ids = owner_ids

    async def send_due(self, now: datetime) -> date | None:
        """Owe the newest digest that is due; its day, or None: it was owed before, or nobody had written by then."""
        due = now.astimezone(self._zone) - timedelta(hours=HOUR)
        day = due.date() - timedelta(days=1)
        async with self._database.read() as session:
            if not await queries.is_anybody_known(session, self._start_of(day + timedelta(days=1))):
                return None
        return day if await self.send(day, now) else None

    async def send(self, day: date, now: datetime) -> bool:
        """Owe the digest of a day; whether it is the first time. One of a day that is not over is another message."""
        name = f"digest:{day}" if self._is_over(day, now) else f"digest:{day}:early"
        missing = await self._not_told(name)
        if not missing:
            return False
        digest = await self.read(day, now)
        messages = [(each.chat_id, await self._words(each.language, digest)) for each in missing]
        async with self._database.write() as session:
            for chat_id, outgoing in messages:
                key = _key(name, chat_id)
                await self._deliveries.enqueue_in(session, DIGEST, key, chat_id, outgoing, now)
        return True

    async def read(self, day: date, now: datetime) -> Digest:
        """The digest of a day."""
        start, end = self._bounds(day)
        figures, before = await self._figures(day), await self._figures(day - timedelta(days=1))
        alerts, works = await self._alerts.standing(now), await self._works.health(now)
        sources, taken = await read_sources(self._database, now), await self._takings.of_day(day)
        async with self._database.read() as session:
            return Digest(
                day=day,
                is_over=self._is_over(day, now),
                figures=figures,
                before=before,
                errors=tuple(await queries.errors(session, start, end, MOST_ERRORS)),
                top=await self._top(session),
                proposals=await queries.open_proposals(session),
                taken=taken,
                questions=await ticket_queries.count_open(session),
                owed=await queries.overdue(session, now),
                works=works.due,
                alerts=len(alerts),
                sources=sources,
            )

    async def errors(self, day: date) -> tuple[EqualErrors, ...]:
        """What went wrong on a day, the most frequent first, each kind once."""
        async with self._database.read() as session:
            return tuple(await queries.errors(session, *self._bounds(day), MOST_ERRORS))

    async def _not_told(self, name: str) -> list[Reader]:
        """Who is to read the digest, and to whom it is not owed yet."""
        wanted = await readers(self._people, self._admin_chat_id, self._owner_ids)
        everybody = [*wanted, *(await owners(self._people, self._owner_ids))]
        async with self._database.read() as session:
            owed = await alert_queries.messages(session, {_key(name, each.chat_id) for each in everybody})
        told = {key: message.state for key, message in owed.items()}
        if any(told.get(_key(name, each.chat_id)) == delivery_queries.FAILED for each in wanted):
            wanted = everybody
        return [each for each in wanted if _key(name, each.chat_id) not in told]

    async def _figures(self, day: date) -> Figures:
        start, end = self._bounds(day)
        tallied = await self._tallies.of_day(day)
        async with self._database.read() as session:
            clicks = await queries.clicks(session, bucket_of(start), bucket_of(end))
            acts = await queries.acts(session, ACTS, start, end)
            return Figures(
                new_people=await queries.new_people(session, start, end),
                active_people=tallied.get(ACTIVE_PEOPLE, 0),
                new_links=await queries.new_links(session, start, end),
                clicks=clicks.clicks,
                visitors=clicks.visitors,
                bots=clicks.bots,
                fetched=tallied.get(TIKTOK_FETCHED, 0),
                refused=tallied.get(TIKTOK_REFUSED, 0),
                failed=tallied.get(TIKTOK_FAILED, 0),
                **_messages(await queries.deliveries(session, start, end)),
                works_failed=await queries.failed_works(session, start, end),
                errors=await queries.count_errors(session, start, end),
                banned=sum(name == audit.BAN for name, _ in acts),
                # All links of a person are one act.
                disabled=sum(facts.get("count", 1) for name, facts in acts if name != audit.BAN),
            )

    async def _top(self, session: AsyncSession) -> TopState | None:
        day = await tiktok_top.latest_day(session)
        if day is None:
            return None
        answered, last = await queries.answered_in_top(session, day, self._start_of(day))
        asked = max(answered, await queries.top_size(session))
        return TopState(day, answered, asked, None if last is None else last.astimezone(self._zone))

    def _is_over(self, day: date, now: datetime) -> bool:
        return now >= self._start_of(day + timedelta(days=1))

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        return self._start_of(day), self._start_of(day + timedelta(days=1))

    def _start_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)


def _key(name: str, chat_id: int) -> str:
    return f"{name}:{chat_id}"


def _messages(settled: Sequence[tuple[str, str | None, int]]) -> Mapping[str, int]:
    """How many messages were sent, failed or unknown, as Figures has it."""
    found = {"sent": 0, "undelivered": 0, "unknown": 0}
    for state, reason, count in settled:
        if state == delivery_queries.SENT:
            found["sent"] += count
        elif state == delivery_queries.UNKNOWN:
            found["unknown"] += count
        elif state == delivery_queries.FAILED and reason not in GONE:
            found["undelivered"] += count
    return found
