"""The daily note: what a person's links did yesterday, at the hour that they chose."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import daily as queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import DAILY_LINKS
from services.people import People, Person
from services.people.preferences import DEFAULT_HOUR
from services.statistics.periods import bucket_of, start_of_day
from services.time_zones import zone

# Of a day's links, those with the most clicks.
TOP = 3
PEOPLE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LinkOfDay:
    id: int
    short_url: str
    clicks: int


@dataclass(frozen=True, slots=True)
class DailyReport:
    """What a person's links did on ``day``, as their own clock has it. ``top``: the most clicked first."""

    day: date
    clicks: int
    visitors: int
    links: int
    top: tuple[LinkOfDay, ...]


# The report in the person's words.
Words = Callable[[Person, DailyReport], Awaitable[Outgoing]]


@dataclass(frozen=True, slots=True)
class _Day:
    """Yesterday of a zone: its date, and its quarters of an hour (``first`` <= bucket < ``end``)."""

    day: date
    first: int
    end: int


class DailyReports:
    """Owes daily notes. Run as often as one likes: each person is told of each day once."""

    def __init__(
        self,
        database: Database,
        people: People,
        deliveries: Deliveries,
        words: Words,
        *,
        public_url: str,
        default_time_zone: str,
    ) -> None:
        self._database = database
        self._people = people
        self._deliveries = deliveries
        self._words = words
        self._public_url = public_url
        self._default_time_zone = default_time_zone

    async def send_due(self, now: datetime) -> int:
        """Owe their note to all whose hour has come today, and whose links were clicked yesterday; how many notes."""
        async with self._database.read() as session:
            choices = await queries.choices(session)
        sent = 0
        for time_zone, hour in choices:
            local = zone(time_zone or self._default_time_zone)
            if now.astimezone(local).hour >= (DEFAULT_HOUR if hour is None else hour):
                sent += await self._send(time_zone, hour, _yesterday(now, local), now)
        return sent

    async def _send(self, time_zone: str | None, hour: int | None, day: _Day, now: datetime) -> int:
        """To all who chose this zone and this hour."""
        sent, after = 0, 0
        while True:
            async with self._database.read() as session:
                person_ids = await queries.clicked_and_not_told(
                    session, time_zone, hour, day.first, day.end, f":{day.day}", after=after, limit=PEOPLE_AT_ONCE
                )
            for person_id in person_ids:
                sent += await self._tell(person_id, day, now)
            if len(person_ids) < PEOPLE_AT_ONCE:
                return sent
            after = person_ids[-1]

    async def _tell(self, person_id: int, day: _Day, now: datetime) -> bool:
        async with self._database.read() as session:
            report = await self._report(session, person_id, day)
        person = await self._people.find(person_id)
        if person is None or report is None:
            return False
        outgoing = await self._words(person, report)
        return await self._deliveries.notify(
            person_id, DAILY_LINKS, f"{queries.KEY}{person_id}:{day.day}", outgoing, now
        )

    async def _report(self, session: AsyncSession, person_id: int, day: _Day) -> DailyReport | None:
        rows = await queries.links_of_day(session, person_id, day.first, day.end)
        if not rows:
            return None
        return DailyReport(
            day.day,
            clicks=sum(row.clicks for row in rows),
            visitors=sum(row.visitors for row in rows),
            links=len(rows),
            top=self._top(rows),
        )

    def _top(self, rows: Sequence[queries.LinkOfDay]) -> tuple[LinkOfDay, ...]:
        return tuple(LinkOfDay(row.id, f"{self._public_url}/{row.slug}", row.clicks) for row in rows[:TOP])


def _yesterday(now: datetime, local: tzinfo) -> _Day:
    today = start_of_day(now, local)
    # Half a day back is yesterday, however long daylight saving made it.
    before = start_of_day(today - timedelta(hours=12), local)
    return _Day(before.date(), bucket_of(before), bucket_of(today))
