"""Where the daily digest leads: a message of its own each time, so that the digest stays to be read."""

from datetime import date, datetime

from aiogram import F, Router
from aiogram.dispatcher.event.handler import CallbackType
from aiogram.types import CallbackQuery, Message

from handlers.operations import top_views, views
from handlers.operations.callbacks import DigestPlace, DigestPress
from handlers.operations.digest_views import errors_screen
from handlers.operations.health import health_screen
from handlers.operations.rights import guarded, on_press
from handlers.screen import Screen, show
from services.people import Person, Right
from services.services import Services


def router() -> Router:
    router = guarded("operations.digest")
    on_press(router, show_health, Right.SEE_HEALTH, _leads_to(DigestPlace.HEALTH))
    on_press(router, show_errors, Right.LOOK_UP, _leads_to(DigestPlace.ERRORS))
    on_press(router, show_proposals, Right.CURATE_TOP, _leads_to(DigestPlace.PROPOSALS))
    on_press(router, show_log, Right.SEE_ACTS, _leads_to(DigestPlace.LOG))
    return router


async def show_health(press: CallbackQuery, services: Services, now: datetime) -> None:
    await press.answer()
    await _show_below(press, health_screen(await services.operations.health(now), now))


async def show_errors(press: CallbackQuery, callback_data: DigestPress, services: Services) -> None:
    day = date.fromordinal(callback_data.day)
    errors = await services.digests.errors(day)
    await press.answer()
    await _show_below(press, errors_screen(day, errors))


async def show_proposals(press: CallbackQuery, services: Services, person: Person) -> None:
    found = await services.top_list.proposals(person)
    await press.answer()
    await _show_below(press, top_views.proposals(found))


async def show_log(press: CallbackQuery, services: Services, person: Person) -> None:
    page = await services.audit.page(1, views.ACTS_ON_A_PAGE)
    await press.answer()
    await _show_below(press, views.log(page, person.zone, 0))


def _leads_to(place: DigestPlace) -> CallbackType:
    return DigestPress.filter(F.place == place)


async def _show_below(press: CallbackQuery, screen: Screen) -> None:
    await show(press.message if isinstance(press.message, Message) else press, screen)
