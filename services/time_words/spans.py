"""How long from now: "через 2 часа", "in an hour and a half", "через неделю"."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta

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
NUMBERS = {word: number for number, words in _NUMBERS.items() for word in words.split()}
_AMOUNT = rf"\d{{1,6}}|{'|'.join(NUMBERS)}"
_UNITS = {
    "minutes": r"мин(?:ут[ауы]?)?|м|min(?:ute)?s?|m",
    "hours": r"ч(?:ас(?:а|ов|ик)?)?|h(?:ou)?rs?|h",
    "days": r"день|дня|дней|дн|сут(?:ки|ок)|days?|d",
    "weeks": r"недел[юьия]|нед|weeks?|w",
    "months": r"месяц(?:а|ев)?|мес|months?",
    "years": r"год[а]?|лет|years?",
}
_UNIT = "|".join(rf"(?P<{name}>{words})" for name, words in _UNITS.items())
_PART = re.compile(rf"(?:(?P<amount>{_AMOUNT})\s*)?(?:of\s+)?(?:{_UNIT})\b\s*(?:(?:и|and)\s+)?")
# An hour and a half, and the like, are so many minutes.
_HALVES = (
    (re.compile(r"\b(?:полтора часа|(?:an|one|1) hour and a half|hour and a half)\b"), "90 минут"),
    (re.compile(r"\b(?:полчаса|пол часа|half an hour|a half hour|half hour)\b"), "30 минут"),
    (re.compile(r"\b(?:полгода|пол года|half a year)\b"), "6 месяцев"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """``months`` and ``days`` are steps in a calendar; ``minutes`` pass whatever clocks show."""

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
    for pattern, plain in _HALVES:
        text = pattern.sub(plain, text)
    sums = dict.fromkeys(_UNITS, 0)
    place = 0
    if not text:
        return None
    while place < len(text):
        part = _PART.match(text, place)
        # A letter alone stands for too much; after a number it is a unit.
        if part is None or (part["amount"] is None and len(part[0].strip()) == 1):
            return None
        unit = next(name for name in _UNITS if part[name] is not None)
        amount = part["amount"]
        sums[unit] += 1 if amount is None else NUMBERS.get(amount) or int(amount)
        place = part.end()
    if not any(sums.values()):
        raise ValueError("no time at all")
    return Span(
        months=sums["months"] + 12 * sums["years"],
        days=sums["days"] + 7 * sums["weeks"],
        minutes=sums["minutes"] + 60 * sums["hours"],
    )
