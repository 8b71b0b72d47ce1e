"""/start, /help, /cancel and the menu."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.commands import register_in_language
from handlers.filters import PRIVATE, typed
from handlers.links.views import card
from handlers.menu import MenuPress, Room
from handlers.screen import show
from handlers.start import views
from handlers.works import remove_progress
from services.language import Catalogue
from services.links.errors import LinkNotFound
from services.people import Person
from services.services import Services

# What groups have of the commands below, and what they are sent to the private chat for.
GROUP_COMMANDS = ("start", "help")
PRIVATE_COMMANDS = (
    "links",
    "top",
    "watch",
    "report",
    "reports",
    "terms",
    "paysupport",
    "settings",
    "privacy",
    "cancel",
    "admin",
)
# Deep links: t.me/BOT?start=link_7 opens the card of link 7.
LINK_PAYLOAD = "link_"


def router() -> Router:
    router = Router(name="start")
    to_link = CommandStart(deep_link=True, ignore_case=True, magic=F.args.startswith(LINK_PAYLOAD))
    router.message.register(start_with_link, PRIVATE, to_link)
    router.message.register(start, PRIVATE, typed("start"))
    router.message.register(show_help, PRIVATE, typed("help"))
    router.message.register(cancel, PRIVATE, typed("cancel"))
    router.message.register(greet_group, ~PRIVATE, typed(*GROUP_COMMANDS))
    router.message.register(send_to_private_chat, ~PRIVATE, typed(*PRIVATE_COMMANDS))
    router.callback_query.register(open_menu, MenuPress.filter(F.room == Room.MENU))
    router.callback_query.register(open_help, MenuPress.filter(F.room == Room.HELP))
    router.callback_query.register(cancel_by_button, MenuPress.filter(F.room == Room.CANCEL))
    return router


async def start(message: Message, bot: Bot, catalogue: Catalogue, person: Person) -> None:
    await show(message, views.menu())
    if person.is_support:
        # Their longer list: Telegram takes none for a chat in which nobody wrote yet.
        await register_in_language(bot, catalogue, person.id, person.language, is_operator=True)


async def start_with_link(
    message: Message, command: CommandObject, services: Services, person: Person, now: datetime
) -> None:
    number = (command.args or "").removeprefix(LINK_PAYLOAD)
    # At most 18 digits: the database has no room for greater numbers.
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        raise LinkNotFound
    await show(message, card(await services.links.get(person.id, int(number)), person.zone, now))


async def show_help(message: Message) -> None:
    await show(message, views.help_text())


async def open_menu(press: CallbackQuery) -> None:
    await press.answer()
    await show(press, views.menu())


async def open_help(press: CallbackQuery) -> None:
    await press.answer()
    await show(press, views.help_text())


async def cancel(
    message: Message, bot: Bot, services: Services, person: Person, now: datetime, left_dialogue: bool = False
) -> None:
    """Leaves an open question, and stops the person's own works."""
    stopped = await services.works.stop(person.id, now)
    await show(message, views.cancelled(left_dialogue=left_dialogue, stopped=len(stopped)))
    await remove_progress(bot, stopped)


async def cancel_by_button(press: CallbackQuery) -> None:
    await press.answer()
    await show(press, views.menu())


async def greet_group(message: Message, bot: Bot) -> None:
    await show(message, views.in_group((await bot.me()).username or ""))


async def send_to_private_chat(message: Message, bot: Bot) -> None:
    await show(message, views.private_only((await bot.me()).username or ""))
