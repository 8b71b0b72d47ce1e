"""Blocked hosts: to none of them, nor below it, does a link lead."""

from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask, finish
from handlers.operations import link_views as views
from handlers.operations.callbacks import AnyLinkAction, AnyLinkPress, BlockPress, HostsPress, UnblockPress
from handlers.operations.rights import guarded, in_group, on_answer, on_press, reason_in, words
from handlers.screen import Screen, show
from services.links.hosts import parse_host
from services.people import Person, Right
from services.services import Services


class Block(StatesGroup):
    host = State()
    reason = State()


def router() -> Router:
    router = guarded("operations.hosts")
    typed_text = F.text | F.caption, ~F.text.startswith("/")
    on_answer(router, take_host, Right.BLOCK_HOSTS, Block.host, *typed_text)
    on_answer(router, block, Right.BLOCK_HOSTS, Block.reason, *typed_text)
    on_press(router, show_hosts, Right.BLOCK_HOSTS, HostsPress.filter())
    on_press(router, ask_host, Right.BLOCK_HOSTS, BlockPress.filter())
    on_press(router, ask_to_unblock, Right.BLOCK_HOSTS, UnblockPress.filter(~F.sure))
    on_press(router, unblock, Right.BLOCK_HOSTS, UnblockPress.filter(F.sure))
    on_press(router, block_host_of_link, Right.BLOCK_HOSTS, AnyLinkPress.filter(F.action == AnyLinkAction.BLOCK_HOST))
    return router


async def show_hosts(press: CallbackQuery, callback_data: HostsPress, services: Services, person: Person) -> None:
    screen = await _list(services, person, callback_data.page)
    await press.answer()
    await show(press, screen)


async def ask_host(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await ask(press, state, Block.host, views.host_question(in_group=in_group(press)))


async def take_host(message: Message, state: FSMContext) -> None:
    await _ask_reason(message, state, parse_host(words(message)))


async def block_host_of_link(
    press: CallbackQuery,
    callback_data: AnyLinkPress,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
) -> None:
    link = await services.moderation.link(person, callback_data.id, now)
    host = parse_host(link.host)
    await press.answer()
    await _ask_reason(press, state, host)


async def block(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    host, reason = (await state.get_data()).get("host", ""), reason_in(message)
    await services.moderation.block(person, host, reason, now, cause=cause)
    await show(message, await _list(services, person, 1))
    await finish(message, state)


async def ask_to_unblock(press: CallbackQuery, callback_data: UnblockPress, services: Services, person: Person) -> None:
    host = await _marked(callback_data.mark, services, person)
    screen = await _list(services, person, 1) if host is None else views.unblock_question(host)
    await press.answer()
    await show(press, screen)


async def unblock(
    press: CallbackQuery, callback_data: UnblockPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    host = await _marked(callback_data.mark, services, person)
    if host is not None:
        await services.moderation.unblock(person, host, now, cause=cause)
    await press.answer()
    await show(press, await _list(services, person, 1))


async def _ask_reason(event: Message | CallbackQuery, state: FSMContext, host: str) -> None:
    await ask(event, state, Block.reason, views.host_reason_question(host, in_group=in_group(event)), host=host)


async def _list(services: Services, person: Person, page: int) -> Screen:
    return views.hosts(await services.moderation.hosts(person), page, person.zone)


async def _marked(mark: str, services: Services, person: Person) -> str | None:
    """The host that a button means, if it is still blocked."""
    return next((each.host for each in await services.moderation.hosts(person) if views.mark(each.host) == mark), None)
