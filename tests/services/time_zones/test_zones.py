from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.time_zones import UnknownTimeZone, current_offset, parse_offset, zone

NOW = datetime(2025, 11, 22, 12, 0, tzinfo=UTC)
SUMMER = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("+3", "UTC+03:00"),
        (" + 3 ", "UTC+03:00"),
        ("−3", "UTC-03:00"),  # the minus sign
        ("–3", "UTC-03:00"),  # a dash, as phones make of two hyphens
        ("-0", "UTC+00:00"),
        ("utc", "UTC+00:00"),
        ("GMT-4", "UTC-04:00"),
        ("UTC+5:30", "UTC+05:30"),
        ("utc + 5:30", "UTC+05:30"),
        ("+05:45", "UTC+05:45"),
        ("+0545", "UTC+05:45"),
        ("+5.45", "UTC+05:45"),
        ("+5,5", "UTC+05:30"),
        ("+5.5", "UTC+05:30"),
        ("+14", "UTC+14:00"),
        ("-12:00", "UTC-12:00"),
        ("МСК", "Europe/Moscow"),
        ("msk", "Europe/Moscow"),
        ("мск+2", "UTC+05:00"),
        ("МСК −1", "UTC+02:00"),
        ("Europe/Moscow", "Europe/Moscow"),
        ("europe/moscow", "Europe/Moscow"),
        ("America/New York", "America/New_York"),
    ],
)
def test_an_offset_or_a_zone_is_understood_as_people_type_it(typed: str, name: str) -> None:
    assert parse_offset(typed) == name


@pytest.mark.parametrize(
    "typed",
    # What is not there, too far, or may as well be a time of day.
    ["", "+", "3", "12:30", "+14:15", "-12:15", "-13", "+5:07", "+5:60", "+99", "+111", "мск+12", "Etc/GMT-3",
     "Mars/Olympus", "../../etc/passwd", "Москва", "+٣x", "+3 +3"],
)  # fmt: skip
def test_what_is_no_offset_is_not_taken_for_one(typed: str) -> None:
    assert parse_offset(typed) is None


@given(st.text())
@example("+" * 5000)
@example("\x00")
def test_no_text_at_all_makes_it_fall(typed: str) -> None:
    name = parse_offset(typed)
    assert name is None or zone(name)


QUARTERS = range(-12 * 4, 14 * 4 + 1)


@pytest.mark.parametrize("written", ["UTC{0}{1:02}:{2:02}", "{0}{1}:{2:02}", "{0}{1:02}{2:02}", "gmt {0} {1}.{2:02}"])
def test_every_offset_comes_back_as_it_was_written(written: str) -> None:
    for quarter in QUARTERS:
        shift = timedelta(minutes=15 * quarter)
        hours, minutes = divmod(abs(15 * quarter), 60)
        name = parse_offset(written.format("+" if quarter >= 0 else "-", hours, minutes))
        assert name is not None
        assert zone(name).utcoffset(NOW) == shift
        assert current_offset(name, NOW) == shift
        assert parse_offset(name) == name


def test_summer_time_is_the_zones_own() -> None:
    assert current_offset("Europe/Berlin", NOW) == timedelta(hours=1)
    assert current_offset("Europe/Berlin", SUMMER) == timedelta(hours=2)
    assert current_offset("Asia/Kathmandu", NOW) == timedelta(hours=5, minutes=45)
    assert zone("Europe/Moscow") == ZoneInfo("Europe/Moscow")


def test_an_operator_can_name_utc() -> None:
    assert current_offset("UTC", NOW) == timedelta()


@pytest.mark.parametrize("name", ["", "Moscow", "europe/moscow", "UTC+3", "UTC+14:15", "UTC-00:00", "/etc/passwd"])
def test_a_name_that_was_never_given_out_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownTimeZone) as refused:
        zone(name)
    assert refused.value.name == name


@given(st.text())
def test_a_forged_name_is_a_refusal_and_nothing_else(name: str) -> None:
    try:
        zone(name)
    except UnknownTimeZone:
        assert name not in {"Europe/Moscow", "UTC+03:00"}
