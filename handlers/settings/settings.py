"""/settings: language by buttons, time zone by a city or an offset."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.commands import register_in_language
from handlers.dialogue import ask, finish
from handlers.filters import PRIVATE, typed
from handlers.menu import MenuPress, Room
from handlers.screen import show
from handlers.settings import views
from handlers.settings.callbacks import AskLanguage, AskTimeZone, ChooseLanguage, ChooseTimeZone
from handlers.settings.errors import PlaceNotFound
from services.language import Catalogue, speaking
from services.people import Person
from services.services import Services
from services.time_zones import parse_offset
from services.time_zones.cities import find_cities


class TimeZone(StatesGroup):
    place = State()


def router() -> Router:
    router = Router(name="settings")
    router.message.register(show_settings, PRIVATE, typed("settings"))
    router.message.register(set_place, PRIVATE, TimeZone.place, F.text | F.caption, ~F.text.startswith("/"))
    router.callback_query.register(open_settings, MenuPress.filter(F.room == Room.SETTINGS))
    router.callback_query.register(ask_language, AskLanguage.filter())
    router.callback_query.register(choose_language, ChooseLanguage.filter())
    router.callback_query.register(ask_time_zone, AskTimeZone.filter())
    router.callback_query.register(choose_time_zone, ChooseTimeZone.filter())
    return router


async def show_settings(message: Message, person: Person, now: datetime) -> None:
    await show(message, views.settings(person, now))


async def open_settings(press: CallbackQuery, person: Person, now: datetime) -> None:
    await press.answer()
    await show(press, views.settings(person, now))


async def ask_language(press: CallbackQuery) -> None:
    await press.answer()
    await show(press, views.languages())


async def choose_language(
    press: CallbackQuery,
    bot: Bot,
    callback_data: ChooseLanguage,
    services: Services,
    catalogue: Catalogue,
    person: Person,
    now: datetime,
) -> None:
    await services.people.choose_language(person.id, callback_data.language)
    await press.answer()
    with speaking(catalogue, callback_data.language):
        await show(press, views.settings(person, now))
    await register_in_language(bot, catalogue, person.id, callback_data.language, is_operator=person.is_support)


async def ask_time_zone(press: CallbackQuery, state: FSMContext, person: Person, now: datetime) -> None:
    await press.answer()
    await ask(press, state, TimeZone.place, views.time_zone_question(person, now))


async def set_place(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    text = message.text or message.caption or ""
    found = await find_cities(text)
    if offset := parse_offset(text):
        person = await services.people.choose_time_zone(person, offset)
        screen = views.settings(person, now)
    elif found.is_exact:
        place, *others = found.cities
        person = await services.people.choose_time_zone(person, place.time_zone)
        screen = views.settings(person, now, place=place, others=others)
    elif found.cities:
        question = views.time_zone_question(person, now)
        await ask(message, state, TimeZone.place, views.guesses(found.cities), again=question)
        return
    else:
        raise PlaceNotFound(text)
    await finish(message, state)
    await show(message, screen)


async def choose_time_zone(
    press: CallbackQuery, callback_data: ChooseTimeZone, services: Services, person: Person, now: datetime
) -> None:
    person = await services.people.choose_time_zone(person, callback_data.zone)
    await press.answer()
    await show(press, views.settings(person, now))
