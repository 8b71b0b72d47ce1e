"""/links: a person's links in pages, found by words and tags, sorted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask, finish
from handlers.filters import PRIVATE, typed
from handlers.links.callbacks import ListPress
from handlers.links.lists import views
from handlers.links.lists.callbacks import Act, ListAct
from handlers.links.lists.kept import Kept, kept, last_kept
from handlers.links.lists.showing import pressed_list, show_and_keep, show_list
from handlers.links.statistics.callbacks import tag_number
from services.links.listing import MOST_WORDS, ListView, Sort, TagCount
from services.people import Person
from services.services import Services


class FindLinks(StatesGroup):
    words = State()


def router() -> Router:
    router = Router(name="links.lists.lists")
    router.message.register(list_links, PRIVATE, typed("links"))
    router.message.register(find, PRIVATE, FindLinks.words, F.text | F.caption, ~F.text.startswith("/"))
    router.callback_query.register(return_to_list, ListPress.filter())
    for act, handler in (
        (Act.PAGE, turn_page),
        (Act.BACK, turn_page),
        (Act.SORT, sort),
        (Act.FIND, ask_for_words),
        (Act.ALL, show_all),
        (Act.TAGS, show_tags),
        (Act.TAG, choose_tag),
    ):
        router.callback_query.register(handler, ListAct.filter(F.act == act))
    return router


async def list_links(
    message: Message, command: CommandObject, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    view = ListView(words=_words(command.args or ""))
    await show_list(message, state, services, person, now, Kept(view))


async def return_to_list(
    press: CallbackQuery,
    callback_data: ListPress,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
) -> None:
    """From a card, or to another page."""
    known = await pressed_list(press, state) or await last_kept(state, now) or Kept()
    await press.answer()
    await show_list(press, state, services, person, now, replace(known, page=callback_data.page, selected=None))


async def turn_page(
    press: CallbackQuery, callback_data: ListAct, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    known = await pressed_list(press, state, callback_data)
    await press.answer()
    if known is None:
        await show_list(press, state, services, person, now, Kept(), views.gone())
    else:
        page = known.page if callback_data.act is Act.BACK else callback_data.page
        await show_list(press, state, services, person, now, replace(known, page=page))


async def sort(
    press: CallbackQuery, callback_data: ListAct, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    known = await pressed_list(press, state)
    order = Sort.CLICKS if callback_data.value == Sort.CLICKS else Sort.DATE
    await press.answer()
    shown = known or Kept()
    wanted = replace(shown, view=replace(shown.view, sort=order), page=1)
    await show_list(press, state, services, person, now, wanted, "" if known else views.gone())


async def ask_for_words(press: CallbackQuery, state: FSMContext) -> None:
    known = await pressed_list(press, state) or Kept()
    await press.answer()
    list_id = 0 if press.message is None else press.message.message_id
    await ask(press, state, FindLinks.words, views.question(known.view, list_id), list=list_id)


async def find(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    known = await kept(state, (await state.get_data()).get("list", 0)) or Kept()
    view = replace(known.view, words=_words(message.text or message.caption or ""))
    await show_list(message, state, services, person, now, Kept(view))
    await finish(message, state)


async def show_all(press: CallbackQuery, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    known = await pressed_list(press, state) or Kept()
    await press.answer()
    await show_list(press, state, services, person, now, Kept(ListView(sort=known.view.sort)))


async def show_tags(
    press: CallbackQuery, callback_data: ListAct, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    known = await pressed_list(press, state) or Kept()
    tags = await services.listing.tags(person.id)
    await press.answer()
    await show_and_keep(press, state, now, views.tags_screen(tags, callback_data.page, known.view.tag), known)


async def choose_tag(
    press: CallbackQuery, callback_data: ListAct, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    known = await pressed_list(press, state) or Kept()
    tag = tag_of(await services.listing.tags(person.id), callback_data.value)
    await press.answer()
    await show_list(press, state, services, person, now, Kept(replace(known.view, tag=tag or "", words="")))


def tag_of(tags: Sequence[TagCount], value: str) -> str | None:
    """The tag that a button means; None: the person has no such tag any more."""
    return next((each.tag for each in tags if str(tag_number(each.tag)) == value), None)


def _words(text: str) -> str:
    return " ".join(text.split())[:MOST_WORDS]
