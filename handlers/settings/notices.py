"""Settings → notices: what a person is told unasked, and when."""

from datetime import datetime

from aiogram import Router
from aiogram.types import CallbackQuery

from handlers.screen import show
from handlers.settings import notices_views as views
from handlers.settings.callbacks import (
    AskHour,
    AskQuiet,
    AskQuietEnd,
    ChooseHour,
    ChooseQuiet,
    ShowNotices,
    SwitchNotice,
)
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="settings.notices")
    router.callback_query.register(show_notices, ShowNotices.filter())
    router.callback_query.register(switch, SwitchNotice.filter())
    router.callback_query.register(ask_hour, AskHour.filter())
    router.callback_query.register(choose_hour, ChooseHour.filter())
    router.callback_query.register(ask_quiet, AskQuiet.filter())
    router.callback_query.register(ask_quiet_end, AskQuietEnd.filter())
    router.callback_query.register(choose_quiet, ChooseQuiet.filter())
    return router


async def show_notices(press: CallbackQuery, services: Services, person: Person) -> None:
    preferences = await services.notices.of(person.id)
    await press.answer()
    await show(press, views.notices(preferences))


async def switch(press: CallbackQuery, callback_data: SwitchNotice, services: Services, person: Person) -> None:
    preferences = await services.notices.switch(person.id, callback_data.notice, on=callback_data.on)
    await press.answer()
    await show(press, views.notices(preferences))


async def ask_hour(press: CallbackQuery, services: Services, person: Person, now: datetime) -> None:
    preferences = await services.notices.of(person.id)
    await press.answer()
    await show(press, views.hour_question(preferences, person.zone, now))


async def choose_hour(press: CallbackQuery, callback_data: ChooseHour, services: Services, person: Person) -> None:
    preferences = await services.notices.choose_hour(person.id, callback_data.hour)
    await press.answer()
    await show(press, views.notices(preferences))


async def ask_quiet(press: CallbackQuery, services: Services, person: Person) -> None:
    preferences = await services.notices.of(person.id)
    await press.answer()
    await show(press, views.quiet_question(preferences))


async def ask_quiet_end(press: CallbackQuery, callback_data: AskQuietEnd, services: Services, person: Person) -> None:
    preferences = await services.notices.of(person.id)
    await press.answer()
    await show(press, views.quiet_end_question(preferences, callback_data.start))


async def choose_quiet(press: CallbackQuery, callback_data: ChooseQuiet, services: Services, person: Person) -> None:
    preferences = await services.notices.choose_quiet(person.id, callback_data.start, callback_data.end)
    await press.answer()
    await show(press, views.notices(preferences))
