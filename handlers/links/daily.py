"""The daily note, as it is sent."""

from handlers.links.callbacks import LinkAction, LinkPress
from handlers.links.views import bare, clicks_text
from handlers.menu import button, rows
from handlers.screen import Screen
from handlers.settings.callbacks import ShowNotices
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import date_of, number, quoted
from services.links.daily import DailyReport, LinkOfDay


def daily_note(report: DailyReport) -> Screen:
    """A short message with a button to the card of each of the top links."""
    visitors = ngettext("{count} visitor", "{count} visitors", report.visitors)
    lines = [
        # Not "yesterday": quiet hours may hold it back until the day after.
        _("☀️ <b>{clicks}</b> on {day}").format(clicks=clicks_text(report.clicks), day=date_of(report.day)),
        visitors.format(count=number(report.visitors)),
        "",
        *(_line(place, link) for place, link in enumerate(report.top, 1)),
    ]
    rest = report.links - len(report.top)
    if rest:
        lines.append(ngettext("… and {count} more link", "… and {count} more links", rest).format(count=number(rest)))
    cards = [
        button(number(place), LinkPress(action=LinkAction.CARD, id=link.id)) for place, link in enumerate(report.top, 1)
    ]
    return Screen("\n".join(lines), rows(cards, [button(_("🔔 Notices"), ShowNotices())]))


def _line(place: int, link: LinkOfDay) -> str:
    anchor = f'<a href="{quoted(link.short_url)}">{quoted(bare(link.short_url))}</a>'
    return f"{number(place)}. {anchor} — {clicks_text(link.clicks)}"
