"""/admin: the state of the platform, the search, the audit log, an error."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask, finish
from handlers.filters import typed
from handlers.operations import views
from handlers.operations.callbacks import ActsPress, ErrorPress, FindPress, OverviewPress
from handlers.operations.links import link_screen
from handlers.operations.people import person_screen
from handlers.operations.rights import guarded, in_group, on_answer, on_message, on_press, words
from handlers.screen import Screen, show
from services.operations import audit
from services.operations.desk import ErrorFound, Found, LinkFound, NothingFound
from services.operations.tallies import REFUSED_PRESSES
from services.people import Person, Right
from services.services import Services


class Search(StatesGroup):
    words = State()


def router() -> Router:
    router = guarded("operations.admin")
    on_message(router, admin, Right.LOOK_UP, typed("admin"))
    on_answer(router, find, Right.LOOK_UP, Search.words, F.text | F.caption, ~F.text.startswith("/"))
    on_press(router, refresh, Right.LOOK_UP, OverviewPress.filter())
    on_press(router, ask_whom, Right.LOOK_UP, FindPress.filter())
    on_press(router, show_log, Right.SEE_ACTS, ActsPress.filter())
    on_press(router, show_error, Right.LOOK_UP, ErrorPress.filter())
    return router


async def admin(message: Message, command: CommandObject, services: Services, person: Person, now: datetime) -> None:
    if command.args:
        found = await services.desk.search(person, command.args)
        await show(message, await found_screen(found, services, person, now))
    else:
        await show(message, await _overview(services, person, now))


async def refresh(press: CallbackQuery, services: Services, person: Person, now: datetime) -> None:
    await press.answer()
    await show(press, await _overview(services, person, now))


async def ask_whom(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await ask(press, state, Search.words, views.find_question(in_group=in_group(press)))


async def find(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    found = await services.desk.search(person, words(message))
    screen = await found_screen(found, services, person, now)
    await show(message, screen)
    await finish(message, state)


async def show_log(press: CallbackQuery, callback_data: ActsPress, services: Services, person: Person) -> None:
    page = await services.audit.page(callback_data.page, views.ACTS_ON_A_PAGE, person_id=callback_data.id or None)
    await press.answer()
    await show(press, views.log(page, person.zone, callback_data.id))


async def show_error(
    press: CallbackQuery, callback_data: ErrorPress, services: Services, person: Person, now: datetime
) -> None:
    screen = await error_screen(callback_data.id, services, person, now, opened_from=callback_data.person)
    await press.answer()
    await show(press, screen)


async def found_screen(found: Found, services: Services, person: Person, now: datetime) -> Screen:
    if isinstance(found, LinkFound):
        return await link_screen(found.id, services, person, now)
    if isinstance(found, ErrorFound):
        return await error_screen(found.id, services, person, now)
    return await person_screen(found.id, services, person, now)


async def error_screen(
    error_id: str, services: Services, person: Person, now: datetime, *, opened_from: int = 0
) -> Screen:
    """Raises NothingFound: errors go after a month."""
    kept = await services.errors.find(error_id)
    if kept is None:
        raise NothingFound(f"№ {error_id}")
    await services.audit.note_look(person.id, audit.of_error(error_id), now)
    return views.error(kept, person.zone, opened_from)


async def _overview(services: Services, person: Person, now: datetime) -> Screen:
    refused = await services.tallies.read(REFUSED_PRESSES, now)
    return views.overview(await services.operations.overview(now), refused, person)
