"""The daily report comes once a day to whom it concerns, at the hour that they chose, and says what was."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from db import tables
from db.engine import Database
from db.queries import links, people
from db.queries.clicks import Count, add_counts
from services.deliveries import Deliveries, Outgoing
from services.links.daily import REPORT, DailyReports
from services.links.day import DailyReport, LinkOfDay, day_of
from services.security import Cipher
from services.statistics.periods import bucket_of
from services.works import Progress, Work, WorkKind, Works

ANNA, BEN = 1001, 1002
# 09:05 in Moscow, where those live who chose no zone.
NINE = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)
YESTERDAY = date(2026, 3, 1)


class Post:
    """Daily reports of one database, and what was said."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.said: list[tuple[int, DailyReport]] = []
        deliveries = Deliveries(database, Cipher("a secret for tests", "deliveries"), default_time_zone="Europe/Moscow")
        self.works = Works(database, deliveries)
        self.works.register([WorkKind(REPORT, _never)])
        self.reports = DailyReports(
            database,
            self.works,
            deliveries,
            public_url="https://tok.example",
            default_time_zone="Europe/Moscow",
        )

    async def goes(self, now: datetime) -> int:
        """The job runs, and the works that it asked for are done; how many these were."""
        asked = await self.reports.send_due(now)
        await self.works_are_done(now)
        return asked

    async def works_are_done(self, now: datetime) -> None:
        # They come one after another.
        for claimed in await self.works.claim({REPORT: 100}, 100, [], now + timedelta(minutes=1)):
            report = await self.reports.report(claimed.work)
            if report is not None:
                assert claimed.work.person_id is not None
                self.said.append((claimed.work.person_id, report))
                await self.reports.tell(claimed.work, Outgoing(f"{report.total.clicks} clicks"), now)
            await self.works.done(claimed, now)

    async def link(self, owner_id: int, slug: str) -> int:
        async with self.database.write() as session:
            await people.add_if_new(session, owner_id, NINE)
            link = await links.add(session, slug=slug, owner_id=owner_id, target="https://example.com/", now=NINE)
            assert link is not None
            return link.id

    async def clicked(self, link_id: int, at: datetime, clicks: int = 1, visitors: int = 0, bots: int = 0) -> None:
        async with self.database.write() as session:
            await add_counts(session, [Count(link_id, bucket_of(at), clicks, visitors, bots)])

    async def devices(self, link_id: int, at: datetime, **clicks: int) -> None:
        """What devices clicks of one quarter of an hour came from."""
        async with self.database.write() as session:
            values = json.dumps({"device": clicks, "country": {"RU": 1}})
            detail = tables.ClickDetail(link_id=link_id, level=0, start=bucket_of(at), values=values)
            session.add(detail)

    async def person(self, person_id: int, **values: object) -> None:
        async with self.database.write() as session:
            row = await session.get_one(tables.Person, person_id)
            for name, value in values.items():
                setattr(row, name, value)

    async def owed(self) -> list[tuple[str, datetime]]:
        async with self.database.read() as session:
            rows = await session.scalars(select(tables.Delivery).order_by(tables.Delivery.id))
            return [(row.key, row.due_at) for row in rows]


async def _never(_work: Work, _progress: Progress) -> None:
    raise AssertionError


@pytest.fixture
async def post(database: Database) -> Post:
    return Post(database)


def moscow(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)


async def test_a_report_tells_of_yesterday_and_of_all_links_the_best_first(post: Post):
    ids = [await post.link(ANNA, f"link{number}") for number in range(5)]
    for place, link_id in enumerate(ids[:4], 1):
        await post.clicked(link_id, moscow(1, 12), clicks=10 * place, visitors=place)
    await post.clicked(ids[0], moscow(1, 0), clicks=100, visitors=50)
    await post.clicked(ids[0], moscow(1, 23, 59), clicks=1)
    await post.clicked(ids[1], moscow(2, 0), clicks=1_000)
    await post.clicked(ids[1], datetime(2026, 2, 28, 20, 59, tzinfo=UTC), clicks=1_000)
    assert await post.goes(NINE) == 1
    ((person_id, report),) = post.said
    assert person_id == ANNA
    total = report.total
    assert (report.day.date, total.clicks, total.visitors, total.repeats, report.links) == (YESTERDAY, 201, 60, 141, 4)
    assert [(link.id, link.short_url, link.figures.clicks) for link in report.listed] == [
        (ids[0], "https://tok.example/link0", 111),
        (ids[3], "https://tok.example/link3", 40),
        (ids[2], "https://tok.example/link2", 30),
        (ids[1], "https://tok.example/link1", 20),
    ]
    assert report.rest is None
    assert await post.owed() == [(f"daily-links:{ANNA}:2026-03-01", NINE)]


async def test_running_twice_changes_nothing(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 12))
    assert await post.goes(NINE) == 1
    assert await post.goes(NINE) == 0
    assert await post.goes(NINE + timedelta(hours=5)) == 0
    assert len(await post.owed()) == 1


async def test_it_comes_from_the_chosen_hour_on_and_later_when_nobody_looked_at_that_hour(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.clicked(link_id, moscow(1, 12))
    await post.clicked(link_id, moscow(2, 12))
    assert await post.goes(moscow(2, 8, 59)) == 0
    await post.person(ANNA, notice_hour=20)
    assert await post.goes(NINE) == 0
    assert await post.goes(moscow(2, 22)) == 1
    assert await post.goes(moscow(3, 19, 59)) == 0
    assert await post.goes(moscow(3, 20)) == 1
    assert [report.day.date for _, report in post.said] == [date(2026, 3, 1), date(2026, 3, 2)]


async def test_hour_and_day_are_those_of_the_person_s_own_zone(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.person(ANNA, time_zone="America/New_York")
    # 20:00 on the first in New York is the second in Moscow.
    await post.clicked(link_id, datetime(2026, 3, 2, 1, 0, tzinfo=UTC), clicks=7)
    await post.clicked(link_id, datetime(2026, 3, 1, 4, 59, tzinfo=UTC), clicks=100)
    assert await post.goes(NINE) == 0, "it is night there"
    assert await post.goes(datetime(2026, 3, 2, 14, 0, tzinfo=UTC)) == 1
    assert post.said[0][1].total.clicks == 7


async def test_a_day_that_daylight_saving_made_shorter_or_longer_is_a_whole_day(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.person(ANNA, time_zone="Europe/Berlin")
    # 29 March has 23 hours in Berlin, from 23:00 to 22:00 in UTC.
    for hour in range(-2, 25):
        await post.clicked(link_id, datetime(2026, 3, 29, 0, 0, tzinfo=UTC) + timedelta(hours=hour))
    await post.goes(datetime(2026, 3, 30, 12, 0, tzinfo=UTC))
    # 25 October has 25.
    for hour in range(-3, 26):
        await post.clicked(link_id, datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(hours=hour))
    await post.goes(datetime(2026, 10, 26, 12, 0, tzinfo=UTC))
    assert [report.total.clicks for _, report in post.said] == [23, 25]


@pytest.mark.parametrize(
    "values",
    [
        {"muted": "daily"},
        {"muted": "daily links"},
        {"banned_at": NINE},
        {"unreachable_at": NINE, "unreachable_reason": "blocked"},
    ],
)
async def test_who_does_not_want_it_or_cannot_get_it_is_left_alone(post: Post, values: dict[str, object]):
    for person_id, slug in ((ANNA, "a"), (BEN, "b")):
        await post.clicked(await post.link(person_id, slug), moscow(1, 12))
    await post.person(ANNA, **values)
    assert await post.goes(NINE) == 1
    assert [person_id for person_id, _ in post.said] == [BEN]


async def test_other_kinds_that_are_switched_off_do_not_matter(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 12))
    await post.person(ANNA, muted="links")
    assert await post.goes(NINE) == 1


async def test_nothing_happened_nothing_is_said(post: Post):
    crawled, deleted = await post.link(ANNA, "a"), await post.link(ANNA, "b")
    await post.clicked(crawled, moscow(1, 12), clicks=0, bots=9)
    await post.clicked(deleted, moscow(1, 12))
    async with post.database.write() as session:
        await links.mark_deleted(session, deleted, ANNA, NINE)
    assert await post.goes(NINE) == 0
    assert await post.owed() == []


async def test_in_quiet_hours_the_note_waits_for_their_end(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 12))
    await post.person(ANNA, notice_hour=6)
    assert await post.goes(moscow(2, 6)) == 1
    assert await post.owed() == [(f"daily-links:{ANNA}:2026-03-01", moscow(2, 8))]


async def test_many_people_are_told_page_by_page(post: Post, monkeypatch):
    monkeypatch.setattr("services.links.daily.PEOPLE_AT_ONCE", 2)
    for number in range(5):
        await post.clicked(await post.link(number + 1, f"slug{number}"), moscow(1, 12))
    assert await post.goes(NINE) == 5
    assert [person_id for person_id, _ in post.said] == [1, 2, 3, 4, 5]


async def test_a_work_that_is_done_or_failed_is_not_asked_for_again(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 12))
    assert await post.reports.send_due(NINE) == 1
    assert await post.reports.send_due(NINE + timedelta(minutes=15)) == 0, "it waits"
    (claimed,) = await post.works.claim({REPORT: 1}, 1, [], NINE)
    await post.works.fail(claimed, "broken", None, NINE)
    assert await post.goes(NINE + timedelta(hours=1)) == 0
    assert await post.owed() == []
    assert await post.goes(NINE + timedelta(days=1)) == 0, "nothing was clicked on the second"


async def test_a_report_that_is_made_twice_is_one_message(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 12))
    await post.reports.send_due(NINE)
    (claimed,) = await post.works.claim({REPORT: 1}, 1, [], NINE)
    for _ in range(2):
        await post.reports.tell(claimed.work, Outgoing("1 click"), NINE)
    assert len(await post.owed()) == 1


async def test_who_switched_it_off_while_it_was_made_gets_none(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 12))
    await post.reports.send_due(NINE)
    await post.person(ANNA, muted="daily")
    await post.works_are_done(NINE)
    assert await post.owed() == []


async def test_links_that_were_deleted_before_it_was_made_are_not_told_of(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.clicked(link_id, moscow(1, 12))
    await post.reports.send_due(NINE)
    async with post.database.write() as session:
        await links.mark_deleted(session, link_id, ANNA, NINE)
    await post.works_are_done(NINE)
    assert (post.said, await post.owed()) == ([], [])


async def test_the_day_stays_that_of_the_zone_in_which_it_was_asked_for(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 0, 10))
    await post.reports.send_due(NINE)
    await post.person(ANNA, time_zone="America/New_York")
    await post.works_are_done(NINE)
    assert [report.total.clicks for _, report in post.said] == [1]


async def test_a_popular_hour_is_spread_over_minutes(post: Post):
    for person_id in range(1, 11):
        await post.clicked(await post.link(person_id, f"slug{person_id}"), moscow(1, 12))
        if person_id > 5:
            await post.person(person_id, time_zone="Europe/Minsk")
    assert await post.reports.send_due(NINE) == 10
    async with post.database.read() as session:
        due = sorted((await session.scalars(select(tables.Work.due_at))).all())
    assert due[0] == NINE
    assert all(after - before == timedelta(seconds=0.2) for before, after in pairwise(due))


async def only_report(post: Post, at: datetime) -> DailyReport:
    assert await post.goes(at) == 1
    return post.said[-1][1]


async def test_devices_are_computers_phones_and_what_is_not_known(post: Post):
    first, second = await post.link(ANNA, "a"), await post.link(ANNA, "b")
    await post.clicked(first, moscow(1, 0), clicks=10, visitors=4)
    await post.devices(first, moscow(1, 0), Android=3, iPhone=1, iPad=1, Windows=2, other=1, **{"": 2})
    await post.clicked(first, moscow(1, 23, 45), clicks=5)
    await post.devices(first, moscow(1, 23, 45), Mac=1, Linux=4)
    # Before and after the day.
    await post.devices(first, moscow(1, 0) - timedelta(minutes=15), Android=1_000)
    await post.devices(first, moscow(2, 0), Windows=1_000)
    # Of what is older than details are, only the clicks are known.
    await post.clicked(second, moscow(1, 12), clicks=4)
    report = await only_report(post, NINE)
    figures = [link.figures for link in report.listed]
    assert [(each.computers, each.phones, each.unknown) for each in figures] == [(7, 5, 3), (0, 0, 4)]
    total = report.total
    assert (total.clicks, total.repeats, total.computers, total.phones, total.unknown) == (19, 15, 7, 5, 7)


async def test_hours_are_those_of_the_person_s_clock_though_it_be_at_a_quarter(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.person(ANNA, time_zone="Asia/Kathmandu")
    # 00:00 in Nepal is 18:15 in UTC.
    midnight = datetime(2026, 2, 28, 18, 15, tzinfo=UTC)
    await post.clicked(link_id, midnight - timedelta(minutes=1), clicks=100)
    for quarter in range(96):
        await post.clicked(link_id, midnight + quarter * timedelta(minutes=15), clicks=quarter // 4 + 1, visitors=1)
    await post.clicked(link_id, midnight + timedelta(days=1), clicks=100)
    report = await only_report(post, NINE)
    assert report.listed[0].figures.hours == tuple(4 * (hour + 1) for hour in range(24))
    assert report.total.hours == report.listed[0].figures.hours
    assert report.first_visits == (4,) * 24


async def test_an_hour_that_clocks_skip_is_none_and_one_that_comes_twice_is_one_sum(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.person(ANNA, time_zone="Europe/Berlin")
    for hour in range(-2, 25):
        await post.clicked(link_id, datetime(2026, 3, 29, tzinfo=UTC) + timedelta(hours=hour))
    spring = await only_report(post, datetime(2026, 3, 30, 12, tzinfo=UTC))
    for hour in range(-3, 26):
        await post.clicked(link_id, datetime(2026, 10, 25, tzinfo=UTC) + timedelta(hours=hour))
    autumn = await only_report(post, datetime(2026, 10, 26, 12, tzinfo=UTC))
    assert spring.total.hours == (1, 1, None, *(1,) * 21)
    assert autumn.total.hours == (1, 1, 2, *(1,) * 21)
    assert (spring.day.doubled, autumn.day.doubled) == ((), (2,))
    assert (spring.total.clicks, autumn.total.clicks) == (23, 25)


@pytest.mark.parametrize(
    ("zone", "day", "skipped", "doubled", "quarters"),
    [
        ("Europe/Moscow", date(2026, 3, 1), [], (), 96),
        ("Australia/Lord_Howe", date(2026, 10, 4), [], (), 94),
        ("Australia/Lord_Howe", date(2026, 4, 5), [], (1,), 98),
        ("Africa/Cairo", date(2026, 4, 24), [0], (), 92),
        ("America/New_York", date(2026, 11, 1), [], (1,), 100),
    ],
)
def test_every_day_on_earth_has_24_columns(
    zone: str, day: date, skipped: list[int], doubled: tuple[int, ...], quarters: int
):
    there = day_of(day, ZoneInfo(zone))
    assert there.end - there.first == quarters
    assert [hour for hour, clicks in enumerate(there.hours) if clicks is None] == skipped
    assert there.doubled == doubled


async def test_what_has_no_line_of_its_own_is_in_one_together(post: Post, monkeypatch):
    monkeypatch.setattr("services.links.daily.MOST_LISTED", 2)
    monkeypatch.setattr("services.links.daily.LINKS_AT_ONCE", 3)
    for number in range(7):
        link_id = await post.link(ANNA, f"link{number}")
        await post.clicked(link_id, moscow(1, number), clicks=10 - number, visitors=1)
        await post.devices(link_id, moscow(1, number), Android=2, Mac=1)
    report = await only_report(post, NINE)
    assert (report.links, len(report.listed)) == (7, 2)
    assert report.total.clicks == 49
    rest = report.rest
    assert rest is not None
    assert (rest.clicks, rest.visitors, rest.phones, rest.computers, rest.unknown) == (30, 5, 10, 5, 15)
    assert rest.hours == (0, 0, 8, 7, 6, 5, 4, *(0,) * 17)


async def test_a_link_is_called_as_its_owner_calls_it(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.clicked(link_id, moscow(1, 12))
    async with post.database.write() as session:
        await session.execute(update(tables.Link).values(name="Sale"))
    report = await only_report(post, NINE)
    figures = report.listed[0].figures
    assert report.listed == (LinkOfDay(link_id, "https://tok.example/a", "Sale", figures),)
