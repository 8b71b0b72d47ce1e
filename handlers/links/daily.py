"""The daily report as it is sent: a short message, and a PDF of the whole day."""

from handlers.links.callbacks import LinkAction, LinkPress
from handlers.links.views import clicks_text
from handlers.menu import button, rows
from handlers.screen import Screen
from handlers.settings.callbacks import ShowNotices
from services.language import current_language, ngettext
from services.language import gettext as _
from services.language.formats import date_of, full_date, number, offset, percent, quoted, shorten
from services.links.day import DailyReport, Day, DayFigures, LinkOfDay
from services.links.targets import readable_url
from services.reports.pdf import DailySheet, Part, ReportRow
from services.statistics.periods import moment_of

# Links in the message, each with a button; and in the PDF's chart of the best.
IN_NOTE, IN_CHART = 3, 5
NAME_CHARACTERS = 32


def daily_note(report: DailyReport) -> Screen:
    """A short message with a button to the card of each of the top links."""
    visitors = ngettext("{count} visitor", "{count} visitors", report.total.visitors)
    top = report.listed[:IN_NOTE]
    lines = [
        # Not "yesterday": quiet hours may hold it back until the day after.
        _("☀️ <b>{clicks}</b> on {day}").format(clicks=clicks_text(report.total.clicks), day=date_of(report.day.date)),
        visitors.format(count=number(report.total.visitors)),
        "",
        *(_line(place, link) for place, link in enumerate(top, 1)),
    ]
    if report.links > len(top):
        lines.append(_more(report.links - len(top)))
    cards = [button(number(place), LinkPress(action=LinkAction.CARD, id=link.id)) for place, link in enumerate(top, 1)]
    return Screen("\n".join(lines), rows(cards, [button(_("🔔 Notices"), ShowNotices())]))


def file_name(report: DailyReport) -> str:
    return f"toklink-{report.day.date}.pdf"


def daily_sheet(report: DailyReport) -> DailySheet:
    """The whole day, in the language in use."""
    total = report.total
    rest = report.rest
    lines = [_row(number(place), link) for place, link in enumerate(report.listed, 1)]
    if rest is not None:
        lines.append(ReportRow("", _more(report.links - len(report.listed)), "", _figures(rest), rest.hours))
    day = full_date(report.day.date)
    return DailySheet(
        language=current_language(),
        title=day,
        subtitle=_("Your links hour by hour · {offset}").format(offset=_offset(report.day)),
        signature="Toklink",
        foot=_("Toklink · links on {day}").format(day=day),
        page=_("Page {page} of {pages}"),
        figures=(
            (number(total.clicks), ngettext("click", "clicks", total.clicks)),
            (number(total.visitors), ngettext("visitor", "visitors", total.visitors)),
            (number(total.repeats), ngettext("repeat click", "repeat clicks", total.repeats)),
            (number(report.links), ngettext("link", "links", report.links)),
        ),
        headings=(_("#"), _("Link"), _("Clicks"), _("Repeats"), _("Computers"), _("Phones"), _("Unknown")),
        rows=tuple(lines),
        total=ReportRow("", _("Total"), "", _figures(total), total.hours),
        first_visits=report.first_visits,
        hours_title=_("Clicks by hour"),
        visitors=_("first visits"),
        repeats=_("repeat clicks"),
        devices_title=_("Devices"),
        devices=_devices(total),
        top_title=_("Best links"),
        top=_top(report),
        thousand=_("k"),
        notes=_notes(report.day),
    )


def _line(place: int, link: LinkOfDay) -> str:
    name = shorten(link.name, NAME_CHARACTERS) or readable_url(link.short_url)
    anchor = f'<a href="{quoted(link.short_url)}">{quoted(name)}</a>'
    return f"{number(place)}. {anchor} — {clicks_text(link.figures.clicks)}"


def _more(links: int) -> str:
    return ngettext("… and {count} more link", "… and {count} more links", links).format(count=number(links))


def _row(place: str, link: LinkOfDay) -> ReportRow:
    return ReportRow(place, readable_url(link.short_url), link.name, _figures(link.figures), link.figures.hours)


def _figures(figures: DayFigures) -> tuple[str, str, str, str, str]:
    return (
        number(figures.clicks),
        number(figures.repeats),
        number(figures.computers),
        number(figures.phones),
        number(figures.unknown),
    )


def _devices(total: DayFigures) -> tuple[Part, ...]:
    named = ((_("Phones"), total.phones), (_("Computers"), total.computers), (_("Unknown"), total.unknown))
    return tuple(
        Part(name, number(clicks), clicks / total.clicks, percent(clicks / total.clicks)) for name, clicks in named
    )


def _top(report: DailyReport) -> tuple[Part, ...]:
    most = report.listed[0].figures.clicks
    return tuple(
        Part(
            link.name,
            number(link.figures.clicks),
            link.figures.clicks / most,
            otherwise=readable_url(link.short_url),
        )
        for link in report.listed[:IN_CHART]
    )


def _offset(day: Day) -> str:
    """Where the clock changes within the day, before and after."""
    ends = [offset(day.zone, moment_of(bucket, day.zone)) for bucket in (day.first, day.end - 1)]
    return " → ".join(dict.fromkeys(ends))


def _notes(day: Day) -> tuple[str, ...]:
    notes = []
    if skipped := [hour for hour, clicks in enumerate(day.hours) if clicks is None]:
        notes.append(_("— The clock was put forward: there was no {hours}.").format(hours=_hours(skipped)))
    if day.doubled:
        notes.append(
            _("The clock was put back: {hours} came twice, and both times are in one column.").format(
                hours=_hours(day.doubled)
            )
        )
    return tuple(notes)


def _hours(hours: tuple[int, ...] | list[int]) -> str:
    return ", ".join(f"{hour:02}:00" for hour in hours)
