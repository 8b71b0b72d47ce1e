"""Periods, views and numbers of statistics in the language in use."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from handlers.links.statistics.callbacks import View
from services.clicks.dimensions import OTHER_DEVICE
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import MINUS, locale, number, percent
from services.statistics.periods import Grain, Period

# Below, a share is shown as less than this.
LEAST_SHARE = 0.001


def clicks_of(clicks: int) -> str:
    """``0 clicks``, ``1 click``."""
    return ngettext("{count} click", "{count} clicks", clicks).format(count=number(clicks))


def short_name(period: Period) -> str:
    """For a button, of which three may stand in a row."""
    names: Mapping[Period, str] = {
        Period.TODAY: _("Today"),
        Period.YESTERDAY: _("Yesterday"),
        Period.WEEK: _("Week"),
        Period.DAYS_7: _("7 days"),
        Period.DAYS_30: _("30 days"),
        Period.MONTH: _("Month"),
        Period.ALL: _("All"),
    }
    return names[period]


def title_of(period: Period) -> str:
    """For the head of a picture."""
    names: Mapping[Period, str] = {
        Period.TODAY: _("Today"),
        Period.YESTERDAY: _("Yesterday"),
        Period.WEEK: _("This week"),
        Period.DAYS_7: _("Last 7 days"),
        Period.DAYS_30: _("Last 30 days"),
        Period.MONTH: _("This month"),
        Period.ALL: _("All time"),
    }
    return names[period]


def clicked(clicks: int, period: Period) -> str:
    """``<b>3 clicks</b> in 7 days``."""
    texts: Mapping[Period, str] = {
        Period.TODAY: _("<b>{clicks}</b> today"),
        Period.YESTERDAY: _("<b>{clicks}</b> yesterday"),
        Period.WEEK: _("<b>{clicks}</b> this week"),
        Period.DAYS_7: _("<b>{clicks}</b> in 7 days"),
        Period.DAYS_30: _("<b>{clicks}</b> in 30 days"),
        Period.MONTH: _("<b>{clicks}</b> this month"),
        Period.ALL: _("<b>{clicks}</b> of all time"),
    }
    return texts[period].format(clicks=clicks_of(clicks))


def name_of(view: View) -> str:
    """For a button, and for the head of a picture without its sign."""
    names: Mapping[View, str] = {
        View.OVERVIEW: _("📈 Overview"),
        View.COUNTRIES: _("🌍 Countries"),
        View.DEVICES: _("📱 Devices"),
        View.SYSTEMS: _("💽 Systems"),
        View.BROWSERS: _("🧭 Browsers"),
        View.REFERRERS: _("🚪 Sources"),
        View.LANGUAGES: _("🗣 Languages"),
        View.QR: _("🔳 QR scans"),
        View.HEAT: _("🗓 By hours"),
        View.VARIANTS: _("🔀 Variants"),
        View.TAGS: _("🏷 By tag"),
    }
    return names[view]


def bare_name(view: View) -> str:
    """Without its sign, which pictures cannot show."""
    return name_of(view).partition(" ")[2]


def share(clicks: int, of: int) -> str:
    """``12 · 40 %``."""
    return f"{number(clicks)} · {part(clicks, of)}"


def part(clicks: int, of: int) -> str:
    if 0 < clicks < of * LEAST_SHARE:
        return f"<{percent(LEAST_SHARE)}"
    return percent(clicks / of if of else 0)


def signed(change: float) -> str:
    """``+25 %``, ``−3,5 %``."""
    return f"{'+' if change >= 0 else MINUS}{percent(abs(change))}"


def device_name(device: str) -> str:
    return _("Other") if device == OTHER_DEVICE else device


def language_name(code: str) -> str:
    """``Русский``, ``Russian``; the code where Babel knows no name."""
    name = str(locale().languages.get(code, code))
    return name[:1].upper() + name[1:]


def flag(code: str) -> str:
    """The flag of a country's two letters."""
    is_country = len(code) == 2 and code.isascii() and code.isalpha()
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in code.upper()) if is_country else "🏳"


def weekday(day: int, width: str = "wide") -> str:
    """``понедельник``, or ``пн`` for ``width`` "abbreviated"; 0 is Monday."""
    return str(locale().days["stand-alone"][width][day])


def hour_of_day(hour: int) -> str:
    """``14:00–15:00``."""
    return f"{hour:02}:00–{(hour + 1) % 24:02}:00"


def bar_label(day: date, clock: str, grain: Grain) -> str:
    """What stands beneath a bar: ``14:00``, ``31 мар``, ``март 26``."""
    if grain is Grain.HOUR:
        return clock
    if grain is Grain.DAY:
        return str(format_date(day, "d MMM", locale=locale())).rstrip(".")
    return str(format_date(day, "LLL", locale=locale())).rstrip(".") + str(format_date(day, " yy", locale=locale()))
