"""Periods on a person's calendar: exact in every zone, and what is cut up is whole when put together."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.statistics.periods import (
    Grain,
    Period,
    Span,
    Stretch,
    bucket_of,
    moment_of,
    slices,
    span_before,
    span_of,
    start_of_day,
    stretches,
)

BERLIN, KATHMANDU, MOSCOW = (ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Kathmandu", "Europe/Moscow"))
# Daylight saving of half an hour; one that begins at midnight; one that ends at midnight.
LORD_HOWE, CAIRO, HAVANA = (ZoneInfo(name) for name in ("Australia/Lord_Howe", "Africa/Cairo", "America/Havana"))
ZONES = st.sampled_from(
    [ZoneInfo("UTC"), BERLIN, KATHMANDU, MOSCOW, LORD_HOWE, CAIRO, HAVANA, ZoneInfo("America/St_Johns")]
)
MOMENTS = st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
SINCE = st.integers(0, 3_000).map(lambda days: timedelta(days=days))


def span(period: Period, zone: ZoneInfo, now: datetime, ago: timedelta = timedelta(days=400)) -> Span:
    return span_of(period, zone, now, now - ago)


def shown(of: Span | None) -> tuple[str, str]:
    """From when until when, as the zone's clocks have it."""
    assert of is not None
    return tuple(moment_of(edge, of.zone).strftime("%d.%m.%y %H:%M") for edge in (of.first, of.end))  # type: ignore[return-value]


@given(MOMENTS, ZONES)
def test_a_day_begins_when_its_date_does(now: datetime, zone: ZoneInfo):
    midnight = start_of_day(now, zone)
    assert midnight <= now
    assert midnight.date() == now.astimezone(zone).date()
    before = (midnight.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone)
    assert before.date() < midnight.date()


@given(MOMENTS, ZONES, st.sampled_from(Period), st.sampled_from(Grain), SINCE)
def test_slices_are_the_whole_period_without_gaps(
    now: datetime, zone: ZoneInfo, period: Period, grain: Grain, ago: timedelta
):
    whole = span(period, zone, now, min(ago, timedelta(days=40)) if grain is Grain.HOUR else ago)
    cut = slices(whole, grain)
    assert cut[0].first == whole.first
    assert cut[-1].end == whole.end
    assert all(one.end == next_one.first for one, next_one in pairwise(cut))
    assert all(each.first < each.end for each in cut)
    assert len({each.start.timestamp() for each in cut}) == len(cut)


@given(MOMENTS, ZONES, st.sampled_from(Period), SINCE)
def test_clocks_do_not_change_within_a_stretch(now: datetime, zone: ZoneInfo, period: Period, ago: timedelta):
    whole = span(period, zone, now, ago)
    cut = stretches(whole)
    assert (cut[0].first, cut[-1].end) == (whole.first, whole.end)
    for one, next_one in pairwise(cut):
        assert one.end == next_one.first
        assert one.shift != next_one.shift
    for each in cut:
        for bucket in (each.first, (each.first + each.end) // 2, each.end - 1):
            offset = moment_of(bucket, zone).utcoffset()
            assert offset == timedelta(minutes=15) * each.shift


@given(MOMENTS, ZONES, st.sampled_from(Period))
def test_what_a_period_is_compared_with_ends_where_the_clock_stood_and_before_it(
    now: datetime, zone: ZoneInfo, period: Period
):
    whole = span(period, zone, now)
    before = span_before(period, whole)
    if before is None:
        assert period is Period.ALL
        return
    assert before.first <= before.end <= whole.first
    assert before.start == start_of_day(before.start, zone)
    assert before.end - before.first <= whole.end - whole.first + 4, "no longer, but for an hour of daylight saving"


@given(MOMENTS, ZONES)
def test_a_period_that_runs_ends_with_the_quarter_that_runs(now: datetime, zone: ZoneInfo):
    for period in set(Period) - {Period.YESTERDAY}:
        assert span(period, zone, now).end == bucket_of(now) + 1
    assert span(Period.YESTERDAY, zone, now).end == span(Period.TODAY, zone, now).first


TUESDAY = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "whole", "before"),
    [
        (Period.TODAY, ("31.03.26 00:00", "31.03.26 18:00"), ("30.03.26 00:00", "30.03.26 18:00")),
        (Period.YESTERDAY, ("30.03.26 00:00", "31.03.26 00:00"), ("29.03.26 00:00", "30.03.26 00:00")),
        (Period.WEEK, ("30.03.26 00:00", "31.03.26 18:00"), ("23.03.26 00:00", "24.03.26 18:00")),
        (Period.DAYS_7, ("25.03.26 00:00", "31.03.26 18:00"), ("18.03.26 00:00", "24.03.26 18:00")),
        (Period.DAYS_30, ("02.03.26 00:00", "31.03.26 18:00"), ("31.01.26 00:00", "01.03.26 18:00")),
        # February has no 31st: all of it.
        (Period.MONTH, ("01.03.26 00:00", "31.03.26 18:00"), ("01.02.26 00:00", "01.03.26 00:00")),
    ],
)
def test_periods_in_kathmandu(period: Period, whole: tuple[str, str], before: tuple[str, str]):
    """12:00 in UTC is 17:45 there, and that quarter runs until 18:00."""
    found = span(period, KATHMANDU, TUESDAY)
    assert shown(found) == whole
    assert shown(span_before(period, found)) == before


def test_all_begins_with_the_day_of_the_first_click_and_with_today_where_there_is_none():
    first = datetime(2025, 12, 31, 18, 20, tzinfo=UTC)
    assert shown(span_of(Period.ALL, KATHMANDU, TUESDAY, first))[0] == "01.01.26 00:00"
    assert shown(span_of(Period.ALL, KATHMANDU, TUESDAY, None))[0] == "31.03.26 00:00"


def hours(of: Span) -> list[tuple[str, int]]:
    return [(each.start.strftime("%H:%M"), each.end - each.first) for each in slices(of, Grain.HOUR)]


def test_the_day_on_which_an_hour_is_skipped_has_23():
    found = hours(span(Period.YESTERDAY, BERLIN, datetime(2026, 3, 30, 12, tzinfo=UTC)))
    assert len(found) == 23
    assert [each for each, _ in found[:4]] == ["00:00", "01:00", "03:00", "04:00"]
    assert {quarters for _, quarters in found} == {4}


def test_the_day_on_which_an_hour_comes_twice_has_25():
    found = hours(span(Period.YESTERDAY, BERLIN, datetime(2026, 10, 26, 12, tzinfo=UTC)))
    assert len(found) == 25
    assert [each for each, _ in found[:5]] == ["00:00", "01:00", "02:00", "02:00", "03:00"]


def test_on_lord_howe_half_an_hour_comes_and_goes():
    spring = hours(span(Period.YESTERDAY, LORD_HOWE, datetime(2026, 10, 4, 20, tzinfo=UTC)))
    assert spring[1:4] == [("01:00", 4), ("02:30", 2), ("03:00", 4)]
    autumn = hours(span(Period.YESTERDAY, LORD_HOWE, datetime(2026, 4, 5, 20, tzinfo=UTC)))
    assert autumn[1:4] == [("01:00", 4), ("01:30", 2), ("02:00", 4)]
    assert sum(quarters for _, quarters in spring) == 94
    assert sum(quarters for _, quarters in autumn) == 98


def test_where_midnight_is_skipped_the_day_begins_at_one():
    day = span(Period.TODAY, CAIRO, datetime(2026, 4, 24, 12, tzinfo=UTC))
    assert shown(day)[0] == "24.04.26 01:00"
    assert [each.start.hour for each in slices(span(Period.DAYS_7, CAIRO, day.start), Grain.DAY)] == [0] * 6 + [1]


@pytest.mark.parametrize(
    ("period", "ago", "grain"),
    [
        (Period.TODAY, 0, Grain.HOUR),
        (Period.YESTERDAY, 0, Grain.HOUR),
        (Period.WEEK, 0, Grain.HOUR),
        (Period.DAYS_7, 0, Grain.DAY),
        (Period.ALL, 1, Grain.HOUR),
        (Period.ALL, 2, Grain.DAY),
        (Period.ALL, 91, Grain.DAY),
        (Period.ALL, 92, Grain.MONTH),
    ],
)
def test_what_is_short_is_shown_in_hours_and_what_is_long_in_months(period: Period, ago: int, grain: Grain):
    assert span(period, MOSCOW, TUESDAY, timedelta(days=ago)).grain is grain


def test_months_are_those_of_the_calendar():
    found = slices(span(Period.ALL, MOSCOW, TUESDAY, timedelta(days=100)), Grain.MONTH)
    assert [each.start.date() for each in found] == [
        date(2025, 12, 21),
        date(2026, 1, 1),
        date(2026, 2, 1),
        date(2026, 3, 1),
    ]


def test_a_date_that_a_zone_left_out_has_no_slice():
    apia = ZoneInfo("Pacific/Apia")
    found = slices(span(Period.DAYS_7, apia, datetime(2012, 1, 2, tzinfo=UTC)), Grain.DAY)
    assert [each.start.day for each in found] == [27, 28, 29, 31, 1, 2]


def test_a_change_of_clocks_is_found_to_the_quarter():
    found = stretches(span(Period.ALL, BERLIN, datetime(2026, 11, 1, tzinfo=UTC), timedelta(days=300)))
    spring, autumn = (datetime(2026, *day, 1, tzinfo=UTC) for day in ((3, 29), (10, 25)))
    assert found == [
        Stretch(found[0].first, bucket_of(spring), 4),
        Stretch(bucket_of(spring), bucket_of(autumn), 8),
        Stretch(bucket_of(autumn), found[-1].end, 4),
    ]
