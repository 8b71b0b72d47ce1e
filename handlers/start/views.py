"""The greeting, the menu and the help."""

from handlers.links.callbacks import ListPress
from handlers.menu import MenuPress, Room, button, rows, to_menu
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number


def menu() -> Screen:
    text = _("👋 <b>I make short links and count their clicks.</b>\nSend me any address, and the short one comes back.")
    keyboard = rows(
        [button(_("🔗 New link"), MenuPress(room=Room.NEW_LINK)), button(_("📋 My links"), ListPress(page=1))],
        [button(_("⚙️ Settings"), MenuPress(room=Room.SETTINGS)), button(_("❓ Help"), MenuPress(room=Room.HELP))],
    )
    return Screen(text, keyboard)


def help_text() -> Screen:
    text = _(
        "❓ <b>What I can do</b>\n"
        "• Send an address: you get a short link, its QR picture and statistics.\n"
        "• /links: your links with their clicks.\n"
        "• /settings: language, time zone, notices.\n"
        "• /privacy: what I keep about you.\n"
        "• /cancel: leave a question, stop what I am doing for you.\n\n"
        "Clicks are those of people. Link previews and crawlers are counted apart.\n"
        "A deleted link can be brought back for a minute; its address is never given to anybody else.\n"
        "In a group: /link and the address."
    )
    return Screen(text, rows([to_menu()]))


def in_group(bot_username: str) -> Screen:
    text = _(
        "👋 I make short links. Here: /link and the address.\nStatistics and settings are in our private chat: {chat}"
    ).format(chat=f"https://t.me/{bot_username}")
    return Screen(text)


def private_only(bot_username: str) -> Screen:
    text = _("💬 Please use this in our private chat: {chat}").format(chat=f"https://t.me/{bot_username}")
    return Screen(text)


def cancelled(*, left_dialogue: bool, stopped: int) -> Screen:
    """``left_dialogue``: a question was open. ``stopped``: how many works were under way or waited."""
    if stopped:
        text = ngettext("👌 I stopped {count} task. What next?", "👌 I stopped {count} tasks. What next?", stopped)
        return Screen(text.format(count=number(stopped)), menu().keyboard)
    return Screen(
        _("👌 Cancelled. What next?") if left_dialogue else _("👌 Nothing to cancel. What next?"), menu().keyboard
    )
