"""/link, a pasted address, and the dialogue that asks for one."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.addressing import MentionsBot, RepliesToBot
from handlers.dialogue import ask, finish
from handlers.filters import PRIVATE, typed
from handlers.links import views
from handlers.links.addresses import PastedAddress, address_after_command, the_only
from handlers.links.callbacks import LinkAction, LinkPress
from handlers.menu import MenuPress, Room
from handlers.screen import show
from services.people import Person
from services.services import Services
from services.throttles import LINKS


class NewLink(StatesGroup):
    address = State()


def router() -> Router:
    router = Router(name="links.create")
    router.message.register(link_command, typed("link"))
    router.message.register(shorten_pasted, PRIVATE, PastedAddress())
    router.message.register(shorten_pasted, ~PRIVATE, MentionsBot(), PastedAddress())
    router.message.register(shorten_pasted, ~PRIVATE, RepliesToBot(), PastedAddress())
    router.message.register(shorten_answer, PRIVATE, NewLink.address, F.text | F.caption, ~F.text.startswith("/"))
    router.callback_query.register(make_another, LinkPress.filter(F.action == LinkAction.ANOTHER))
    router.callback_query.register(ask_for_address, MenuPress.filter(F.room == Room.NEW_LINK))
    return router


async def link_command(
    message: Message,
    command: CommandObject,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    if command.args:
        await shorten(message, address_after_command(message, command.args), services, person, now, cause)
    elif message.chat.type == "private":
        await ask(message, state, NewLink.address, views.question())
    else:
        await show(message, views.how_in_group())


async def ask_for_address(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await ask(press, state, NewLink.address, views.question())


async def shorten_pasted(
    message: Message,
    addresses: list[str],
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    """Whatever was asked about, the person has turned to this; an address that is an answer never comes here."""
    await shorten(message, the_only(addresses), services, person, now, cause)
    # Where others talk too, what is asked waits for a reply and takes nothing else for one.
    if message.chat.type == "private" and await state.get_state() is not None:
        await finish(message, state)


async def shorten_answer(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    await shorten(message, message.text or message.caption or "", services, person, now, cause)
    await finish(message, state)


async def shorten(
    message: Message, address: str, services: Services, person: Person, now: datetime, cause: int
) -> None:
    """Answer with a link, an own one where there is one. Raises what ``Links.create`` raises, and TooFast."""
    await services.throttle.require(person, LINKS, now)
    link, target, is_new = await services.links.find_or_create(person.id, address, now, cause=cause)
    notes = views.notes_on(target)
    if message.chat.type != "private":
        await show(message, views.in_group(link, notes))
    elif is_new:
        await show(message, views.card(link, person.zone, now, notes=notes))
    else:
        await show(message, views.same_target(link, person.zone, notes))


async def make_another(
    press: CallbackQuery, callback_data: LinkPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    await services.throttle.require(person, LINKS, now)
    link, _target = await services.links.create_another(person.id, callback_data.id, now, cause=cause)
    await press.answer()
    await show(press, views.card(link, person.zone, now))
