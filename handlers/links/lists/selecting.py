"""Choosing several links of a list, and what is done to all of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask, finish
from handlers.filters import PRIVATE
from handlers.links.lists import selecting_views as views
from handlers.links.lists.callbacks import Act, ListAct
from handlers.links.lists.kept import Kept, kept
from handlers.links.lists.lists import tag_of
from handlers.links.lists.showing import number_in, pressed_list, show_and_keep, show_list
from handlers.links.lists.views import PAGE_SIZE, gone
from services.links.errors import LinkNotFound
from services.people import Person
from services.services import Services


class TagLinks(StatesGroup):
    tag = State()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A press on a list in which links are being chosen."""

    press: CallbackQuery
    data: ListAct
    state: FSMContext
    services: Services
    person: Person
    now: datetime
    cause: int
    list: Kept

    @property
    def ids(self) -> tuple[int, ...]:
        return self.list.selected or ()

    async def show(self, wanted: Kept, note: str = "") -> None:
        await show_list(self.press, self.state, self.services, self.person, self.now, wanted, note)


def router() -> Router:
    router = Router(name="links.lists.selecting")
    router.message.register(tag_by_name, PRIVATE, TagLinks.tag, F.text | F.caption, ~F.text.startswith("/"))
    router.callback_query.register(begin, ListAct.filter(F.act == Act.SELECT))
    router.callback_query.register(undo, ListAct.filter(F.act == Act.UNDO))
    for act, handler in (
        (Act.PICK, pick),
        (Act.UNPICK, pick),
        (Act.PICK_PAGE, pick_page),
        (Act.PICK_ALL, pick_all),
        (Act.PICK_NONE, pick_none),
        (Act.DONE, end),
        (Act.SWITCH_OFF, switch),
        (Act.SWITCH_ON, switch),
        (Act.DELETE, ask_to_delete),
        (Act.DELETE_SURELY, delete),
        (Act.TAGGING, show_tags),
        (Act.ADD_TAG, tag_by_press),
        (Act.REMOVE_TAG, tag_by_press),
        (Act.NEW_TAG, ask_for_tag),
    ):
        router.callback_query.register(_while_choosing(handler), ListAct.filter(F.act == act))
    return router


def _while_choosing(handler: Callable[[Chosen], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """What was chosen may not be known any more: then the press says so, and shows the list."""

    async def pressed(
        press: CallbackQuery,
        callback_data: ListAct,
        state: FSMContext,
        services: Services,
        person: Person,
        now: datetime,
        cause: int,
    ) -> None:
        known = await pressed_list(press, state, callback_data)
        if known is None or known.selected is None:
            await press.answer()
            await show_list(press, state, services, person, now, Kept() if known is None else known, gone())
            return
        await handler(Chosen(press, callback_data, state, services, person, now, cause, known))

    return pressed


async def begin(
    press: CallbackQuery, callback_data: ListAct, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    known = await pressed_list(press, state) or Kept()
    await press.answer()
    await show_list(press, state, services, person, now, replace(known, page=callback_data.page, selected=()))


async def pick(it: Chosen) -> None:
    chosen = it.list.select((number_in(it.data),), on=it.data.act is Act.PICK)
    await it.press.answer()
    await it.show(replace(chosen, page=it.data.page))


async def pick_page(it: Chosen) -> None:
    found = await it.services.listing.page(it.person.id, it.list.view, it.data.page, PAGE_SIZE)
    await it.press.answer()
    await it.show(replace(it.list.select(tuple(link.id for link in found.links)), page=it.data.page))


async def pick_all(it: Chosen) -> None:
    found = await it.services.listing.found(it.person.id, it.list.view)
    await it.press.answer()
    await it.show(replace(it.list.select(found), page=it.data.page))


async def pick_none(it: Chosen) -> None:
    await it.press.answer()
    await it.show(replace(it.list, selected=(), page=it.data.page))


async def end(it: Chosen) -> None:
    await it.press.answer()
    await it.show(replace(it.list, selected=None, page=it.data.page))


async def switch(it: Chosen) -> None:
    on = it.data.act is Act.SWITCH_ON
    count = await it.services.many_links.switch(it.person.id, it.ids, it.now, on=on, cause=it.cause)
    await it.press.answer()
    await it.show(it.list, views.switched(count, on=on))


async def ask_to_delete(it: Chosen) -> None:
    standing = await it.services.listing.standing(it.person.id, it.ids)
    if not standing:
        raise LinkNotFound
    await it.press.answer()
    await show_and_keep(it.press, it.state, it.now, views.asked_to_delete(len(standing)), it.list)


async def delete(it: Chosen) -> None:
    count = await it.services.many_links.delete(it.person.id, it.ids, it.now, cause=it.cause)
    await it.press.answer()
    await show_and_keep(it.press, it.state, it.now, views.deleted(count, it.cause), replace(it.list, page=1))


async def undo(
    press: CallbackQuery, callback_data: ListAct, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    count = await services.many_links.restore(person.id, number_in(callback_data), now)
    known = await pressed_list(press, state) or Kept()
    await press.answer()
    await show_list(press, state, services, person, now, replace(known, selected=None), views.restored(count))


async def show_tags(it: Chosen) -> None:
    await it.press.answer()
    await _show_tags(it.press, it.state, it.services, it.person, it.now, it.list, page=it.data.page)


async def tag_by_press(it: Chosen) -> None:
    tag = tag_of(await it.services.listing.tags(it.person.id), it.data.value)
    note = ""
    if tag is not None:
        on = it.data.act is Act.ADD_TAG
        act = it.services.many_links.tag if on else it.services.many_links.untag
        note = views.tagged(await act(it.person.id, it.ids, tag, it.now, cause=it.cause), on=on)
    await it.press.answer()
    await _show_tags(it.press, it.state, it.services, it.person, it.now, it.list, page=it.data.page, note=note)


async def ask_for_tag(it: Chosen) -> None:
    await it.press.answer()
    message_id = 0 if it.press.message is None else it.press.message.message_id
    await ask(it.press, it.state, TagLinks.tag, views.tag_question(message_id), list=message_id)


async def tag_by_name(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    known = await kept(state, (await state.get_data()).get("list", 0))
    if known is None or known.selected is None:
        await show_list(message, state, services, person, now, known or Kept(), gone())
    else:
        text = message.text or message.caption or ""
        done = await services.many_links.tag(person.id, known.selected, text, now, cause=cause)
        await _show_tags(message, state, services, person, now, known, note=views.tagged(done, on=True))
    await finish(message, state)


async def _show_tags(
    event: Message | CallbackQuery,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
    known: Kept,
    *,
    page: int = 1,
    note: str = "",
) -> None:
    selected = known.selected or ()
    tags = await services.listing.tags(person.id)
    among = await services.listing.tags_among(person.id, selected)
    standing = await services.listing.standing(person.id, selected)
    await show_and_keep(event, state, now, views.tagging(tags, among, len(standing), page, note), known)
