"""Anybody's links as operators see them: switched off with a reason, and on again."""

from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask, finish
from handlers.operations import link_views as views
from handlers.operations import notices
from handlers.operations.callbacks import AnyLinkAction, AnyLinkPress, PersonLinksPress
from handlers.operations.people import known
from handlers.operations.rights import guarded, in_group, on_answer, on_press, reason_in
from handlers.outgoing import as_outgoing
from handlers.screen import Screen, show
from services.deliveries.kinds import LINK_NEWS
from services.language import Catalogue, speaking
from services.links.moderation import SwitchedLinks
from services.operations import audit
from services.people import Person, Right
from services.services import Services


class SwitchOff(StatesGroup):
    reason = State()


def router() -> Router:
    router = guarded("operations.links")
    on_answer(router, disable, Right.DISABLE_LINKS, SwitchOff.reason, F.text | F.caption, ~F.text.startswith("/"))
    on_press(router, show_links, Right.LOOK_UP, PersonLinksPress.filter())
    for action, handler, right in (
        (AnyLinkAction.CARD, show_card, Right.LOOK_UP),
        (AnyLinkAction.DISABLE, ask_reason, Right.DISABLE_LINKS),
        (AnyLinkAction.ENABLE, enable, Right.DISABLE_LINKS),
    ):
        on_press(router, handler, right, AnyLinkPress.filter(F.action == action))
    return router


async def link_screen(link_id: int, services: Services, actor: Person, now: datetime, page: int = 0) -> Screen:
    """Raises LinkNotFound."""
    link = await services.moderation.link(actor, link_id, now)
    owner = None if link.owner_id is None else await services.people.find(link.owner_id)
    return views.card(link, owner, actor, page)


async def show_links(
    press: CallbackQuery, callback_data: PersonLinksPress, services: Services, person: Person, now: datetime
) -> None:
    subject = await known(callback_data.id, services)
    page = await services.links.page(subject.id, callback_data.page, views.LINKS_ON_A_PAGE)
    await services.audit.note_look(person.id, audit.of_person(subject.id), now)
    await press.answer()
    await show(press, views.links_of(subject, page))


async def show_card(
    press: CallbackQuery, callback_data: AnyLinkPress, services: Services, person: Person, now: datetime
) -> None:
    screen = await link_screen(callback_data.id, services, person, now, callback_data.page)
    await press.answer()
    await show(press, screen)


async def ask_reason(
    press: CallbackQuery,
    callback_data: AnyLinkPress,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
) -> None:
    link = await services.moderation.link(person, callback_data.id, now)
    question = views.disable_question(link, callback_data.page, in_group=in_group(press))
    await press.answer()
    await ask(press, state, SwitchOff.reason, question, link=link.id, page=callback_data.page)


async def disable(
    message: Message,
    state: FSMContext,
    services: Services,
    catalogue: Catalogue,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    (link_id, page), reason = await _asked_about(state), reason_in(message)
    switched = await services.moderation.disable(person, link_id, reason, now, cause=cause)
    await _tell_owner(switched, link_id, reason, services, catalogue, now)
    screen = await link_screen(link_id, services, person, now, page)
    await show(message, screen)
    await finish(message, state)


async def enable(
    press: CallbackQuery,
    callback_data: AnyLinkPress,
    services: Services,
    catalogue: Catalogue,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    switched = await services.moderation.enable(person, callback_data.id, now, cause=cause)
    await press.answer()
    await _tell_owner(switched, callback_data.id, None, services, catalogue, now)
    await show(press, await link_screen(callback_data.id, services, person, now, callback_data.page))


async def _asked_about(state: FSMContext) -> tuple[int, int]:
    """The link, and the page that its card was opened from."""
    asked = await state.get_data()
    return asked.get("link", 0), asked.get("page", 0)


async def _tell_owner(
    switched: SwitchedLinks | None,
    link_id: int,
    reason: str | None,
    services: Services,
    catalogue: Catalogue,
    now: datetime,
) -> None:
    """After the act: an update that is handled again owes the same news under the same key."""
    owner = None if switched is None or switched.owner_id is None else await services.people.find(switched.owner_id)
    if switched is None or owner is None:
        return
    with speaking(catalogue, owner.language):
        if reason is None:
            notice = notices.link_on(link_id, switched.short_url)
        else:
            notice = notices.link_off(link_id, switched.short_url, reason)
    await services.deliveries.notify(owner.id, LINK_NEWS, f"act:{switched.act_id}", as_outgoing(notice), now)
