"""Whether a link opens the app of where it leads."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from handlers.links.routing.callbacks import OFF, ON, Part, RoutingPress
from handlers.links.routing.views import heading, press, to_settings
from handlers.menu import button, rows
from handlers.screen import Screen, show
from services.language import gettext as _
from services.language import ngettext
from services.links.apps import APPS, app_of
from services.links.links import Link
from services.links.routing import targets_of
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="links.routing.app")
    router.callback_query.register(show_app, RoutingPress.filter(F.part == Part.APP))
    router.callback_query.register(switch, RoutingPress.filter(F.part == Part.APP_SWITCH))
    return router


async def show_app(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, app_screen(link, callback_data.page))


async def switch(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.routing.open_app(person.id, callback_data.id, now, on=callback_data.value == ON)
    await press.answer()
    await show(press, app_screen(link, callback_data.page))


def app_screen(link: Link, page: int) -> Screen:
    """Which apps this link could open, and whether it does."""
    found = list(dict.fromkeys(app.name for url in targets_of(link) if (app := app_of(url)) is not None))
    lines = [heading(_("📲 Open in the app"), link)]
    if found:
        lines.append(
            ngettext(
                "On a phone a small page opens {apps}; where it is not installed, the site.",
                "On a phone a small page opens {apps}; where they are not installed, the site.",
                len(found),
            ).format(apps=", ".join(found))
        )
        lines.append(_("Switched on.") if link.opens_app else _("Switched off: people see the site."))
    else:
        known = ", ".join(app.name for app in APPS)
        lines.append(_("This works for links to {apps}. This one leads elsewhere.").format(apps=known))
    toggle = []
    if link.opens_app:
        toggle = [button(_("⏸ Switch off"), press(Part.APP_SWITCH, link, page, OFF))]
    elif found:
        toggle = [button(_("▶️ Switch on"), press(Part.APP_SWITCH, link, page, ON))]
    return Screen("\n".join(lines), rows(toggle, [to_settings(link, page)]))
