from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.engine import Database
from db.tables import ClickCount
from services.links.errors import LinkNotFound
from services.links.links import Links
from services.links.statistics import Statistics, bucket_of, by_hours, last_hours, start_of_day
from tests.services.links.conftest import ANNA, BEN, NOW

ZONES = st.sampled_from(
    [
        ZoneInfo("UTC"),
        ZoneInfo("Europe/Berlin"),
        ZoneInfo("Asia/Kathmandu"),
        ZoneInfo("America/St_Johns"),
        # Daylight saving of half an hour; and one that begins at midnight.
        ZoneInfo("Australia/Lord_Howe"),
        ZoneInfo("Africa/Cairo"),
    ]
)
MOMENTS = st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(MOMENTS, ZONES)
def test_the_last_hour_is_the_one_that_runs_and_each_is_an_hour_long(now: datetime, zone: ZoneInfo):
    starts = last_hours(now, zone)
    assert len(starts) == 24
    assert starts[-1] <= now < starts[-1] + timedelta(hours=1)
    steps = {later.astimezone(UTC) - earlier.astimezone(UTC) for earlier, later in pairwise(starts)}
    assert steps == {timedelta(hours=1)}
    assert starts[-1].minute == 0


@given(MOMENTS, ZONES)
def test_a_day_begins_when_its_date_does(now: datetime, zone: ZoneInfo):
    midnight = start_of_day(now, zone)
    assert midnight <= now
    assert midnight.date() == now.astimezone(zone).date()
    before = (midnight.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone)
    assert before.date() < midnight.date()


@given(MOMENTS, ZONES, st.lists(st.tuples(st.integers(0, 30 * 4), st.integers(1, 9), st.integers(0, 9)), max_size=20))
def test_no_click_is_lost_between_the_hours(now: datetime, zone: ZoneInfo, clicks: list[tuple[int, int, int]]):
    starts = last_hours(now, zone)
    end = bucket_of(starts[-1]) + 4
    rows = [(end - 1 - back, count, visitors) for back, count, visitors in clicks]
    hours = by_hours(starts, rows)
    assert sum(hour.clicks for hour in hours) == sum(count for back, count, _ in clicks if back < 24 * 4)


async def test_today_and_the_last_hours_are_the_person_s_own(links: Links, database: Database):
    link, _ = await links.create(ANNA, "https://example.com", NOW)
    zone = ZoneInfo("Asia/Kathmandu")  # 12:00 in UTC is 17:45 there: the day began at 18:15 in UTC
    moments = {
        datetime(2026, 2, 28, 18, 15, tzinfo=UTC): 1,  # the first quarter of today
        datetime(2026, 2, 28, 18, 0, tzinfo=UTC): 10,  # the last one of yesterday
        datetime(2026, 3, 1, 11, 45, tzinfo=UTC): 100,  # 17:30
        datetime(2026, 3, 1, 11, 0, tzinfo=UTC): 1_000,  # 16:45
        datetime(2026, 2, 28, 12, 0, tzinfo=UTC): 10_000,  # 17:45 yesterday: before the last 24 hours
    }
    async with database.write() as session:
        for moment, clicks in moments.items():
            session.add(ClickCount(link_id=link.id, bucket=bucket_of(moment), clicks=clicks, visitors=clicks, bots=0))
    figures = await Statistics(database).of_link(ANNA, link.id, zone, NOW)
    assert figures.today_clicks == 1_101
    hours = {hour.start.strftime("%d %H:%M"): hour.clicks for hour in figures.hours if hour.clicks}
    assert hours == {"28 23:00": 10, "01 00:00": 1, "01 16:00": 1_000, "01 17:00": 100}


async def test_nobody_sees_the_figures_of_others(links: Links, database: Database):
    link, _ = await links.create(ANNA, "https://example.com", NOW)
    with pytest.raises(LinkNotFound):
        await Statistics(database).of_link(BEN, link.id, ZoneInfo("UTC"), NOW)
