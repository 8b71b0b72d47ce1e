"""The greeting, the menu and the help."""

from handlers.links.callbacks import ListPress
from handlers.menu import MenuPress, Room, button, rows, to_menu
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number


def menu() -> Screen:
    text = _(
        "👋 <b>I show TikTok accounts in numbers, make short links and count their clicks.</b>\n"
        "Send me any address: one of TikTok brings its statistics, any other comes back short."
    )
    keyboard = rows(
        [button(_("📊 TikTok account"), MenuPress(room=Room.STATS))],
        [button(_("📘 Guides"), MenuPress(room=Room.GUIDES))],
        [button(_("🏆 Top"), MenuPress(room=Room.TOP)), button(_("👁 Watches"), MenuPress(room=Room.WATCHES))],
        [button(_("🔗 New link"), MenuPress(room=Room.NEW_LINK)), button(_("📋 My links"), ListPress(page=1))],
        [button(_("⚙️ Settings"), MenuPress(room=Room.SETTINGS)), button(_("❓ Help"), MenuPress(room=Room.HELP))],
    )
    return Screen(text, keyboard)


def help_text() -> Screen:
    lines = [
        _("❓ <b>What I can do</b>"),
        _("• /stats and a TikTok name, or an address of TikTok: views, engagement, income, rating."),
        _("• /compare and 2 to 4 names: accounts side by side."),
        _("• /top: Russian bloggers by income, followers, rating and growth."),
        _("• /watch and a name: growth each day, hits and milestones at once."),
        _("• /report and a name: a guide to what works for the account."),
        _("• /reports: your guides; /terms, /paysupport."),
        _(
            "• Send any other address: you get a short link, its QR picture and statistics.\n"
            "• /links: your links with their clicks.\n"
            "• /settings: language, time zone, notices.\n"
            "• /privacy: what I keep about you.\n"
            "• /cancel: leave a question, stop what I am doing for you.\n\n"
            "Clicks are those of people. Link previews and crawlers are counted apart.\n"
            "A deleted link can be brought back for a minute; its address is never given to anybody else.\n"
            "In a group: /stats and a name, /link and an address."
        ),
    ]
    return Screen("\n".join(lines), rows([to_menu()]))


def in_group(bot_username: str) -> Screen:
    text = _(
        "👋 I show TikTok accounts and make short links. Here: /stats and a name, /link and an address.\n"
        "Everything else is in our private chat: {chat}"
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
