"""How long from now: "через 2 часа", "in an hour and a half", "через неделю"."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta
from fractions import Fraction

_NUMBERS = {
    1: "один одну одна a an one",
    2: "два две двое пару two couple",
    3: "три трое three",
    4: "четыре four",
    5: "пять five",
    6: "шесть six",
    7: "семь seven",
    8: "восемь eight",
    9: "девять nine",
    10: "десять ten",
}
_HALF = Fraction(1, 2)
NUMBERS = {word: Fraction(number) for number, words in _NUMBERS.items() for word in words.split()}
NUMBERS |= dict.fromkeys(("полтора", "полторы", "полутора"), 1 + _HALF)
# A number in digits may touch its unit, a word may not: "ah" is no hour.
_AMOUNT = rf"(?:(?P<digits>\d{{1,6}}(?:[.,]\d{{1,2}})?)\s*|(?P<word>{'|'.join(NUMBERS)})\s+)"
_AND_A_HALF = r"(?:с половиной|and a half)"
_UNITS = {
    "minutes": r"мин(?:ут[ауы]?)?|м|min(?:ute)?s?|m",
    "hours": r"ч(?:ас(?:а|ов|ик)?)?|h(?:ou)?rs?|h",
    "days": r"день|дня|дней|дн|сут(?:ки|ок)|days?|d",
    "weeks": r"недел[юьия]|нед|weeks?|w",
    "months": r"месяц(?:а|ев)?|мес|months?",
    "years": r"год[а]?|лет|years?",
}
_UNIT = "|".join(rf"(?P<{name}>{words})" for name, words in _UNITS.items())
_PART = re.compile(
    rf"(?:{_AMOUNT}(?P<half>{_AND_A_HALF}\s+)?)?(?:of\s+)?(?:{_UNIT})(?![^\W\d_])"
    rf"(?P<half_more>\s+{_AND_A_HALF}\b)?\s*(?:(?:и|and)\s+)?"
)
# One of these needs no number before it.
_ONE = re.compile(r"(?:минуту|час|часик|день|сутки|неделю|месяц|год|minute|hour|day|week|month|year)(?![^\W\d_])")
# "An hour 30".
_MINUTES = re.compile(r"\d{1,2}$")
_PLAIN = (
    (re.compile(r"\ba couple\b"), "couple"),
    (re.compile(r"\b(?:полчаса|пол часа|half an hour|a half hour|half hour)\b"), "30 минут"),
    (re.compile(r"\b(?:полдня|пол дня|half a day)\b"), "12 часов"),
    (re.compile(r"\b(?:полгода|пол года|half a year)\b"), "6 месяцев"),
)
MONTHS_A_YEAR, DAYS_A_MONTH, DAYS_A_WEEK, MINUTES_A_DAY, MINUTES_AN_HOUR = 12, 30, 7, 24 * 60, 60


@dataclass(frozen=True, slots=True)
class Span:
    """``months`` and ``days`` are steps in a calendar; ``minutes`` pass whatever clocks show.

    Half a month is 15 days, half a day 12 hours.
    """

    months: int = 0
    days: int = 0
    minutes: int = 0

    def after(self, local: datetime) -> datetime:
        """``local`` after the months and days; the last day of a month where that one has no such day.

        Raises OverflowError where calendars end.
        """
        year, month = divmod(local.year * 12 + local.month - 1 + self.months, 12)
        if year > MAXYEAR:
            raise OverflowError
        day = min(local.day, monthrange(year, month + 1)[1])
        return local.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days)


def read_span(text: str) -> Span | None:
    """The span that the whole text is, in small letters and without its preposition; None where it is none.

    Raises ValueError for a span of nothing.
    """
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    sums = dict.fromkeys(_UNITS, Fraction())
    place, unit = 0, ""
    if not text:
        return None
    while place < len(text):
        part = _PART.match(text, place)
        if part is None and unit == "hours" and (rest := _MINUTES.match(text, place)) is not None:
            sums["minutes"] += int(rest[0])
            break
        amount = None if part is None else _amount(part)
        if part is None or amount is None:
            return None
        unit = next(name for name in _UNITS if part[name] is not None)
        sums[unit] += amount
        place = part.end()
    if not any(sums.values()):
        raise ValueError("no time at all")
    return _span(sums)


def _amount(part: re.Match[str]) -> Fraction | None:
    """How many of its unit; None where it says none and is not one of it: "3 часа дня" is no span."""
    halves = _HALF if part["half"] or part["half_more"] else Fraction()
    if part["digits"] is not None:
        return Fraction(part["digits"].replace(",", ".")) + halves
    if part["word"] is not None:
        return NUMBERS[part["word"]] + halves
    return 1 + halves if _ONE.match(part[0]) else None


def _span(sums: dict[str, Fraction]) -> Span:
    months, rest = divmod(sums["months"] + MONTHS_A_YEAR * sums["years"], 1)
    days, rest = divmod(sums["days"] + DAYS_A_WEEK * sums["weeks"] + DAYS_A_MONTH * rest, 1)
    minutes = sums["minutes"] + MINUTES_AN_HOUR * sums["hours"] + MINUTES_A_DAY * rest
    return Span(months=months, days=days, minutes=round(minutes))
