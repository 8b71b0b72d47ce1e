"""How notices about a link look in its settings."""

from collections.abc import Collection

from aiogram.types import InlineKeyboardButton

from handlers.links.notices.callbacks import AllNoticesPress, LinkNoticePress
from handlers.links.options.callbacks import OptionsPress, Part
from handlers.menu import button, rows
from handlers.screen import Screen
from handlers.settings.notices_views import notice_name
from services.language import gettext as _
from services.language.formats import number, quoted, said
from services.links.links import Link
from services.people.preferences import OF_A_LINK, Preferences


def notices_label(link: Link) -> str:
    """A short label with its state, for the button that leads to the switches."""
    on = sum(notice not in link.muted for notice in OF_A_LINK)
    if on == len(OF_A_LINK):
        return _("🔔 Notices: all")
    if not on:
        return _("🔕 Notices: none")
    return _("🔔 Notices: {on} of {all}").format(on=number(on), all=number(len(OF_A_LINK)))


def notices_screen(link: Link, preferences: Preferences, page: int) -> Screen:
    """A switch for each kind; what is off for all links says so."""
    name = said(link.name) if link.name else quoted(link.short_url.partition("://")[2])
    lines = [
        _("🔔 <b>Notices of {link}</b>").format(link=f'<a href="{quoted(link.short_url)}">{name}</a>'),
        _("What shall I tell you of this link?"),
    ]
    off = [notice for notice in OF_A_LINK if notice in preferences.muted]
    if off:
        names = ", ".join(notice_name(notice) for notice in off)
        lines.append(_("ℹ️ Off for all your links: {names}.").format(names=names))
    keyboard = rows(
        *_switches(LinkNoticePress, link, page, link.muted),
        [button(_("🔔 Of all links"), AllNoticesPress(id=link.id, page=page))],
        [button(_("◀️ Back"), OptionsPress(part=Part.SHOW, id=link.id, page=page))],
    )
    return Screen("\n".join(lines), keyboard)


def all_notices_screen(link: Link, preferences: Preferences, page: int) -> Screen:
    """The same switches for all links; ``link``: the one whose notices one came from."""
    lines = [
        _("🔔 <b>Notices of all links</b>"),
        _("What is off here is told of no link. Quiet hours and the daily note: /settings"),
    ]
    keyboard = rows(
        *_switches(AllNoticesPress, link, page, preferences.muted),
        [button(_("◀️ Back"), LinkNoticePress(id=link.id, page=page))],
    )
    return Screen("\n".join(lines), keyboard)


def _switches(
    press: type[LinkNoticePress | AllNoticesPress], link: Link, page: int, muted: Collection[str]
) -> list[list[InlineKeyboardButton]]:
    lines = []
    for notice in OF_A_LINK:
        is_on = notice not in muted
        label = f"{'✅' if is_on else '🔕'} {notice_name(notice)}"
        lines.append([button(label, press(id=link.id, page=page, kind=notice, on=not is_on))])
    return lines
