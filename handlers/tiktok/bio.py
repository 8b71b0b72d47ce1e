"""Which of a person's links stands in the bio of an account, and which of its videos seem to have brought clicks."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from handlers.tiktok import bio_views as views
from handlers.tiktok.card import known_account
from handlers.tiktok.history import show_history
from handlers.tiktok.pasted import show
from handlers.tiktok.presses import BioAct, BioPress, HistoryPress
from services.people import Person
from services.services import Services
from services.tiktok.history import Figure


def router() -> Router:
    router = Router(name="tiktok.bio")
    router.callback_query.register(choose, BioPress.filter(F.act == BioAct.CHOOSE))
    router.callback_query.register(name_link, BioPress.filter(F.act == BioAct.NAME))
    router.callback_query.register(unname_link, BioPress.filter(F.act == BioAct.UNNAME))
    router.callback_query.register(accept, BioPress.filter(F.act == BioAct.ACCEPT))
    router.callback_query.register(show_brought, BioPress.filter(F.act == BioAct.BROUGHT))
    return router


async def choose(press: CallbackQuery, callback_data: BioPress, services: Services, person: Person) -> None:
    account = await known_account(callback_data.id, services)
    choice = await services.bio_links.choice(person.id, account.id, callback_data.page, views.LINKS_ON_A_PAGE)
    await press.answer()
    await show(press, views.choice(account, choice))


async def name_link(
    press: CallbackQuery, callback_data: BioPress, services: Services, person: Person, now: datetime
) -> None:
    """The service checks whose link it is."""
    await services.bio_links.name(person.id, callback_data.id, callback_data.link, now)
    await choose(press, callback_data, services, person)


async def unname_link(press: CallbackQuery, callback_data: BioPress, services: Services, person: Person) -> None:
    await services.bio_links.unname(person.id, callback_data.id, callback_data.link)
    await choose(press, callback_data, services, person)


async def accept(
    press: CallbackQuery, callback_data: BioPress, bot: Bot, services: Services, person: Person, now: datetime
) -> None:
    """The link that was found in the bio is theirs: views and clicks stand beside each other at once."""
    await services.bio_links.name(person.id, callback_data.id, callback_data.link, now)
    await show_history(press, HistoryPress(figure=Figure.VIEWS, id=callback_data.id), bot, services, person, now)


async def show_brought(
    press: CallbackQuery, callback_data: BioPress, services: Services, person: Person, now: datetime
) -> None:
    account = await known_account(callback_data.id, services)
    found = await services.bio_links.brought(person.id, account.id, now)
    if found is None:
        await choose(press, callback_data, services, person)
        return
    await press.answer()
    invented = services.cards.invented
    await show(press, views.brought(account, found, callback_data.page, person.zone, invented=invented))
