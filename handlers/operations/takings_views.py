"""How takings look: lines, a chart, and a table for a spreadsheet."""

import csv
import io
from datetime import date

from babel.dates import format_date

from handlers.menu import button, rows
from handlers.operations.payment_callbacks import TakingsPress
from handlers.operations.payments_views import to_payments
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import MINUS, locale, number, short_days
from services.payments.takings import Taken
from services.pictures.series import Bar, SeriesChart

SPANS = (7, 30, 90)
SIGNATURE = "Toklink"
COLUMNS = ("day", "stars_in", "stars_out", "net", "orders", "free_orders", "refunds")


def takings(taken: Taken, days: int, picture: bytes | None) -> Screen:
    total = taken.total
    lines = [
        _("📈 <b>Net: {count} ⭐</b>, {span}").format(count=_signed(total.net), span=_span(taken)),
        _("Taken: {taken} ⭐, given back: {returned} ⭐").format(
            taken=number(total.taken), returned=number(total.returned)
        ),
        _("Guides bought: {count}, free ones: {free}").format(count=number(total.guides), free=number(total.free)),
        _("Refunds: {count}").format(count=number(total.refunds)),
    ]
    spans = [button(("✓ " if each == days else "") + _days(each), TakingsPress(days=each)) for each in SPANS]
    table = button(_("📄 As a table (CSV)"), TakingsPress(days=days, csv=True))
    return Screen("\n".join(lines), rows(spans, [table], [to_payments()]), picture)


def chart(taken: Taken) -> SeriesChart:
    bars = tuple(_bar(each.day, each.taken, each.returned) for each in taken.days)
    total = taken.total
    return SeriesChart(
        title=_("Takings in Stars"),
        subtitle=_span(taken),
        total=_stars(total.taken),
        peak=number(max(bar.clicks for bar in bars)),
        visitors=_("kept"),
        repeats=_("given back that day"),
        before="",
        empty=_("Nothing was taken yet"),
        signature=SIGNATURE,
        bars=bars,
    )


def as_csv(taken: Taken) -> bytes:
    """The oldest day first; days of DEFAULT_TIMEZONE, sums in Stars."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for each in taken.days:
        writer.writerow((each.day, each.taken, each.returned, each.net, each.guides, each.free, each.refunds))
    return table.getvalue().encode()


def _bar(day: date, taken: int, returned: int) -> Bar:
    label = str(format_date(day, "d MMM", locale=locale())).rstrip(".")
    return Bar(label, taken, max(taken - returned, 0))


def _span(taken: Taken) -> str:
    return short_days(taken.days[0].day, taken.days[-1].day)


def _days(count: int) -> str:
    return ngettext("{count} day", "{count} days", count).format(count=number(count))


def _stars(count: int) -> str:
    return ngettext("{count} Star", "{count} Stars", count).format(count=number(count))


def _signed(count: int) -> str:
    return number(count) if count >= 0 else f"{MINUS}{number(-count)}"
