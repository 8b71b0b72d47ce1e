"""What no other handler took: a kind word about what the bot can read."""

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, Message

from handlers.menu import rows, to_menu
from handlers.screen import Screen, show
from handlers.start import views
from services.language import gettext as _
from services.language.formats import said

PRIVATE = F.chat.type == "private"


def router() -> Router:
    router = Router(name="fallback")
    router.message.register(unknown_command, PRIVATE, F.text.startswith("/"))
    router.message.register(unknown_text, PRIVATE, F.text)
    router.message.register(unreadable, PRIVATE)
    router.message.register(addressed_in_group, ~PRIVATE, F.func(_is_reply_to_bot))
    router.edited_message.register(edited, PRIVATE)
    router.callback_query.register(outdated_button)
    return router


async def unknown_command(message: Message) -> None:
    command = (message.text or "").split()[0]
    text = _("🤔 I don't know {command}. What I know: /help").format(command=said(command, 40))
    await show(message, Screen(text, rows([to_menu()])))


async def unknown_text(message: Message) -> None:
    text = _("🤔 I read addresses and commands. Send an address such as https://example.com, or look here: /help")
    await show(message, Screen(text, rows([to_menu()])))


async def unreadable(message: Message) -> None:
    text = _("🙂 Nice, but I read text only. Send an address such as https://example.com, or look here: /help")
    await show(message, Screen(text, rows([to_menu()])))


async def edited(message: Message) -> None:
    await show(message, Screen(_("✏️ I don't go back to edited messages. Send it as a new one.")))


async def addressed_in_group(message: Message, bot: Bot) -> None:
    await show(message, views.in_group((await bot.me()).username or ""))


async def outdated_button(press: CallbackQuery) -> None:
    await press.answer(_("This button does not work any more. Open the menu anew: /start"), show_alert=True)


def _is_reply_to_bot(message: Message) -> bool:
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or message.bot is None:
        return False
    return replied.from_user.id == message.bot.id
