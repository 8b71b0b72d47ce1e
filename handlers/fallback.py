"""What no other handler took: a kind word about what the bot can read."""

from aiogram import Bot, F, Router
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from handlers.addressing import CommandToBot, MentionsBot, RepliesToBot
from handlers.contents import Unreadable, unreadable_text
from handlers.dialogue import AnswersQuestion, ask_for_text
from handlers.filters import PRIVATE, typed
from handlers.menu import rows, to_menu
from handlers.screen import Screen, show
from handlers.start import views
from handlers.start.start import GROUP_COMMANDS, PRIVATE_COMMANDS
from services.language import gettext as _
from services.language.formats import said


def router() -> Router:
    router = Router(name="fallback")
    router.message.register(unknown_command, PRIVATE, F.text.startswith("/"))
    router.message.register(unknown_text, PRIVATE, F.text)
    router.message.register(ask_for_text, ~StateFilter(None), AnswersQuestion(), Unreadable())
    router.message.register(unreadable, PRIVATE, Unreadable())
    router.message.register(unknown_command, ~PRIVATE, CommandToBot())
    router.message.register(addressed_in_group, ~PRIVATE, MentionsBot())
    router.message.register(addressed_in_group, ~PRIVATE, RepliesToBot())
    # A place that is shared live is edited again and again.
    router.edited_message.register(edited, PRIVATE, F.text | F.caption)
    router.edited_message.register(edited, ~PRIVATE, typed("link", "stats", *GROUP_COMMANDS, *PRIVATE_COMMANDS))
    router.edited_message.register(edited, ~PRIVATE, CommandToBot())
    router.edited_message.register(edited, ~PRIVATE, MentionsBot())
    router.callback_query.register(outdated_button)
    return router


async def unknown_command(message: Message) -> None:
    command = (message.text or "").split()[0].partition("@")[0]
    text = _("🤔 I don't know {command}. What I know: /help").format(command=said(command, 40))
    await show(message, Screen(text, rows([to_menu()]) if message.chat.type == "private" else None))


async def unknown_text(message: Message) -> None:
    text = _("🤔 I read addresses and commands. Send an address such as https://example.com, or look here: /help")
    await show(message, Screen(text, rows([to_menu()])))


async def unreadable(message: Message) -> None:
    what_next = _("Send an address such as https://example.com, or look here: /help")
    await show(message, Screen(f"{unreadable_text()} {what_next}", rows([to_menu()])))


async def edited(message: Message) -> None:
    await show(message, Screen(_("✏️ I don't go back to edited messages. Send it as a new one.")))


async def addressed_in_group(message: Message, bot: Bot) -> None:
    await show(message, views.in_group((await bot.me()).username or ""))


async def outdated_button(press: CallbackQuery) -> None:
    await press.answer(_("This button does not work any more. Open the menu anew: /start"), show_alert=True)
