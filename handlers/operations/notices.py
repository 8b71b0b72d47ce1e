"""What people are told of decisions about them and their links; in the language in use, which must be theirs."""

from aiogram.types import InlineKeyboardMarkup

from handlers.links.callbacks import LinkAction, LinkPress
from handlers.links.views import bare
from handlers.menu import MenuPress, Room, button, rows
from handlers.operations.names import role_name
from handlers.screen import Screen
from services.language import gettext as _
from services.language.formats import quoted, said
from services.people import Role

MOST_REASON = 300


def banned(reason: str) -> Screen:
    return Screen(_("🚫 I don't answer you any more. The reason: {reason}").format(reason=said(reason, MOST_REASON)))


def unbanned() -> Screen:
    keyboard = rows([button(_("◀️ Menu"), MenuPress(room=Room.MENU))])
    return Screen(_("👋 You may write to me again."), keyboard)


def given_role(role: Role) -> Screen:
    if role is Role.PERSON:
        return Screen(_("🛠 You no longer have a role here: /admin is closed."))
    return Screen(_("🛠 You have a role here now: {role}. Begin with /admin").format(role=role_name(role)))


def link_off(link_id: int, short_url: str, reason: str) -> Screen:
    text = _("⛔️ Your link {link} was switched off. Whoever follows it reads why: {reason}").format(
        link=_anchor(short_url), reason=said(reason, MOST_REASON)
    )
    return Screen(text, _to_card(link_id))


def link_on(link_id: int, short_url: str) -> Screen:
    return Screen(_("✅ Your link {link} works again.").format(link=_anchor(short_url)), _to_card(link_id))


def _anchor(short_url: str) -> str:
    return f'<a href="{quoted(short_url)}">{quoted(bare(short_url))}</a>'


def _to_card(link_id: int) -> InlineKeyboardMarkup:
    return rows([button(_("🔗 Open the link's card"), LinkPress(action=LinkAction.CARD, id=link_id, page=1))])
