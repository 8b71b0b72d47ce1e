"""Numbers, dates and people's own words as they stand in a message."""

from datetime import date, datetime, timedelta, tzinfo
from html import escape

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_interval, format_timedelta
from babel.dates import format_time as babel_time
from babel.numbers import format_decimal

from services.language.current import current_language

# Left-to-right or right-to-left, what people wrote keeps its own direction and turns nothing around it.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
NBSP = "\u00a0"
MINUS = "−"
# As people call them; their full names fill a button twice.
SHORT_COUNTRIES = {"ru": {"US": "США", "AE": "ОАЭ"}, "en": {"US": "USA", "GB": "UK", "AE": "UAE"}}
# English as the world outside the USA writes dates and 24 hours.
LOCALES = {"ru": "ru_RU", "en": "en_GB"}


def locale() -> Locale:
    """Babel's locale of the language in use."""
    return Locale.parse(LOCALES[current_language()])


def number(value: int) -> str:
    """``1 234 567`` or ``1,234,567``."""
    return str(format_decimal(value, locale=locale()))


def seconds(span: float) -> str:
    """``0,9`` or ``0.9``, ``0.02``: two digits after the point at most, without a unit."""
    return str(format_decimal(span, "#,##0.##", locale=locale()))


def percent(part: float) -> str:
    """``12,5 %`` or ``12.5%`` of 0.125; one digit after the point below 100 %, and none above."""
    shown = str(format_decimal(100 * part, "#,##0.#" if abs(part) < 1 else "#,##0", locale=locale()))
    return f"{shown}{NBSP}%" if current_language() == "ru" else f"{shown}%"


def hour(moment: datetime) -> str:
    """``18:00``, of an aware time in the zone it is to be shown in."""
    return str(babel_time(moment, "HH:mm", locale=locale()))


def day(moment: datetime) -> str:
    """``22 ноября`` or ``22 November``, of an aware time in the zone it is to be shown in."""
    return str(babel_date(moment, "d MMMM", locale=locale()))


def short_day(moment: datetime) -> str:
    """``5 дек.`` or ``5 Dec``, of an aware time in the zone it is to be shown in."""
    return str(babel_date(moment, "d MMM", locale=locale()))


def day_in_full(moment: datetime, now: datetime) -> str:
    """``5 декабря``, and ``5 декабря 2027`` where that is not the year of ``now``; in the moment's zone."""
    same_year = moment.year == now.astimezone(moment.tzinfo).year
    return str(babel_date(moment, "d MMMM" if same_year else "d MMMM y", locale=locale()))


def date_of(of_day: date) -> str:
    """``22 ноября`` or ``22 November``."""
    return str(babel_date(of_day, "d MMMM", locale=locale()))


def full_date(of_day: date) -> str:
    """``22 ноября 2026`` or ``22 November 2026``."""
    return str(babel_date(of_day, "d MMMM y", locale=locale()))


def days(first: date, last: date, today: date) -> str:
    """``25–31 мар.``, ``31 Mar``; with years where they are not all this one."""
    skeleton = "MMMd" if first.year == last.year == today.year else "yMMMd"
    return str(format_interval(first, last, skeleton, locale=locale()))


def short_days(first: date, last: date) -> str:
    """``24–30 нояб.``, over two months ``25.11–03.12``: for a button, so without years."""
    skeleton = "MMMd" if (first.year, first.month) == (last.year, last.month) else "Md"
    return str(format_interval(first, last, skeleton, locale=locale()))


def duration(span: timedelta) -> str:
    """``3 hours``, ``2 дня``: the largest unit that fits."""
    return str(format_timedelta(span, locale=locale(), threshold=1))


def from_now(span: timedelta) -> str:
    """``in 3 hours``, ``через 2 дня``: the largest unit that fits; a second at least."""
    return str(format_timedelta(max(span, timedelta(seconds=1)), locale=locale(), threshold=1, add_direction=True))


def ago(span: timedelta) -> str:
    """``3 hours ago``, ``2 дня назад``: the largest unit that fits; a second at least."""
    past = -max(span, timedelta(seconds=1))
    return str(format_timedelta(past, locale=locale(), threshold=1, add_direction=True))


def short_ago(span: timedelta) -> str:
    """``3 hr ago``, ``2 ч назад``: as ``ago``, where there is little room."""
    past = -max(span, timedelta(seconds=1))
    return str(format_timedelta(past, locale=locale(), threshold=1, add_direction=True, format="short"))


def country(code: str) -> str:
    """``Россия`` or ``Russia`` for ``RU``, ``США`` for ``US``; the code itself where Babel knows no name."""
    short = SHORT_COUNTRIES.get(current_language(), {}).get(code)
    return short or str(locale().territories.get(code, code))


def offset(zone: tzinfo, now: datetime) -> str:
    """``UTC+5:30`` of a zone at a moment."""
    shift = now.astimezone(zone).utcoffset() or timedelta()
    minutes = round(shift.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes >= 0 else MINUS
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def said(text: str, most: int = 60) -> str:
    """What a person wrote, for a message: shortened, escaped, and in its own direction."""
    return f"{ISOLATE}{quoted(shorten(text, most))}{END_ISOLATE}"


def quoted(text: str) -> str:
    """Text for HTML, inside elements and attributes alike."""
    return escape(text, quote=True)


def units(text: str) -> int:
    """The length in UTF-16 units, in which Telegram counts."""
    return sum(2 if character > "\uffff" else 1 for character in text)


def ending(text: str, most: int) -> str:
    """The last of a text, at most ``most`` UTF-16 units."""
    # A lone half of a character is left out.
    return text.encode("utf-16-le", "surrogatepass")[-2 * most :].decode("utf-16-le", "ignore")


def shorten(text: str, most: int) -> str:
    """At most ``most`` characters, on one line, with … where something was left out."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
