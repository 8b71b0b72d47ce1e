"""/links: a person's links in pages."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from handlers.filters import PRIVATE, typed
from handlers.links import views
from handlers.links.callbacks import ListPress
from handlers.screen import show
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="links.lists")
    router.message.register(list_links, PRIVATE, typed("links"))
    router.callback_query.register(turn_page, ListPress.filter())
    return router


async def list_links(message: Message, services: Services, person: Person) -> None:
    await show(message, views.links_list(await services.links.page(person.id, 1, views.PAGE_SIZE)))


async def turn_page(press: CallbackQuery, callback_data: ListPress, services: Services, person: Person) -> None:
    await press.answer()
    await show(press, views.links_list(await services.links.page(person.id, callback_data.page, views.PAGE_SIZE)))
