"""What people write when they mean a moment, and the moment that they mean."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import UserError
from services.time_words import Moment, TimeNotUnderstood, TimeTooFar, Twist, end_of_day, read_moment, resolve
from services.time_zones import zone

MOSCOW, BERLIN, KATHMANDU = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
# A Sunday, half past one in Moscow.
NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


def read(text: str, of: tzinfo = MOSCOW, now: datetime = NOW) -> str:
    moment = read_moment(text, of, now)
    words = f"{moment.at.astimezone(of):%Y-%m-%d %H:%M}"
    return f"{words} all day" if moment.whole_day else words


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("завтра в 18:30", "2026-11-23 18:30"),
        ("Завтра, в 18.30!", "2026-11-23 18:30"),
        ("in 2 hours", "2026-11-22 15:30"),
        ("через 2 часа", "2026-11-22 15:30"),
        ("2 часа", "2026-11-22 15:30"),
        ("25 декабря 12:00", "2026-12-25 12:00"),
        ("25 декабря 2027 года в 12:00", "2027-12-25 12:00"),
        ("в пятницу в 9 утра", "2026-11-27 09:00"),
        ("в среду вечером в 9", "2026-11-25 21:00"),
        ("к среде", "2026-11-25 00:00 all day"),
        ("в следующую пятницу в 17:00", "2026-11-27 17:00"),
        ("пт 18:00", "2026-11-27 18:00"),
        ("on Friday at 9 am", "2026-11-27 09:00"),
        ("next friday at 7:05 p.m.", "2026-11-27 19:05"),
        ("послезавтра", "2026-11-24 00:00 all day"),
        ("сегодня в 14", "2026-11-22 14:00"),
        ("tonight", "2026-11-22 19:00"),
        ("завтра утром", "2026-11-23 09:00"),
        ("через полчаса", "2026-11-22 14:00"),
        ("через полтора часа", "2026-11-22 15:00"),
        ("in an hour and a half", "2026-11-22 15:00"),
        ("через час 15 минут", "2026-11-22 14:45"),
        ("через неделю", "2026-11-29 13:30"),
        ("через 3 дня и 2 часа", "2026-11-25 15:30"),
        ("через 2 дня в 18:30", "2026-11-24 18:30"),
        ("in three days at 6pm", "2026-11-25 18:00"),
        ("in a fortnight", "2026-12-06 13:30"),
        ("18:30", "2026-11-22 18:30"),
        ("9:00", "2026-11-23 09:00"),
        ("в 3 часа ночи", "2026-11-23 03:00"),
        ("завтра в 2 дня", "2026-11-23 14:00"),
        ("12 am", "2026-11-23 00:00"),
        ("полночь", "2026-11-23 00:00"),
        ("завтра в 24:00", "2026-11-24 00:00"),
        ("5.12", "2026-12-05 00:00 all day"),
        ("05.12.27 в 10", "2027-12-05 10:00"),
        ("2027-01-31 23:59", "2027-01-31 23:59"),
        ("December 25th, 2026 at 3:15 pm", "2026-12-25 15:15"),
        ("29 февраля", "2028-02-29 00:00 all day"),
        ("31 числа", "2026-12-31 00:00 all day"),
        ("1 января", "2027-01-01 00:00 all day"),
        ("в воскресенье", "2026-11-29 00:00 all day"),
        ("в воскресенье в 18:00", "2026-11-22 18:00"),
        ("в воскресенье в 12:00", "2026-11-29 12:00"),
        ("next week", "2026-11-29 00:00 all day"),
        ("вчера", "2026-11-21 00:00 all day"),
        ("01.01.2020", "2020-01-01 00:00 all day"),
        ("today at 9 am", "2026-11-22 09:00"),
        ("сегодня в 9", "2026-11-22 09:00"),
        ("in a couple of days", "2026-11-24 13:30"),
    ],
)
def test_a_moment_in_words_is_read(text: str, moment: str):
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("через 1,5 часа", "2026-11-22 15:00"),
        ("in 1,5 hours", "2026-11-22 15:00"),
        ("через 1.5 часа", "2026-11-22 15:00"),
        ("in 1.5 hours", "2026-11-22 15:00"),
        ("через 0,25 часа", "2026-11-22 13:45"),
        ("через 2,5 дня", "2026-11-25 01:30"),
        ("через полтора дня", "2026-11-24 01:30"),
        ("через полторы недели", "2026-12-03 01:30"),
        ("через 1,5 месяца", "2027-01-06 13:30"),
        ("через полтора года", "2028-05-22 13:30"),
        ("через два с половиной часа", "2026-11-22 16:00"),
        ("in two and a half hours", "2026-11-22 16:00"),
        ("через час с половиной", "2026-11-22 15:00"),
        ("через полдня", "2026-11-23 01:30"),
        ("1h30m", "2026-11-22 15:00"),
        ("2ч30м", "2026-11-22 16:00"),
        ("через 1 час 30", "2026-11-22 15:00"),
        ("1d12h", "2026-11-24 01:30"),
        ("25.12,18:00", "2026-12-25 18:00"),
    ],
)
def test_parts_of_hours_and_days_are_read_as_they_are_meant(text: str, moment: str):
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("на 3 дня", "2026-11-25 13:30"),
        ("на три дня", "2026-11-25 13:30"),
        ("for 3 days", "2026-11-25 13:30"),
        ("на неделю", "2026-11-29 13:30"),
        ("ещё на 2 часа", "2026-11-22 15:30"),
        ("на 3 часа дня", "2026-11-22 15:00"),
        ("в 3 дня", "2026-11-22 15:00"),
    ],
)
def test_how_long_it_lasts_is_no_hour_of_the_day(text: str, moment: str):
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("до конца дня", "2026-11-24 00:00 all day"),
        ("end of day", "2026-11-24 00:00 all day"),
        ("до конца завтрашнего дня", "2026-11-25 00:00 all day"),
        ("до конца недели", "2026-11-29 00:00 all day"),
        ("until the end of next week", "2026-12-06 00:00 all day"),
        ("до конца месяца", "2026-11-30 00:00 all day"),
        ("end of month", "2026-11-30 00:00 all day"),
        ("до конца следующего месяца", "2026-12-31 00:00 all day"),
        ("до конца года", "2026-12-31 00:00 all day"),
        ("до конца февраля", "2027-02-28 00:00 all day"),
        ("end of february 2028", "2028-02-29 00:00 all day"),
        ("до конца 2027 года", "2027-12-31 00:00 all day"),
        ("до конца пятницы", "2026-11-27 00:00 all day"),
        ("до конца вторника", "2026-11-24 00:00 all day"),
        ("до конца 25 декабря", "2026-12-25 00:00 all day"),
        ("до декабря", "2026-12-01 00:00"),
        ("until december 2027", "2027-12-01 00:00"),
        ("с мая", "2027-05-01 00:00"),
        ("до ноября", "2027-11-01 00:00"),
        ("до 2027 года", "2027-01-01 00:00"),
        ("до Нового года", "2027-01-01 00:00"),
    ],
)
def test_an_end_of_something_is_its_last_day(text: str, moment: str):
    # A Tuesday.
    assert read(text, now=NOW + timedelta(days=2)) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("завтра ночью", "2026-11-24 00:00"),
        ("сегодня ночью", "2026-11-23 00:00"),
        ("сегодня в полночь", "2026-11-23 00:00"),
        ("сегодня в 2 часа ночи", "2026-11-23 02:00"),
        ("завтра в 12 вечера", "2026-11-24 00:00"),
        ("tomorrow night", "2026-11-23 19:00"),
        ("tomorrow night at 8", "2026-11-23 20:00"),
        ("в эту пятницу", "2026-11-27 00:00 all day"),
        ("this friday", "2026-11-27 00:00 all day"),
        ("в это воскресенье", "2026-11-22 00:00 all day"),
        ("в ближайшую пятницу в 18:00", "2026-11-27 18:00"),
        ("завтра 9", "2026-11-23 09:00"),
        ("tomorrow 21", "2026-11-23 21:00"),
        ("пятница 18", "2026-11-27 18:00"),
        ("завтра 12.05", "2026-11-23 12:05"),
        ("завтра до 18", "2026-11-23 18:00"),
        ("Пятница 25 декабря 18:00", "2026-12-25 18:00"),
        ("пт, 25.12 18:00", "2026-12-25 18:00"),
        ("friday, december 25 at 6pm", "2026-12-25 18:00"),
        ("завтра, в понедельник, в 9", "2026-11-23 09:00"),
        ("в пятницу на следующей неделе", "2026-11-27 00:00 all day"),
    ],
)
def test_days_and_hours_are_named_in_many_ways(text: str, moment: str):
    assert read(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "  ", "abc", "5", "-1", "10⁹", "1e9", "0 минут", "через 0 дней", "w", "may", "никогда", "31.02", "99:99",
     "в 25", "завтра завтра", "завтра в 5 в 6", "32 декабря", "00.00.2027", "0000-01-01", "🙂", "завтра " * 30,
     "in 1 5 hours", "in 1,000 minutes", "1,5", "12,05", "5,12 18:00", "завтра на 3 дня", "до конца", "до конца часа",
     "завтра 25", "завтра 9 9", "25 декабря 9", "завтра 25.05", "ah", "am", "in december", "в декабре", "december 2027",
     "в 2020 году", "in 2027", "Пятница 24 декабря 18:00", "завтра во вторник", "hours", "3 days 4"],
)  # fmt: skip
def test_what_names_no_moment_is_not_guessed_at(text: str):
    with pytest.raises(TimeNotUnderstood):
        read(text)


@pytest.mark.parametrize("text", ["через 20 лет", "через 999999 лет", "01.01.9999", "in 999999 months"])
def test_nobody_plans_decades_ahead(text: str):
    with pytest.raises(TimeTooFar):
        read(text)


def test_what_is_promised_for_an_hour_lasts_one_to_the_full_minute():
    moment = read_moment("через час", MOSCOW, NOW + timedelta(seconds=45))
    assert moment.at == NOW + timedelta(hours=1, minutes=1)


def test_hours_pass_whatever_clocks_show_and_days_go_by_clocks():
    # In the night of 25 October 2026 Berlin puts its clocks back by an hour.
    evening = datetime(2026, 10, 24, 18, 0, tzinfo=UTC)
    assert read("in 12 hours", BERLIN, evening) == "2026-10-25 07:00"
    assert read("in 1 day", BERLIN, evening) == "2026-10-25 20:00"


def test_an_hour_that_clocks_skip_is_put_forward_and_said():
    # In the night of 29 March 2026 Berlin's clocks go from 2:00 to 3:00.
    moment = read_moment("29 марта в 2:30", BERLIN, datetime(2026, 3, 1, tzinfo=UTC))
    assert moment == Moment(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), Twist.SKIPPED)
    assert moment.at.astimezone(BERLIN).hour == 3


def test_an_hour_that_clocks_show_twice_is_the_first_one_and_said():
    moment = read_moment("25 октября в 2:30", BERLIN, datetime(2026, 10, 1, tzinfo=UTC))
    assert moment == Moment(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), Twist.REPEATED)


def test_words_are_meant_in_the_person_s_own_zone():
    assert read_moment("завтра в 18:30", KATHMANDU, NOW).at == datetime(2026, 11, 23, 12, 45, tzinfo=UTC)
    assert read_moment("завтра в 18:30", zone("UTC+05:30"), NOW).at == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def test_a_day_ends_when_the_next_one_begins():
    assert end_of_day(read_moment("5.12", MOSCOW, NOW).at, MOSCOW) == datetime(2026, 12, 5, 21, 0, tzinfo=UTC)
    # 23 hours long.
    day = read_moment("29.03.2026", BERLIN, datetime(2026, 3, 1, tzinfo=UTC)).at
    assert end_of_day(day, BERLIN) - day == timedelta(hours=23)


async def test_reading_does_not_hold_up_anybody_else():
    texts = ["in a fortnight", "завтра в 18:30", "nonsense here", "two weeks later"]
    moments = await asyncio.gather(
        *(asyncio.to_thread(read_moment, text, MOSCOW, NOW) for text in texts), return_exceptions=True
    )
    assert [type(moment) for moment in moments] == [Moment, Moment, TimeNotUnderstood, Moment]


ZONES = st.sampled_from([MOSCOW, BERLIN, KATHMANDU, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")])
LOCAL = st.integers(1, 4_000_000).map(lambda minutes: NOW.replace(tzinfo=None) + timedelta(days=1, minutes=minutes))


@given(LOCAL, ZONES)
def test_a_date_with_its_hour_is_that_moment_or_the_one_beyond_the_gap(local: datetime, of: tzinfo):
    moments = {
        read_moment(text, of, NOW)
        for text in (f"{local:%d.%m.%Y %H:%M}", f"{local:%Y-%m-%d} в {local:%H:%M}", f"at {local:%H:%M on %d.%m.%Y}")
    }
    assert moments == {resolve(local, of)}
    (moment,) = moments
    shown = moment.at.astimezone(of).replace(tzinfo=None)
    if moment.twist is Twist.SKIPPED:
        assert local < shown <= local + timedelta(hours=1)
    else:
        assert shown == local
        earlier = (moment.at - timedelta(minutes=30)).astimezone(of).replace(tzinfo=None)
        assert earlier != local, "the first of two"


@given(st.integers(1, 5_000), ZONES)
def test_so_many_minutes_are_so_many_minutes(minutes: int, of: tzinfo):
    for text in (f"через {minutes} минут", f"in {minutes} minutes"):
        assert read_moment(text, of, NOW).at - NOW == timedelta(minutes=minutes)


WORDS = "завтра в 18:30 9 утра через пятницу 25 декабря in 31 at pm числа . - на 1,5 дня до конца месяца 12.05".split()  # noqa: SIM905


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_any_heap_of_such_words_is_a_moment_or_is_not(words: list[str]):
    try:
        moment = read_moment(" ".join(words), BERLIN, NOW)
    except UserError:
        return
    assert moment.at.second == 0
    assert moment.at.tzinfo is UTC


@settings(deadline=None)
@given(st.text(max_size=120))
def test_any_text_at_all_is_a_moment_or_is_not(text: str):
    with suppress(UserError):
        read_moment(text, MOSCOW, NOW)
