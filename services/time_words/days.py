"""The day in a text: "завтра", "в пятницу", "25 декабря", "next friday", "2026-12-25"."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from services.time_words.names import MONTHS, WEEKDAYS, any_of, place_of
from services.time_words.spans import Span


@dataclass(frozen=True, slots=True)
class Day:
    """``again``: what the day is instead where it, or its hour, is over; None: it is that day and no other."""

    on: date
    again: Callable[[], date] | None = None
    # A weekday without an hour, said on that weekday, is the one in a week.
    not_today: bool = False
    # Any day of the week that holds it: a weekday beside it says which.
    whole_week: bool = False


def find_day(text: str, today: date) -> tuple[Day | None, str]:
    """The day that a text in small letters names, and the text without it; None and the whole text without any.

    Raises ValueError for a day that no calendar has, such as the 31st of February, and for one that is not on the
    weekday that stands beside it.
    """
    for pattern, read in _DAYS:
        found = pattern.search(text)
        if found is not None:
            return _on_its_weekday(read(found, today), _without(text, found))
    found = _WEEKDAY.search(text)
    return (None, text) if found is None else (_weekday(found, today), _without(text, found))


def _on_its_weekday(day: Day, rest: str) -> tuple[Day, str]:
    """ "Friday 25 December": what is named twice."""
    found = _WEEKDAY.search(rest)
    if found is None:
        return day, rest
    named = place_of(found["weekday"], WEEKDAYS)
    if day.whole_week:
        day = Day(day.on + timedelta(days=named - day.on.weekday()))
    if day.on.weekday() != named:
        raise ValueError(f"{day.on} is another day of the week")
    # Next year it would be on another.
    return Day(day.on), _without(rest, found)


def _without(text: str, found: re.Match[str]) -> str:
    return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())


def _steps(days: int) -> Callable[[re.Match[str], date], Day]:
    return lambda _found, today: Day(today + timedelta(days=days))


def _weekday(found: re.Match[str], today: date) -> Day:
    ahead = (place_of(found["weekday"], WEEKDAYS) - today.weekday()) % 7
    if found["next"]:
        # The one of the next week, which begins on Monday.
        ahead += 7 if ahead + today.weekday() < 7 else 0
        return Day(today + timedelta(days=ahead))
    day = today + timedelta(days=ahead)
    return Day(day) if found["this"] else Day(day, lambda: day + timedelta(days=7), not_today=True)


def _named_month(found: re.Match[str], today: date) -> Day:
    return _dated(found["year"], place_of(found["month"], MONTHS) + 1, int(found["day"]), today)


def _numbers(found: re.Match[str], today: date) -> Day:
    return _dated(found["year"], int(found["month"]), int(found["day"]), today)


def _dated(year: str | None, month: int, day: int, today: date) -> Day:
    if year:
        return Day(date(int(year) + (2000 if len(year) == 2 else 0), month, day))
    # The 29th of February comes when it comes.
    coming = [each for ahead in range(9) if (each := _in_year(today.year + ahead, month, day)) is not None]
    if not coming:
        raise ValueError(f"no year has day {day} of month {month}")
    later = iter(coming)
    first = next(each for each in later if each >= today)
    return Day(first, lambda: next(later))


def _in_year(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day_of_month(found: re.Match[str], today: date) -> Day:
    number = int(found["day"])
    if not 1 <= number <= 31:
        raise ValueError(f"no month has day {number}")
    months = (_in_month(today, ahead, number) for ahead in range(4))
    later = (each for each in months if each is not None and each >= today)
    return Day(next(later), lambda: next(later))


def _in_month(today: date, ahead: int, number: int) -> date | None:
    year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
    return _in_year(year, month + 1, number)


def _next(span: Span) -> Callable[[re.Match[str], date], Day]:
    def read(_found: re.Match[str], today: date) -> Day:
        year, month = divmod(today.year * 12 + today.month - 1 + span.months, 12)
        for day in range(today.day, 0, -1):
            if (found := _in_year(year, month + 1, day)) is not None:
                return Day(found + timedelta(days=span.days), whole_week=not span.months)
        raise ValueError("no such month")

    return read


_ON = r"(?:\b(?:в|во|на|к|с|до|по|on|at|by|from|until|till)\s+)?(?:the\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:-?(?:го|е|st|nd|rd|th))?"
_YEAR = r"(?P<year>\d{4})(?:\s*(?:года?|г)\b\.?)?"
_NUMBERED = r"(?P<day>\d{1,2})([./])(?P<month>\d{1,2})(?:\2(?P<year>\d{4}|\d{2}))?(?![.\d/])(?:\s*г(?:ода)?\b\.?)?"
_NEXT = r"(?P<next>следующ\w+\s+|next\s+)|(?P<this>эт(?:от|ой|у|о|и)\s+|this\s+)|(?:ближайш\w+|coming)\s+"
_WEEKDAY = re.compile(rf"{_ON}\b(?:{_NEXT})?(?P<weekday>{any_of(WEEKDAYS)})\b\.?,?")
_DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Day]], ...] = (
    (re.compile(rf"{_ON}\b(?:послезавтра|day after tomorrow)\b"), _steps(2)),
    (re.compile(rf"{_ON}\b(?:завтра(?:шнего дня)?|tomorrow)\b"), _steps(1)),
    (re.compile(rf"{_ON}\b(?:сегодня(?:шнего дня)?|today)\b"), _steps(0)),
    (re.compile(rf"{_ON}\b(?:вчера|yesterday)\b"), _steps(-1)),
    (re.compile(rf"{_ON}\b(?:следующ(?:ей|ую) недел[еюи]|next week)\b"), _next(Span(days=7))),
    (re.compile(rf"{_ON}\b(?:следующ(?:ем|ий|его) месяц[еа]?|next month)\b"), _next(Span(months=1))),
    (re.compile(rf"{_ON}\b(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})\b"), _numbers),
    (re.compile(rf"{_ON}\b{_NUMBERED}"), _numbers),
    (re.compile(rf"{_ON}\b{_DAY}\s+(?:of\s+)?(?P<month>{any_of(MONTHS)})\b\.?,?(?:\s*{_YEAR})?"), _named_month),
    (re.compile(rf"{_ON}\b(?P<month>{any_of(MONTHS)})\.?\s+(?:the\s+)?{_DAY}\b(?!:),?(?:\s*{_YEAR})?"), _named_month),
    (re.compile(rf"{_ON}\b(?P<day>\d{{1,2}})(?:\s+числа|-?го(?:\s+числа)?|(?:st|nd|rd|th))\b"), _day_of_month),
)  # fmt: skip
