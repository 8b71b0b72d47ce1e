"""The hour in a text: "в 9 утра", "18:30", "at 5 pm", "в полдень"."""

import re

from services.time_words.names import MONTHS, any_of

DAY_MINUTES = 24 * 60
NOON = 12
_HALF = r"утра|дня|вечера|ночи|[ap]\.?m\b\.?"
_AT = r"(?:\b(?:в|во|к|с|до|at|by|from|until|till)\s+)"
# The most telling first. A full stop between hours and minutes counts after "в" and "at" alone: elsewhere it is a date.
_CLOCKS = (
    re.compile(rf"{_AT}?\b(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::00)?(?![:\d])\s*(?P<half>{_HALF})?"),
    re.compile(rf"\b(?:в|at)\s+(?P<hour>\d{{1,2}})[.](?P<minute>\d{{2}})(?![.\d])\s*(?P<half>{_HALF})?"),
    # No month has a number above twelve, and none is 00.
    re.compile(r"(?<![\d.])(?P<hour>\d{1,2})[.](?P<minute>1[3-9]|[2-5]\d|00)(?![.\d])"),
    # "На 3 дня" is how long, and no hour.
    re.compile(rf"{_AT}?\b(?!(?<=\bна\s)\d+\s*дня)(?P<hour>\d{{1,2}})\s*(?:час(?:а|ов)?\s*)?(?P<half>{_HALF})"),
    re.compile(
        r"\b(?:в|к|at)\s+(?P<hour>\d{1,2})\s*(?:час(?:а|ов)?|o'?clock)(?:\s+(?P<minute>\d{1,2})\s*мин(?:ут[ауы]?)?)?\b"
    ),
    re.compile(rf"\b(?:в|at)\s+(?P<hour>\d{{1,2}})(?=\s|$)(?!\s+(?:числа|{any_of(MONTHS)})\b)"),
)
# Beside an hour: "вечером в 9".
_HALVES = (
    (re.compile(r"\b(?:утром|(?:in the )?morning)\b"), "утра"),
    (re.compile(r"\b(?:днем|(?:in the )?afternoon)\b"), "дня"),
    (re.compile(r"\b(?:вечером|(?:in the )?evening)\b"), "вечера"),
    (re.compile(r"\b(?:ночью|(?:at )?night)\b"), "ночи"),
)
# What parts of the day mean when no hour is named.
_NAMED = (
    (re.compile(r"\b(?:(?:в|к|at)\s+)?(?:полдень|полудню|noon|midday)\b"), NOON * 60),
    (re.compile(r"\b(?:(?:в|к|at)\s+)?(?:полночь|полуночи|midnight)\b"), 0),
    (re.compile(r"\b(?:утром|(?:in the )?morning)\b"), 9 * 60),
    (re.compile(r"\b(?:днем|(?:in the )?afternoon)\b"), 15 * 60),
    (re.compile(r"\b(?:вечером|(?:in the )?evening)\b"), 19 * 60),
    # The night that follows the day.
    (re.compile(r"\b(?:ночью|(?:at )?night)\b"), DAY_MINUTES),
)


def find_clock(text: str) -> tuple[int | None, str]:
    """The minutes since midnight (up to 1440) that a text in small letters names, and the text without them.

    None where it names none, or an hour that no day has; the text is whole then.
    """
    for pattern in _CLOCKS:
        found = pattern.search(text)
        if found is not None:
            facts = found.groupdict()
            half, rest = facts.get("half"), _without(text, found)
            if half is None:
                half, rest = _find_half(rest)
            minutes = _minutes(int(facts["hour"]), int(facts.get("minute") or 0), half)
            return (None, text) if minutes is None else (minutes, rest)
    for pattern, minutes in _NAMED:
        found = pattern.search(text)
        if found is not None:
            return minutes, _without(text, found)
    return None, text


def _find_half(text: str) -> tuple[str | None, str]:
    for pattern, half in _HALVES:
        found = pattern.search(text)
        if found is not None:
            return half, _without(text, found)
    return None, text


def _without(text: str, found: re.Match[str]) -> str:
    return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())


def _minutes(hour: int, minute: int, half: str | None) -> int | None:
    if half is not None:
        hour = _of_half(hour, half.replace(".", ""))
    minutes = hour * 60 + minute
    return minutes if minute < 60 and minutes <= DAY_MINUTES else None


def _of_half(hour: int, half: str) -> int:
    """The hour of 24 for one of 12; an hour past noon is one of 24 already."""
    if hour > NOON:
        return hour
    if half in {"am", "утра"}:
        return hour % NOON
    if half == "pm":
        return hour % NOON + NOON
    if half == "вечера":
        # 12 ends the day.
        return hour + NOON
    if half == "дня":
        # 11 and 12 "дня" are around noon, 1 to 10 after it.
        return hour if hour >= NOON - 1 else hour + NOON
    # "ночи": 12 is midnight, 9 to 11 are before it, 1 to 8 after it.
    return hour + NOON if NOON - 3 <= hour < NOON else hour % NOON
