"""Presses on the card of a link: the card itself, and its deletion."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from handlers.links import views
from handlers.links.callbacks import LinkAction, LinkPress
from handlers.screen import show
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="links.cards")
    for action, handler in (
        (LinkAction.CARD, show_card),
        (LinkAction.DELETE, ask_to_delete),
        (LinkAction.DELETE_SURELY, delete),
        (LinkAction.RESTORE, restore),
    ):
        router.callback_query.register(handler, LinkPress.filter(F.action == action))
    return router


async def show_card(
    press: CallbackQuery, callback_data: LinkPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, views.card(link, person.zone, now, page=callback_data.page))


async def ask_to_delete(press: CallbackQuery, callback_data: LinkPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, views.asked_to_delete(link, callback_data.page))


async def delete(
    press: CallbackQuery, callback_data: LinkPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    short_url = await services.links.delete(person.id, callback_data.id, now, cause=cause)
    await press.answer()
    await show(press, views.deleted(short_url, callback_data.id, callback_data.page))


async def restore(
    press: CallbackQuery, callback_data: LinkPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.links.restore(person.id, callback_data.id, now)
    await press.answer()
    await show(press, views.card(link, person.zone, now, page=callback_data.page))
