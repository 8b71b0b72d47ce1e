from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.engine import Database
from db.queries import people
from services.people.preferences import (
    DEFAULT_QUIET,
    NotAnHour,
    Notice,
    Notices,
    Preferences,
    QuietHours,
    first_free,
)
from services.time_zones import zone

ANNA = 1001
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# Gaps and repeats of an hour, of half an hour (Lord Howe) and of two hours (Troll), odd offsets, and none at all.
ZONES = [
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "UTC+05:30",
    "UTC-09:30",
]
hours = st.integers(0, 23)
quiet_hours = st.builds(QuietHours, hours, hours).filter(lambda quiet: quiet.start != quiet.end)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=300)
@given(quiet=quiet_hours, name=st.sampled_from(ZONES), now=moments)
def test_a_notice_comes_at_the_first_moment_that_is_not_quiet(quiet: QuietHours, name: str, now: datetime):
    local = zone(name)
    free = first_free(quiet, local, now)
    assert not quiet.hold(free.astimezone(local).hour)
    assert now <= free < now + timedelta(hours=49)
    moment = now
    while moment < free:
        assert quiet.hold(moment.astimezone(local).hour), f"{moment} was free already"
        moment += timedelta(minutes=5)


@given(name=st.sampled_from(ZONES), now=moments)
def test_without_quiet_hours_a_notice_comes_at_once(name: str, now: datetime):
    assert first_free(None, zone(name), now) == now


@settings(max_examples=200)
@given(quiet=quiet_hours, name=st.sampled_from(ZONES), now=moments)
def test_outside_of_quiet_hours_nothing_waits(quiet: QuietHours, name: str, now: datetime):
    if not quiet.hold(now.astimezone(zone(name)).hour):
        assert first_free(quiet, zone(name), now) == now


@pytest.mark.parametrize(
    ("quiet", "now", "free"),
    [
        (QuietHours(23, 8), "2026-03-01 22:59", "2026-03-01 22:59"),
        (QuietHours(23, 8), "2026-03-01 23:00", "2026-03-02 08:00"),
        (QuietHours(23, 8), "2026-03-02 07:59", "2026-03-02 08:00"),
        (QuietHours(13, 15), "2026-03-02 14:30", "2026-03-02 15:00"),
        # The clocks go from 02:00 to 03:00: there is no 02:00 at which to speak.
        (QuietHours(23, 2), "2026-03-29 01:30", "2026-03-29 03:00"),
        # Who is quiet but for the hour that is skipped waits a day more.
        (QuietHours(3, 2), "2026-03-29 01:30", "2026-03-30 02:00"),
        # And from 03:00 to 02:00: the hour from 02:00 comes twice.
        (QuietHours(23, 3), "2026-10-25 02:30", "2026-10-25 03:00"),
    ],
)
def test_quiet_hours_end_when_the_person_s_own_clock_says_so(quiet: QuietHours, now: str, free: str):
    berlin = ZoneInfo("Europe/Berlin")
    local = [datetime.fromisoformat(text).replace(tzinfo=berlin) for text in (now, free)]
    assert first_free(quiet, berlin, local[0].astimezone(UTC)) == local[1].astimezone(UTC)


def test_a_kind_that_is_switched_off_never_comes():
    preferences = Preferences(muted=frozenset({"links"}))
    assert preferences.when("links", UTC, NOW) is None
    assert preferences.when("daily", UTC, NOW) == NOW


async def test_what_is_chosen_is_kept(database: Database):
    async with database.write() as session:
        await people.add_if_new(session, ANNA, NOW)
    notices = Notices(database)
    assert await notices.of(ANNA) == Preferences(9, DEFAULT_QUIET, frozenset())
    await notices.choose_hour(ANNA, 0)
    await notices.choose_quiet(ANNA, 22, 7)
    await notices.switch(ANNA, Notice.LINKS, on=False)
    await notices.switch(ANNA, Notice.LINKS, on=False)
    assert await notices.of(ANNA) == Preferences(0, QuietHours(22, 7), frozenset({"links"}))
    await notices.switch(ANNA, Notice.LINKS, on=True)
    await notices.choose_quiet(ANNA, 5, 5)
    assert await notices.of(ANNA) == Preferences(0, None, frozenset())


async def test_an_hour_that_no_day_has_is_refused(database: Database):
    with pytest.raises(NotAnHour):
        await Notices(database).choose_hour(ANNA, 24)
    with pytest.raises(NotAnHour):
        await Notices(database).choose_quiet(ANNA, -1, 5)


async def test_who_is_not_known_has_the_defaults_and_none_are_kept(database: Database):
    assert await Notices(database).choose_hour(ANNA, 5) == Preferences()
    async with database.read() as session:
        assert await people.find(session, ANNA) is None
