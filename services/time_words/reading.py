"""Reads a moment in Russian or English words."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from services.time_words.clocks import DAY_MINUTES, find_clock
from services.time_words.days import Day, find_day
from services.time_words.edges import read_edge
from services.time_words.errors import TimeNotUnderstood, TimeTooFar
from services.time_words.moments import Moment, resolve
from services.time_words.spans import read_span

MOST_CHARACTERS = 100
# Nobody plans further, and calendars of zones are a guess by then.
MOST_YEARS = 10
MINUTE = timedelta(minutes=1)
_THROUGH = re.compile(r"^(?:через|спустя|в течение|(?:еще\s+)?на|еще|in|after|within|for|another)\s+")
_FROM_NOW = re.compile(r"\s+(?:from now|later)$")
# A comma that is a decimal one; "25.12,18:00" and "1,000" have none.
_SEPARATORS = re.compile(r"(?P<decimal>(?<![\d.:/,-])\d+,\d{1,2}(?![\d.:/,-]))|[,;!]")
# Beside a day in words alone: "завтра 9", "завтра 12.05".
_BARE_CLOCK = re.compile(r"(?:(?:к|с|до|by|from|until|till)\s+)?(?P<hour>\d{1,2})(?:\.(?P<minute>\d{2}))?")
_NIGHT, NIGHT_MINUTES = re.compile(r"\b(?:ноч|полноч|midnight|night)"), 6 * 60
# Dateparser would go as many years from now.
_YEAR = re.compile(r"\d{4}\s*(?:г|year)")
_TWO_NUMBERS = re.compile(r"\d\D+\d")
# Words that say nothing about when.
_FILLERS = re.compile(r"^(?:(?:в|во|на|к|с|до|по|и|on|at|by|the|of|from|until|till|and)\b\s*)*$")


def read_moment(text: str, zone: tzinfo, now: datetime) -> Moment:
    """The moment that ``text`` names to somebody in ``zone`` at ``now``; one that is over where it says so itself.

    What names an hour or a day without a year means the next one. Takes up to 200 ms the first time: dates in words
    that are not read here are read by dateparser. Raises TimeNotUnderstood and TimeTooFar.
    """
    words = _normalised(text)
    if not words or len(words) > MOST_CHARACTERS:
        raise TimeNotUnderstood(text)
    try:
        moment = _read(words, zone, now)
        if moment is None:
            raise TimeNotUnderstood(text)
        if moment.at > now + timedelta(days=366 * MOST_YEARS):
            raise TimeTooFar(MOST_YEARS)
    except OverflowError:
        raise TimeTooFar(MOST_YEARS) from None
    except (ValueError, StopIteration):
        raise TimeNotUnderstood(text) from None
    return moment


def _normalised(text: str) -> str:
    text = text.casefold().replace("ё", "е").replace("’", "'").replace("−", "-")
    text = text.replace("tonight", "today in the evening")
    # "Tomorrow night" is an evening, "at night" is none.
    text = re.sub(r"(?<!\bat )(?<!\bthe )\bnight\b", "evening", text)
    text = _SEPARATORS.sub(lambda found: found["decimal"] or " ", text)
    return " ".join(text.split()).strip(" .")


def _read(words: str, zone: tzinfo, now: datetime) -> Moment | None:
    local = now.astimezone(zone).replace(tzinfo=None)
    if words in {"сейчас", "now"}:
        return Moment(now.replace(second=0, microsecond=0))
    edge = read_edge(words, local.date())
    if edge is not None:
        return resolve(datetime.combine(edge.day, time()), zone, whole_day=edge.whole_day)
    moment = _after_span(words, local, zone, now) or _on_day(words, local, zone, now)
    if moment is None and find_clock(words)[0] is None and find_day(words, local.date())[0] is None:
        return _otherwise(words, local, zone)
    return moment


def _after_span(words: str, local: datetime, zone: tzinfo, now: datetime) -> Moment | None:
    """ "через 2 дня", "через неделю в 18:30", "2 hours"."""
    without = _FROM_NOW.sub("", _THROUGH.sub("", words))
    span = read_span(without)
    if span is not None:
        if not span.months and not span.days:
            return Moment(_to_minute(now + timedelta(minutes=span.minutes)))
        start = resolve(span.after(_to_minute(local)), zone)
        return Moment(start.at + timedelta(minutes=span.minutes), start.twist)
    clock, rest = find_clock(without)
    if clock is None or not _THROUGH.match(words):
        return None
    span = read_span(rest)
    if span is None or span.minutes:
        return None
    return _at(span.after(local).date(), clock, zone)


def _on_day(words: str, local: datetime, zone: tzinfo, now: datetime) -> Moment | None:
    """ "завтра в 18:30", "25 декабря", "в пятницу в 9 утра", "18:30"."""
    clock, rest = find_clock(words)
    day, rest = find_day(rest, local.date())
    if clock is None and day is not None and sum(map(str.isdecimal, words)) == sum(map(str.isdecimal, rest)):
        clock, rest = _bare_clock(rest)
    if not _FILLERS.match(rest) or (clock is None and day is None):
        return None
    if day is None:
        day = Day(local.date(), lambda: local.date() + timedelta(days=1))
    elif clock is None:
        return _whole_day(day, local.date(), zone)
    assert clock is not None
    moment = _at(day.on, clock, zone)
    if moment.at <= now and day.again is not None:
        moment = _at(day.again(), clock, zone)
    elif moment.at <= now and day.on == local.date() and clock < NIGHT_MINUTES and _NIGHT.search(words):
        # Tonight, past midnight.
        moment = _at(day.on + timedelta(days=1), clock, zone)
    return moment


def _bare_clock(text: str) -> tuple[int | None, str]:
    """An hour without any word, which is all that is left of the text; None and the text where it is none."""
    found = _BARE_CLOCK.fullmatch(text)
    if found is None:
        return None, text
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    minutes = hour * 60 + minute
    return (None, text) if minute >= 60 or minutes > DAY_MINUTES else (minutes, "")


def _whole_day(day: Day, today: date, zone: tzinfo) -> Moment:
    chosen = day.again() if day.not_today and day.again is not None and day.on == today else day.on
    return resolve(datetime.combine(chosen, time()), zone, whole_day=True)


def _at(day: date, minutes: int, zone: tzinfo) -> Moment:
    over, minutes = divmod(minutes, DAY_MINUTES)
    return resolve(datetime.combine(day + timedelta(days=over), time(minutes // 60, minutes % 60)), zone)


def _otherwise(words: str, local: datetime, zone: tzinfo) -> Moment | None:
    """What dateparser reads in words; it would make a day of a bare number, and of a bare "may".

    Of two numbers it takes the one that it likes.
    """
    if len(words.split()) < 2 or not re.search(r"[^\W\d_]{3}", words):
        return None
    if _TWO_NUMBERS.search(words) or _YEAR.search(words):
        return None
    import dateparser  # takes 100 ms, and few moments need it

    # Without REQUIRE_PARTS it would put this day's number into "in December".
    settings: Any = {
        "RELATIVE_BASE": local, "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY", "REQUIRE_PARTS": ["day", "month"],
    }  # fmt: skip
    found = dateparser.parse(words, languages=["ru", "en"], settings=settings)
    if found is None:
        return None
    if found.tzinfo is not None:
        return Moment(_to_minute(found.astimezone(UTC)))
    return resolve(_to_minute(found), zone, whole_day=found.time() == time())


def _to_minute(moment: datetime) -> datetime:
    """The full minute, the next one where some of it is over: what was promised for an hour lasts one."""
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + MINUTE
