"""People as operators see them, and what operators decide of them."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.commands import register_role
from handlers.dialogue import ask, finish
from handlers.operations import notices
from handlers.operations import person_views as views
from handlers.operations.callbacks import PersonAction, PersonPress, RolePress
from handlers.operations.rights import guarded, in_group, on_answer, on_press, reason_in
from handlers.outgoing import as_outgoing
from handlers.screen import Screen, show
from services.language import Catalogue, speaking
from services.operations import audit
from services.operations.desk import NothingFound
from services.people import Person, Right, Role
from services.services import Services

ERRORS_SHOWN = 6


class Ban(StatesGroup):
    reason = State()


def router() -> Router:
    router = guarded("operations.people")
    on_answer(router, ban, Right.BAN, Ban.reason, F.text | F.caption, ~F.text.startswith("/"))
    for action, handler, right in (
        (PersonAction.CARD, show_card, Right.LOOK_UP),
        (PersonAction.ERRORS, show_errors, Right.LOOK_UP),
        (PersonAction.BAN, ask_reason, Right.BAN),
        (PersonAction.UNBAN, unban, Right.BAN),
        (PersonAction.ROLES, show_roles, Right.GIVE_ROLES),
        (PersonAction.DISABLE_ALL, ask_to_disable_all, Right.DISABLE_LINKS),
        (PersonAction.DISABLE_ALL_SURELY, disable_all, Right.DISABLE_LINKS),
    ):
        on_press(router, handler, right, PersonPress.filter(F.action == action))
    on_press(router, give_role, Right.GIVE_ROLES, RolePress.filter())
    return router


async def person_screen(person_id: int, services: Services, actor: Person, now: datetime, *notes: str) -> Screen:
    """Raises NothingFound."""
    return views.card(await services.desk.card(actor, person_id, now), actor, notes)


async def show_card(
    press: CallbackQuery, callback_data: PersonPress, services: Services, person: Person, now: datetime
) -> None:
    screen = await person_screen(callback_data.id, services, person, now)
    await press.answer()
    await show(press, screen)


async def show_errors(
    press: CallbackQuery, callback_data: PersonPress, services: Services, person: Person, now: datetime
) -> None:
    subject = await known(callback_data.id, services)
    kept = await services.errors.of_person(subject.id, ERRORS_SHOWN)
    await services.audit.note_look(person.id, audit.of_person(subject.id), now)
    await press.answer()
    await show(press, views.errors(subject, kept, person.zone))


async def ask_reason(press: CallbackQuery, callback_data: PersonPress, state: FSMContext, services: Services) -> None:
    subject = await known(callback_data.id, services)
    await press.answer()
    question = views.ban_question(subject, in_group=in_group(press))
    await ask(press, state, Ban.reason, question, subject=subject.id)


async def ban(
    message: Message,
    state: FSMContext,
    services: Services,
    catalogue: Catalogue,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    reason = reason_in(message)
    subject = await _asked_about(state, services)
    with speaking(catalogue, subject.language):
        notice = as_outgoing(notices.banned(reason))
    await services.desk.ban(person, subject.id, reason, notice, now, cause=cause)
    await show(message, await person_screen(subject.id, services, person, now))
    await finish(message, state)


async def unban(
    press: CallbackQuery,
    callback_data: PersonPress,
    services: Services,
    catalogue: Catalogue,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    subject = await known(callback_data.id, services)
    with speaking(catalogue, subject.language):
        notice = as_outgoing(notices.unbanned())
    await services.desk.unban(person, subject.id, notice, now, cause=cause)
    await press.answer()
    await show(press, await person_screen(subject.id, services, person, now))


async def show_roles(press: CallbackQuery, callback_data: PersonPress, services: Services) -> None:
    subject = await known(callback_data.id, services)
    await press.answer()
    await show(press, views.roles(subject))


async def give_role(
    press: CallbackQuery,
    bot: Bot,
    callback_data: RolePress,
    services: Services,
    catalogue: Catalogue,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    role, subject = Role(callback_data.role), await known(callback_data.id, services)
    with speaking(catalogue, subject.language):
        notice = as_outgoing(notices.given_role(role))
    await services.desk.give_role(person, subject.id, role, notice, now, cause=cause)
    await press.answer()
    await show(press, await person_screen(subject.id, services, person, now))
    await register_role(bot, catalogue, subject.id, subject.language, is_operator=role >= Role.SUPPORT)


async def ask_to_disable_all(
    press: CallbackQuery, callback_data: PersonPress, services: Services, person: Person, now: datetime
) -> None:
    found = await services.desk.card(person, callback_data.id, now)
    await press.answer()
    # Only of who is banned, whose reason it is; a button from before the ban's end leads back to the card.
    is_banned = found.person.banned is not None
    await show(press, views.disable_all_question(found) if is_banned else views.card(found, person))


async def disable_all(
    press: CallbackQuery, callback_data: PersonPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    subject = await known(callback_data.id, services)
    if subject.banned is not None:
        await services.moderation.disable_all(person, subject.id, subject.banned.reason, now, cause=cause)
    await press.answer()
    await show(press, await person_screen(subject.id, services, person, now))


async def known(person_id: int, services: Services) -> Person:
    """Raises NothingFound."""
    subject = await services.people.find(person_id)
    if subject is None:
        raise NothingFound(str(person_id))
    return subject


async def _asked_about(state: FSMContext, services: Services) -> Person:
    return await known((await state.get_data()).get("subject", 0), services)
