"""The top's list: operators add accounts, take them off, and decide on those that are proposed."""

from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask, finish
from handlers.operations import top_views as views
from handlers.operations.callbacks import (
    AddToTopPress,
    MemberPress,
    ProposalAction,
    ProposalPress,
    ProposalsPress,
    TopListPress,
)
from handlers.operations.rights import guarded, in_group, on_answer, on_press, words
from handlers.screen import show
from services.people import Person, Right
from services.services import Services
from services.tiktok.errors import NotAUsername
from services.tiktok.names import ShortAddress, parse_username


class TopList(StatesGroup):
    name = State()


def router() -> Router:
    router = guarded("operations.top")
    typed_text = F.text | F.caption, ~F.text.startswith("/")
    on_answer(router, add, Right.CURATE_TOP, TopList.name, *typed_text)
    on_press(router, show_list, Right.CURATE_TOP, TopListPress.filter())
    on_press(router, ask_name, Right.CURATE_TOP, AddToTopPress.filter())
    on_press(router, show_member, Right.CURATE_TOP, MemberPress.filter(~F.off))
    on_press(router, ask_to_take_off, Right.CURATE_TOP, MemberPress.filter(~F.sure))
    on_press(router, take_off, Right.CURATE_TOP, MemberPress.filter(F.sure))
    on_press(router, show_proposals, Right.CURATE_TOP, ProposalsPress.filter())
    on_press(router, show_proposal, Right.CURATE_TOP, ProposalPress.filter(F.action == ProposalAction.SHOW))
    on_press(router, decide, Right.CURATE_TOP, ProposalPress.filter())
    return router


async def show_list(press: CallbackQuery, callback_data: TopListPress, services: Services, person: Person) -> None:
    page = await services.top_list.page(person, callback_data.page)
    await press.answer()
    await show(press, views.members(page))


async def ask_name(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await ask(press, state, TopList.name, views.question(in_group=in_group(press)))


async def add(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    """Raises NotAUsername and OtherSite."""
    named = parse_username(words(message))
    if isinstance(named, ShortAddress):
        raise NotAUsername(words(message), "short_address")
    is_new = await services.top_list.add(person, named.name, now)
    await show(message, views.added(named.name, is_new=is_new))
    await finish(message, state)


async def show_member(press: CallbackQuery, callback_data: MemberPress, services: Services, person: Person) -> None:
    member = await services.top_list.member(person, callback_data.id)
    await press.answer()
    await show(press, views.member(member))


async def ask_to_take_off(press: CallbackQuery, callback_data: MemberPress, services: Services, person: Person) -> None:
    member = await services.top_list.member(person, callback_data.id)
    await press.answer()
    await show(press, views.take_off_question(member))


async def take_off(
    press: CallbackQuery, callback_data: MemberPress, services: Services, person: Person, now: datetime
) -> None:
    await services.top_list.take_off(person, callback_data.id, now)
    page = await services.top_list.page(person, 1)
    await press.answer()
    await show(press, views.members(page))


async def show_proposals(press: CallbackQuery, services: Services, person: Person) -> None:
    proposals = await services.top_list.proposals(person)
    await press.answer()
    await show(press, views.proposals(proposals))


async def show_proposal(press: CallbackQuery, callback_data: ProposalPress, services: Services, person: Person) -> None:
    proposal = await services.top_list.proposal(person, callback_data.id)
    await press.answer()
    await show(press, views.proposal(proposal, in_list=callback_data.in_list))


async def decide(
    press: CallbackQuery, callback_data: ProposalPress, services: Services, person: Person, now: datetime
) -> None:
    """Whoever is second sees what the first one decided."""
    accept = callback_data.action is ProposalAction.ACCEPT
    proposal = await services.top_list.decide(person, callback_data.id, now, accept=accept)
    await press.answer()
    await show(press, views.proposal(proposal, in_list=callback_data.in_list))
