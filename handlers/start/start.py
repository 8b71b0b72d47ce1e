"""/start, /help, /cancel and the menu."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from handlers.commands import register_for_operator
from handlers.links.views import card
from handlers.menu import MenuPress, Room
from handlers.screen import show
from handlers.start import views
from services.language import Catalogue
from services.links.errors import LinkNotFound
from services.people import Person
from services.services import Services

PRIVATE = F.chat.type == "private"
PRIVATE_COMMANDS = ("links", "settings", "admin")
# Deep links: t.me/BOT?start=link_7 opens the card of link 7.
LINK_PAYLOAD = "link_"


def router() -> Router:
    router = Router(name="start")
    router.message.register(
        start_with_link, PRIVATE, CommandStart(deep_link=True, magic=F.args.startswith(LINK_PAYLOAD))
    )
    router.message.register(start, PRIVATE, CommandStart())
    router.message.register(show_help, PRIVATE, Command("help"))
    router.message.register(cancel, PRIVATE, Command("cancel"))
    router.message.register(greet_group, Command("start", "help"))
    router.message.register(send_to_private_chat, ~PRIVATE, Command(*PRIVATE_COMMANDS))
    router.callback_query.register(open_menu, MenuPress.filter(F.room == Room.MENU))
    router.callback_query.register(open_help, MenuPress.filter(F.room == Room.HELP))
    router.callback_query.register(cancel_by_button, MenuPress.filter(F.room == Room.CANCEL))
    return router


async def start(message: Message, bot: Bot, catalogue: Catalogue, person: Person) -> None:
    await show(message, views.menu())
    if person.is_operator:
        await register_for_operator(bot, catalogue, person.id)


async def start_with_link(message: Message, command: CommandObject, services: Services, person: Person) -> None:
    number = (command.args or "").removeprefix(LINK_PAYLOAD)
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        raise LinkNotFound
    await show(message, card(await services.links.get(person.id, int(number)), person.zone))


async def show_help(message: Message) -> None:
    await show(message, views.help_text())


async def open_menu(press: CallbackQuery) -> None:
    await press.answer()
    await show(press, views.menu())


async def open_help(press: CallbackQuery) -> None:
    await press.answer()
    await show(press, views.help_text())


async def cancel(message: Message, left_dialogue: bool = False) -> None:
    await show(message, views.cancelled() if left_dialogue else views.nothing_to_cancel())


async def cancel_by_button(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await state.clear()
    await show(press, views.menu())


async def greet_group(message: Message, bot: Bot) -> None:
    await show(message, views.in_group((await bot.me()).username or ""))


async def send_to_private_chat(message: Message, bot: Bot) -> None:
    await show(message, views.private_only((await bot.me()).username or ""))
