"""How the platform's state looks."""

from handlers.menu import button, rows
from handlers.operations.callbacks import OverviewPress
from handlers.screen import Screen
from services.language import gettext as _
from services.language.formats import duration, number
from services.operations.overview import Overview


def overview(state: Overview) -> Screen:
    lines = [
        _("🛠 <b>The platform runs</b> for {time}").format(time=duration(state.uptime)),
        _("👥 People: {count}").format(count=number(state.people)),
        _("🔗 Links: {count}").format(count=number(state.links)),
        _("📊 Clicks: {count}").format(count=number(state.clicks)),
        _("💾 Database: {name}").format(name=state.database),
    ]
    return Screen("\n".join(lines), rows([button(_("🔄 Refresh"), OverviewPress())]))
