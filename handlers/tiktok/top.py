"""/top: Russian bloggers by what a video may bring them, by followers, rating and growth."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, Message

from handlers.filters import PRIVATE, typed
from handlers.menu import MenuPress, Room
from handlers.screen import announce_picture, show
from handlers.tiktok import top_views as views
from handlers.tiktok.card import show_card
from handlers.tiktok.drawing import allowed, drawn
from handlers.tiktok.picture import signature
from handlers.tiktok.top_callbacks import TopEntryPress, TopPicturePress, TopPress
from services.links.qr_errors import PictureLater
from services.people import Person
from services.pictures.top import top_picture
from services.services import Services
from services.tiktok.placing import Order


def router() -> Router:
    router = Router(name="tiktok.top")
    router.message.register(show_top, PRIVATE, typed("top"))
    router.callback_query.register(open_top, MenuPress.filter(F.room == Room.TOP))
    router.callback_query.register(turn_page, TopPress.filter())
    router.callback_query.register(open_entry, TopEntryPress.filter())
    router.callback_query.register(draw, TopPicturePress.filter())
    return router


async def show_top(message: Message, services: Services, person: Person, now: datetime) -> None:
    page = await services.top.page(Order.INCOME, 1)
    await show(message, views.top(page, person.zone, now))


async def open_top(press: CallbackQuery, services: Services, person: Person, now: datetime) -> None:
    await turn_page(press, TopPress(), services, person, now)


async def turn_page(
    press: CallbackQuery, callback_data: TopPress, services: Services, person: Person, now: datetime
) -> None:
    page = await services.top.page(callback_data.order, callback_data.page)
    await press.answer()
    await show(press, views.top(page, person.zone, now))


async def open_entry(
    press: CallbackQuery, callback_data: TopEntryPress, services: Services, person: Person, now: datetime
) -> None:
    await services.watches.account(callback_data.id)
    await press.answer()
    # The top stays where it is: one looks at several of its accounts.
    event = press.message if isinstance(press.message, Message) else press
    await show_card(event, callback_data.id, services, person, now)


async def draw(
    press: CallbackQuery, callback_data: TopPicturePress, bot: Bot, services: Services, person: Person, now: datetime
) -> None:
    """The first ten, to be sent on; below the top, which stays. Raises PictureLater."""
    page = await services.top.page(callback_data.order, 1)
    if not page.entries:
        await turn_page(press, TopPress(order=callback_data.order), services, person, now)
        return
    picture = views.picture(page, await signature(bot))
    await allowed(services, person, top_picture, picture, now)
    await press.answer()
    await announce_picture(press)
    png = await drawn(services, top_picture, picture)
    if png is None:
        raise PictureLater
    event = press.message if isinstance(press.message, Message) else press
    await show(event, views.pictured(page, png))
