"""Presses on the switches of a link's notices."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from handlers.links.notices.callbacks import LinkNoticePress
from handlers.links.notices.views import notices_screen
from handlers.screen import show
from services.people import Person
from services.people.preferences import OF_A_LINK, Notice
from services.services import Services


def router() -> Router:
    router = Router(name="links.notices")
    router.callback_query.register(show_notices, LinkNoticePress.filter(F.kind == ""))
    router.callback_query.register(switch, LinkNoticePress.filter(F.kind.in_(set(OF_A_LINK))))
    return router


async def show_notices(
    press: CallbackQuery, callback_data: LinkNoticePress, services: Services, person: Person
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    preferences = await services.notices.of(person.id)
    await press.answer()
    await show(press, notices_screen(link, preferences, callback_data.page))


async def switch(
    press: CallbackQuery, callback_data: LinkNoticePress, services: Services, person: Person, now: datetime
) -> None:
    notice = Notice(callback_data.kind)
    link = await services.link_news.switch(person.id, callback_data.id, notice, on=callback_data.on, now=now)
    preferences = await services.notices.of(person.id)
    await press.answer()
    await show(press, notices_screen(link, preferences, callback_data.page))
