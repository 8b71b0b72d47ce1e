"""The daily report: what a person's links did yesterday, at the hour that they chose."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import daily as queries
from services.clicks.dimensions import DEVICE
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import DAILY_LINKS
from services.links.day import DailyReport, Day, DayFigures, LinkOfDay, day_of, devices
from services.people.preferences import DEFAULT_HOUR
from services.statistics.details import details_of
from services.time_zones import zone
from services.works import Work, Works

PEOPLE_AT_ONCE = 500
# Between the reports of two people whose hour comes at once: a popular hour crowds out nothing that people wait for,
# and few works are due at a time, among which the next ones are chosen.
PACE = timedelta(seconds=0.2)
# Links of a report with a line of their own; the rest have one together.
MOST_LISTED = 200
# So many links' devices are read at once: while they are, others wait.
LINKS_AT_ONCE = 50
# The kind of the work that makes and owes one person's report of one day.
REPORT = queries.KIND


class DailyReports:
    """Owes daily reports. Run as often as one likes: each person is told of each day once."""

    def __init__(
        self,
        database: Database,
        works: Works,
        deliveries: Deliveries,
        *,
        public_url: str,
        default_time_zone: str,
    ) -> None:
        """``public_url`` without a slash at its end."""
        self._database = database
        self._works = works
        self._deliveries = deliveries
        self._public_url = public_url
        self._default_time_zone = default_time_zone

    async def send_due(self, now: datetime) -> int:
        """Have reports made for all whose hour has come today, and whose links were clicked yesterday; how many."""
        async with self._database.read() as session:
            choices = await queries.choices(session)
        sent = 0
        for time_zone, hour in choices:
            name = time_zone or self._default_time_zone
            local = now.astimezone(zone(name))
            if local.hour >= (DEFAULT_HOUR if hour is None else hour):
                yesterday = day_of(local.date() - timedelta(days=1), zone(name))
                sent += await self._send(time_zone, hour, name, yesterday, now, before=sent)
        return sent

    async def _send(
        self, time_zone: str | None, hour: int | None, name: str, day: Day, now: datetime, *, before: int
    ) -> int:
        """To all who chose this zone, which is called ``name``, and this hour; ``before`` them, so many others."""
        sent, after = 0, 0
        while True:
            async with self._database.read() as session:
                person_ids = await queries.clicked_and_not_told(
                    session, time_zone, hour, day.first, day.end, f":{day.date}", after=after, limit=PEOPLE_AT_ONCE
                )
            for person_id in person_ids:
                due_at = now + PACE * (before + sent)
                await self._ask(person_id, day, name, now, due_at)
                sent += 1
            if len(person_ids) < PEOPLE_AT_ONCE:
                return sent
            after = person_ids[-1]

    async def _ask(self, person_id: int, day: Day, name: str, now: datetime, due_at: datetime) -> None:
        await self._works.enqueue(
            REPORT,
            f"{person_id}:{day.date}",
            person_id=person_id,
            facts={"day": day.date.isoformat(), "zone": name},
            now=now,
            due_at=due_at,
        )

    async def report(self, work: Work) -> DailyReport | None:
        """What a work of kind REPORT is to tell of; None: nothing, the links are gone."""
        assert work.person_id is not None
        day = day_of(date.fromisoformat(work.facts["day"]), zone(work.facts["zone"]))
        async with self._database.read() as session:
            rows = await queries.links_of_day(session, work.person_id, day.first, day.end)
            return await self._report(session, work.person_id, day, rows) if rows else None

    async def tell(self, work: Work, outgoing: Outgoing, now: datetime) -> bool:
        """Owe what a work of kind REPORT made; again, it is the same message. False: they do not want it any more."""
        assert work.person_id is not None
        return await self._deliveries.notify(work.person_id, DAILY_LINKS, f"{queries.KEY}{work.key}", outgoing, now)

    async def _report(
        self, session: AsyncSession, person_id: int, day: Day, rows: Sequence[queries.LinkOfDay]
    ) -> DailyReport:
        told = await self._devices(session, [row.id for row in rows], day)
        hours = await self._hours(session, [row.id for row in rows[:MOST_LISTED]], day)
        listed = [self._link(row, told.get(row.id, (0, 0)), hours.get(row.id, day.hours)) for row in rows[:MOST_LISTED]]
        all_quarters = await queries.quarters_of_all(session, person_id, day.first, day.end)
        total = DayFigures(
            clicks=sum(row.clicks for row in rows),
            visitors=sum(row.visitors for row in rows),
            computers=sum(computers for computers, _ in told.values()),
            phones=sum(phones for _, phones in told.values()),
            hours=day.by_hours((bucket, clicks) for bucket, clicks, _ in all_quarters),
        )
        seen = day.by_hours((bucket, visitors) for bucket, _, visitors in all_quarters)
        return DailyReport(day, len(rows), tuple(listed), total, tuple(hour or 0 for hour in seen))

    async def _devices(self, session: AsyncSession, link_ids: Sequence[int], day: Day) -> dict[int, tuple[int, int]]:
        """By link, clicks from computers and from phones; links whose clicks' details are not kept are left out."""
        found: dict[int, tuple[int, int]] = {}
        for at in range(0, len(link_ids), LINKS_AT_ONCE):
            some = await details_of(session, link_ids[at : at + LINKS_AT_ONCE], day.first, day.end, [DEVICE])
            found |= {link_id: devices(details) for link_id, details in some.items()}
        return found

    async def _hours(
        self, session: AsyncSession, link_ids: Sequence[int], day: Day
    ) -> dict[int, tuple[int | None, ...]]:
        counted: dict[int, list[tuple[int, int]]] = {}
        for link_id, bucket, clicks in await queries.quarters(session, link_ids, day.first, day.end):
            counted.setdefault(link_id, []).append((bucket, clicks))
        return {link_id: day.by_hours(quarters) for link_id, quarters in counted.items()}

    def _link(self, row: queries.LinkOfDay, told: tuple[int, int], hours: tuple[int | None, ...]) -> LinkOfDay:
        figures = DayFigures(row.clicks, row.visitors, *told, hours)
        return LinkOfDay(row.id, f"{self._public_url}/{row.slug}", row.name, figures)
