"""The daily note comes once a day to whom it concerns, at the hour that they chose."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from db import tables
from db.engine import Database
from db.queries import links, people
from db.queries.clicks import Count, add_counts
from services.deliveries import Deliveries, Outgoing
from services.links.daily import DailyReport, DailyReports, LinkOfDay
from services.people import People, Person
from services.security import Cipher
from services.statistics.periods import bucket_of

ANNA, BEN = 1001, 1002
# 09:05 in Moscow, where those live who chose no zone.
NINE = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)
YESTERDAY = date(2026, 3, 1)


class Post:
    """Daily reports of one database, and what was said."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.said: list[tuple[int, DailyReport]] = []
        self.reports = DailyReports(
            database,
            People(database, default_time_zone="Europe/Moscow", owner_ids=frozenset()),
            Deliveries(database, Cipher("a secret for tests", "deliveries"), default_time_zone="Europe/Moscow"),
            self._words,
            public_url="https://tok.example",
            default_time_zone="Europe/Moscow",
        )

    async def _words(self, person: Person, report: DailyReport) -> Outgoing:
        self.said.append((person.id, report))
        return Outgoing(f"{report.clicks} clicks")

    async def link(self, owner_id: int, slug: str) -> int:
        async with self.database.write() as session:
            await people.add_if_new(session, owner_id, NINE)
            link = await links.add(session, slug=slug, owner_id=owner_id, target="https://example.com/", now=NINE)
            assert link is not None
            return link.id

    async def clicked(self, link_id: int, at: datetime, clicks: int = 1, visitors: int = 0, bots: int = 0) -> None:
        async with self.database.write() as session:
            await add_counts(session, [Count(link_id, bucket_of(at), clicks, visitors, bots)])

    async def person(self, person_id: int, **values: object) -> None:
        async with self.database.write() as session:
            row = await session.get_one(tables.Person, person_id)
            for name, value in values.items():
                setattr(row, name, value)

    async def owed(self) -> list[tuple[str, datetime]]:
        async with self.database.read() as session:
            rows = await session.scalars(select(tables.Delivery).order_by(tables.Delivery.id))
            return [(row.key, row.due_at) for row in rows]


@pytest.fixture
async def post(database: Database) -> Post:
    return Post(database)


def moscow(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)


async def test_a_note_tells_of_yesterday_and_of_the_three_best_links(post: Post):
    ids = [await post.link(ANNA, f"link{number}") for number in range(5)]
    for place, link_id in enumerate(ids[:4], 1):
        await post.clicked(link_id, moscow(1, 12), clicks=10 * place, visitors=place)
    await post.clicked(ids[0], moscow(1, 0), clicks=100, visitors=50)
    await post.clicked(ids[0], moscow(1, 23, 59), clicks=1)
    await post.clicked(ids[1], moscow(2, 0), clicks=1_000)
    await post.clicked(ids[1], datetime(2026, 2, 28, 20, 59, tzinfo=UTC), clicks=1_000)
    assert await post.reports.send_due(NINE) == 1
    ((person_id, report),) = post.said
    assert person_id == ANNA
    assert (report.day, report.clicks, report.visitors, report.links) == (YESTERDAY, 201, 60, 4)
    assert report.top == (
        LinkOfDay(ids[0], "https://tok.example/link0", 111),
        LinkOfDay(ids[3], "https://tok.example/link3", 40),
        LinkOfDay(ids[2], "https://tok.example/link2", 30),
    )
    assert await post.owed() == [(f"daily-links:{ANNA}:2026-03-01", NINE)]


async def test_running_twice_changes_nothing(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 12))
    assert await post.reports.send_due(NINE) == 1
    assert await post.reports.send_due(NINE) == 0
    assert await post.reports.send_due(NINE + timedelta(hours=5)) == 0
    assert len(await post.owed()) == 1


async def test_it_comes_from_the_chosen_hour_on_and_later_when_nobody_looked_at_that_hour(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.clicked(link_id, moscow(1, 12))
    await post.clicked(link_id, moscow(2, 12))
    assert await post.reports.send_due(moscow(2, 8, 59)) == 0
    await post.person(ANNA, notice_hour=20)
    assert await post.reports.send_due(NINE) == 0
    assert await post.reports.send_due(moscow(2, 22)) == 1
    assert await post.reports.send_due(moscow(3, 19, 59)) == 0
    assert await post.reports.send_due(moscow(3, 20)) == 1
    assert [report.day for _, report in post.said] == [date(2026, 3, 1), date(2026, 3, 2)]


async def test_hour_and_day_are_those_of_the_person_s_own_zone(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.person(ANNA, time_zone="America/New_York")
    # 20:00 on the first in New York is the second in Moscow.
    await post.clicked(link_id, datetime(2026, 3, 2, 1, 0, tzinfo=UTC), clicks=7)
    await post.clicked(link_id, datetime(2026, 3, 1, 4, 59, tzinfo=UTC), clicks=100)
    assert await post.reports.send_due(NINE) == 0, "it is night there"
    assert await post.reports.send_due(datetime(2026, 3, 2, 14, 0, tzinfo=UTC)) == 1
    assert post.said[0][1].clicks == 7


async def test_a_day_that_daylight_saving_made_shorter_or_longer_is_a_whole_day(post: Post):
    link_id = await post.link(ANNA, "a")
    await post.person(ANNA, time_zone="Europe/Berlin")
    # 29 March has 23 hours in Berlin, from 23:00 to 22:00 in UTC.
    for hour in range(-2, 25):
        await post.clicked(link_id, datetime(2026, 3, 29, 0, 0, tzinfo=UTC) + timedelta(hours=hour))
    await post.reports.send_due(datetime(2026, 3, 30, 12, 0, tzinfo=UTC))
    # 25 October has 25.
    for hour in range(-3, 26):
        await post.clicked(link_id, datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(hours=hour))
    await post.reports.send_due(datetime(2026, 10, 26, 12, 0, tzinfo=UTC))
    assert [report.clicks for _, report in post.said] == [23, 25]


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
    assert await post.reports.send_due(NINE) == 1
    assert [person_id for person_id, _ in post.said] == [BEN]


async def test_other_kinds_that_are_switched_off_do_not_matter(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 12))
    await post.person(ANNA, muted="links")
    assert await post.reports.send_due(NINE) == 1


async def test_nothing_happened_nothing_is_said(post: Post):
    crawled, deleted = await post.link(ANNA, "a"), await post.link(ANNA, "b")
    await post.clicked(crawled, moscow(1, 12), clicks=0, bots=9)
    await post.clicked(deleted, moscow(1, 12))
    async with post.database.write() as session:
        await links.mark_deleted(session, deleted, ANNA, NINE)
    assert await post.reports.send_due(NINE) == 0
    assert await post.owed() == []


async def test_in_quiet_hours_the_note_waits_for_their_end(post: Post):
    await post.clicked(await post.link(ANNA, "a"), moscow(1, 12))
    await post.person(ANNA, notice_hour=6)
    assert await post.reports.send_due(moscow(2, 6)) == 1
    assert await post.owed() == [(f"daily-links:{ANNA}:2026-03-01", moscow(2, 8))]


async def test_many_people_are_told_page_by_page(post: Post, monkeypatch):
    monkeypatch.setattr("services.links.daily.PEOPLE_AT_ONCE", 2)
    for number in range(5):
        await post.clicked(await post.link(number + 1, f"slug{number}"), moscow(1, 12))
    assert await post.reports.send_due(NINE) == 5
    assert [person_id for person_id, _ in post.said] == [1, 2, 3, 4, 5]
