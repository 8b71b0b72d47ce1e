"""What people see is what was clicked: in every zone, over every period, for a link, a tag and all links."""

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, update

from db.engine import Database
from db.queries.clicks import Count, add_counts
from db.tables import Link as LinkRow
from db.tables import LinkTag
from services.clicks.dimensions import COUNTRY, DEVICE, DIMENSIONS, REFERRER
from services.links.errors import LinkNotFound
from services.links.links import Links
from services.statistics.errors import TagNotFound
from services.statistics.periods import Grain, Period, bucket_of
from services.statistics.statistics import Heat, Scope, Statistics
from tests.services.statistics.conftest import ANNA, BEN, NOW
from tests.services.statistics.counted import Clicked, Truth, count, made_up

UTC_ZONE, KATHMANDU, BERLIN = (ZoneInfo(name) for name in ("UTC", "Asia/Kathmandu", "Europe/Berlin"))
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
# Two days after clocks went forward in Berlin, and while most of the world had Tuesday, 31 March.
TODAY = date(2026, 3, 31)


def days_of(period: Period, today: date, truth: Truth, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day of a period, by a person's own words for it."""
    back = {Period.TODAY: 0, Period.YESTERDAY: 1, Period.WEEK: today.weekday(), Period.DAYS_7: 6, Period.DAYS_30: 29}
    if period is Period.ALL:
        return min(each.local(zone).date() for each in truth.clicked if each.clicks), today
    if period is Period.MONTH:
        return today.replace(day=1), today
    first = today - timedelta(days=back[period])
    return first, first if period is Period.YESTERDAY else today


def cells(heat: Heat) -> dict[tuple[int, int], int]:
    return {(day, hour): clicks for day, row in enumerate(heat.rows) for hour, clicks in enumerate(row)}


@pytest.fixture
async def link(links: Links) -> int:
    link, _ = await links.create(ANNA, "https://example.com", NOW)
    return link.id


@pytest.fixture
def truth() -> Truth:
    """A hundred days across a change of the clocks, and dense around it and around now."""
    rng = random.Random(5)
    spring = datetime(2026, 3, 29, tzinfo=UTC)
    return Truth(
        made_up(rng, NOW - timedelta(days=100), NOW, 150)
        + made_up(rng, spring - timedelta(hours=3), spring + timedelta(hours=27), 150)
        + made_up(rng, NOW - timedelta(hours=40), NOW, 100)
    )


@pytest.mark.parametrize("zone", [UTC_ZONE, KATHMANDU, BERLIN, LORD_HOWE], ids=str)
async def test_every_figure_of_every_period_is_the_truth(database: Database, link: int, truth: Truth, zone: ZoneInfo):
    await count(database, link, truth.clicked)
    statistics, today = Statistics(database), NOW.astimezone(zone).date()
    for period in Period:
        first, last = days_of(period, today, truth, zone)
        own = truth.within(zone, first, last, NOW)
        seen = await statistics.overview(ANNA, Scope(link), period, zone, NOW)
        assert (seen.clicks, seen.visitors, seen.bots) == (own.total(), own.total("visitors"), own.total("bots"))
        assert seen.repeats == own.total() - own.total("visitors")
        assert seen.first_click == min(each.at for each in truth.clicked if each.clicks)
        assert sum(point.clicks for point in seen.points) == own.total()
        divided = await statistics.breakdown(ANNA, Scope(link), period, zone, NOW, DIMENSIONS)
        for dimension in (COUNTRY, DEVICE, REFERRER):
            assert divided.by[dimension] == own.divided(dimension), (period, dimension)
        heat = await statistics.heat(ANNA, Scope(link), period, zone, NOW)
        hours = own.by(lambda each: (each.local(zone).weekday(), each.local(zone).hour))
        assert {place: clicks for place, clicks in cells(heat).items() if clicks} == hours
        assert heat.span == divided.span == seen.span


@pytest.mark.parametrize("zone", [KATHMANDU, BERLIN], ids=str)
async def test_a_period_is_compared_with_the_one_before_until_the_same_time(
    database: Database, link: int, truth: Truth, zone: ZoneInfo
):
    await count(database, link, truth.clicked)
    now = NOW.astimezone(zone)
    # The quarter that runs is counted until its end, then and now.
    then = {days: (now - timedelta(days=days)).replace(tzinfo=zone) for days in (1, 7, 30)}
    for period, days, length in (
        (Period.TODAY, 1, 1), (Period.DAYS_7, 7, 7), (Period.WEEK, 7, now.weekday() + 1), (Period.DAYS_30, 30, 30),
    ):  # fmt: skip
        last = now.date() - timedelta(days=days)
        before = truth.within(zone, last - timedelta(days=length - 1), last, then[days])
        seen = await Statistics(database).overview(ANNA, Scope(link), period, zone, NOW)
        assert seen.before == before.total(), period
        assert seen.change == pytest.approx(seen.clicks / before.total() - 1)
        assert sum(point.before or 0 for point in seen.points) == pytest.approx(before.total(), abs=0) or zone is BERLIN
    february = truth.within(zone, date(2026, 2, 1), date(2026, 2, 28), NOW)
    month = await Statistics(database).overview(ANNA, Scope(link), Period.MONTH, zone, NOW)
    assert month.before == february.total(), "31 March has all of February before it"
    assert (await Statistics(database).overview(ANNA, Scope(link), Period.ALL, zone, NOW)).before is None


async def test_days_and_hours_stand_beside_those_of_before(database: Database, link: int):
    monday, sunday = datetime(2026, 3, 30, 10, 7, tzinfo=UTC), datetime(2026, 3, 24, 8, 0, tzinfo=UTC)
    tuesday = datetime(2026, 3, 31, 10, 40, tzinfo=UTC)
    await count(database, link, [Clicked(monday, 3, 1), Clicked(tuesday, 5, 2), Clicked(sunday, 4)])
    today = await Statistics(database).overview(ANNA, Scope(link), Period.TODAY, BERLIN, NOW)
    assert today.grain is Grain.HOUR
    noon = next(point for point in today.points if point.start.hour == 12)
    assert (noon.clicks, noon.visitors, noon.before) == (5, 2, 3)
    week = await Statistics(database).overview(ANNA, Scope(link), Period.DAYS_7, BERLIN, NOW)
    assert week.grain is Grain.DAY
    assert [(point.start.day, point.clicks, point.before) for point in week.points[-2:]] == [(30, 3, 0), (31, 5, 4)]


async def test_where_nothing_was_before_there_is_no_change(database: Database, link: int):
    await count(database, link, [Clicked(NOW, 3)])
    seen = await Statistics(database).overview(ANNA, Scope(link), Period.TODAY, UTC_ZONE, NOW)
    assert (seen.before, seen.change) == (0, None)


@pytest.mark.parametrize("period", Period)
async def test_a_link_that_nobody_clicked_has_empty_hours(database: Database, link: int, period: Period):
    statistics = Statistics(database)
    await count(database, link, [Clicked(NOW, 0, bots=2)])
    seen = await statistics.overview(ANNA, Scope(link), period, KATHMANDU, NOW)
    assert (seen.clicks, seen.visitors, seen.first_click) == (0, 0, None)
    assert seen.bots == (0 if period is Period.YESTERDAY else 2), "what crawls is no person, and is told apart"
    assert seen.points
    assert (await statistics.heat(ANNA, Scope(link), period, KATHMANDU, NOW)).clicks == 0
    divided = await statistics.breakdown(ANNA, Scope(link), period, KATHMANDU, NOW, [COUNTRY])
    assert divided.by == {COUNTRY: {}}


async def test_a_tag_and_all_links_are_the_sums_of_their_links(links: Links, database: Database, link: int):
    tagged, _ = await links.create(ANNA, "https://example.com/2", NOW)
    bens, _ = await links.create(BEN, "https://example.com/3", NOW)
    async with database.write() as session:
        session.add_all([LinkTag(link_id=tagged.id, tag="лето"), LinkTag(link_id=bens.id, tag="лето")])
        session.add(LinkTag(link_id=link, tag="зима"))
    yesterday = NOW - timedelta(days=1)
    await count(database, link, [Clicked(NOW, 5, 4, country="RU"), Clicked(yesterday - timedelta(days=3), 1)])
    await count(
        database, tagged.id, [Clicked(NOW, 2, 1, country="RU"), Clicked(NOW, 1, country="NP"), Clicked(yesterday)]
    )
    await count(database, bens.id, [Clicked(NOW, 100, 100, country="DE")])
    statistics = Statistics(database)
    assert await statistics.tags(ANNA) == ("зима", "лето")
    for scope, clicks, countries in (
        (Scope(), 8, {"RU": 7, "NP": 1}),
        (Scope(tag="лето"), 3, {"RU": 2, "NP": 1}),
        (Scope(tag="зима"), 5, {"RU": 5}),
    ):
        seen = await statistics.overview(ANNA, scope, Period.TODAY, UTC_ZONE, NOW)
        assert seen.clicks == clicks
        divided = await statistics.breakdown(ANNA, scope, Period.TODAY, UTC_ZONE, NOW, [COUNTRY])
        assert divided.by[COUNTRY] == countries
        heat = await statistics.heat(ANNA, scope, Period.TODAY, UTC_ZONE, NOW)
        assert heat.rows[TODAY.weekday()][12] == heat.clicks == clicks
    every = await statistics.overview(ANNA, Scope(), Period.ALL, UTC_ZONE, NOW)
    assert (every.clicks, every.first_click) == (10, yesterday - timedelta(days=3))


async def test_nobody_sees_the_figures_of_others_of_deleted_links_or_of_drafts(
    links: Links, database: Database, link: int
):
    await count(database, link, [Clicked(NOW, 5)])
    statistics = Statistics(database)

    async def is_closed_to(owner_id: int, scope: Scope, error: type[Exception]) -> None:
        for look in (statistics.overview, statistics.heat):
            with pytest.raises(error):
                await look(owner_id, scope, Period.ALL, UTC_ZONE, NOW)
        with pytest.raises(error):
            await statistics.breakdown(owner_id, scope, Period.ALL, UTC_ZONE, NOW, [COUNTRY])

    await is_closed_to(BEN, Scope(link), LinkNotFound)
    await is_closed_to(ANNA, Scope(2**62), LinkNotFound)
    await is_closed_to(ANNA, Scope(tag="лето"), TagNotFound)
    async with database.write() as session:
        await session.execute(update(LinkRow).where(LinkRow.id == link).values(draft_since=NOW))
    await is_closed_to(ANNA, Scope(link), LinkNotFound)
    async with database.write() as session:
        await session.execute(update(LinkRow).where(LinkRow.id == link).values(draft_since=None))
    await links.delete(ANNA, link, NOW)
    await is_closed_to(ANNA, Scope(link), LinkNotFound)
    assert (await statistics.overview(ANNA, Scope(), Period.ALL, UTC_ZONE, NOW)).clicks == 0


async def test_the_number_of_queries_is_the_same_for_one_link_and_for_many(links: Links, database: Database, link: int):
    statistics, asked = Statistics(database), list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    async def queries() -> int:
        asked.clear()
        for period in Period:
            await statistics.overview(ANNA, Scope(), period, BERLIN, NOW)
            await statistics.heat(ANNA, Scope(), period, BERLIN, NOW)
            await statistics.breakdown(ANNA, Scope(), period, BERLIN, NOW, DIMENSIONS)
        return len(asked)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    few = await queries()
    for number in range(5):
        more, _ = await links.create(ANNA, f"https://example.com/{number}", NOW)
        await count(database, more.id, made_up(random.Random(number), NOW - timedelta(days=90), NOW, 40))
    assert await queries() == few


async def test_what_is_read_while_clicks_are_counted_agrees_with_itself(database: Database, link: int):
    """Each look is one state of the counters: hours and sums never belong to two."""
    statistics, rounds = Statistics(database), 30
    await count(database, link, [Clicked(NOW, 7, 3)])
    done = asyncio.Event()

    async def clicks_come() -> None:
        for number in range(rounds):
            bucket = bucket_of(NOW - timedelta(minutes=15 * number))
            async with database.write() as session:
                # Seven clicks, three of them first visits, in three steps that are to be seen together.
                for clicks, visitors in ((4, 1), (2, 1), (1, 1)):
                    await add_counts(session, [Count(link, bucket, clicks, visitors, 0)])
        done.set()

    async def people_look() -> int:
        looks = 0
        while not done.is_set():
            seen = await statistics.overview(ANNA, Scope(link), Period.DAYS_7, BERLIN, NOW)
            assert sum(point.clicks for point in seen.points) == seen.clicks
            assert seen.clicks % 7 == 0
            assert seen.visitors * 7 == seen.clicks * 3
            looks += 1
        return looks

    looked, _ = await asyncio.gather(people_look(), clicks_come())
    assert looked > 1
    assert (await statistics.overview(ANNA, Scope(link), Period.DAYS_7, BERLIN, NOW)).clicks == 7 * (rounds + 1)
