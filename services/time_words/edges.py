"""Where days, weeks, months and years end and begin: "до конца недели", "end of December", "до Нового года"."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from services.time_words.days import find_day
from services.time_words.names import MONTHS, any_of, place_of

_YEAR = r"(?P<year>(?:19|20)\d{2})(?:\s*(?:года?|г))?"
_MONTH = rf"(?P<month>{any_of(MONTHS)})(?:\s+{_YEAR})?"
_END = re.compile(r"(?:(?:до|к|в|по|until|till|by|at)\s+)?(?:the\s+)?(?:конц[аеу]|end\s+of)\s+(?:the\s+)?")
_NEXT = r"(?:(?P<next>следующ(?:его|ей)|next)\s+|(?:эт(?:ого|ой)|текущ(?:его|ей)|this)\s+)?"
_TODAY = re.compile(r"дня|day")
_WEEK = re.compile(rf"{_NEXT}(?:недели|week)")
_SOME_MONTH = re.compile(rf"{_NEXT}(?:месяца|month)")
_SOME_YEAR = re.compile(rf"{_NEXT}(?:года|year)")
_NAMED_MONTH, _NAMED_YEAR = re.compile(_MONTH), re.compile(_YEAR)
# "До декабря", but not "в декабре": which day of it?
_FROM_OR_TO = r"(?:до|к|с|until|till|by|from)\s+"
_MONTH_BEGINS = re.compile(rf"{_FROM_OR_TO}{_MONTH}")
_YEAR_BEGINS = re.compile(rf"{_FROM_OR_TO}{_YEAR}")
_NEW_YEAR = re.compile(rf"(?:{_FROM_OR_TO})?(?:the\s+)?(?:нов(?:ого|ому|ый)\s+год[ау]?|new\s+year)")


@dataclass(frozen=True, slots=True)
class Edge:
    """``whole_day``: the last day, all of it; else the first minute of the day."""

    day: date
    whole_day: bool


def read_edge(text: str, today: date) -> Edge | None:
    """The end or the beginning that the whole text names, in small letters; None where it names none.

    Raises ValueError for a day that no calendar has, and OverflowError where calendars end.
    """
    end = _END.match(text)
    if end is not None:
        last = _last_day(text[end.end() :], today)
        return None if last is None else Edge(last, whole_day=True)
    if _NEW_YEAR.fullmatch(text):
        return Edge(date(today.year + 1, 1, 1), whole_day=False)
    if (found := _MONTH_BEGINS.fullmatch(text)) is not None:
        month = place_of(found["month"], MONTHS) + 1
        year = int(found["year"]) if found["year"] else today.year + (month <= today.month)
        return Edge(date(year, month, 1), whole_day=False)
    if (found := _YEAR_BEGINS.fullmatch(text)) is not None:
        return Edge(date(int(found["year"]), 1, 1), whole_day=False)
    return None


def _last_day(of: str, today: date) -> date | None:
    if _TODAY.fullmatch(of):
        return today
    if (found := _WEEK.fullmatch(of)) is not None:
        return today + timedelta(days=6 - today.weekday() + (7 if found["next"] else 0))
    if (found := _SOME_MONTH.fullmatch(of)) is not None:
        over, month = divmod(today.month - 1 + (1 if found["next"] else 0), 12)
        return _last_of_month(today.year + over, month + 1)
    if (found := _SOME_YEAR.fullmatch(of)) is not None:
        return date(today.year + (1 if found["next"] else 0), 12, 31)
    if (found := _NAMED_MONTH.fullmatch(of)) is not None:
        month = place_of(found["month"], MONTHS) + 1
        return _last_of_month(int(found["year"]) if found["year"] else today.year + (month < today.month), month)
    if (found := _NAMED_YEAR.fullmatch(of)) is not None:
        return date(int(found["year"]), 12, 31)
    day, rest = find_day(of, today)
    return day.on if day is not None and not rest else None


def _last_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
