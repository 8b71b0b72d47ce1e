"""Presses on the switches of a link's notices, and on those of all links that are reached from there."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from handlers.links.notices.callbacks import AllNoticesPress, LinkNoticePress
from handlers.links.notices.views import all_notices_screen, notices_screen
from handlers.screen import show
from services.people import Person
from services.people.preferences import OF_A_LINK, Notice
from services.services import Services


def router() -> Router:
    router = Router(name="links.notices")
    router.callback_query.register(show_notices, LinkNoticePress.filter(F.kind == ""))
    router.callback_query.register(switch, LinkNoticePress.filter(F.kind.in_(set(OF_A_LINK))))
    router.callback_query.register(show_all, AllNoticesPress.filter(F.kind == ""))
    router.callback_query.register(switch_all, AllNoticesPress.filter(F.kind.in_(set(OF_A_LINK))))
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


async def show_all(press: CallbackQuery, callback_data: AllNoticesPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    preferences = await services.notices.of(person.id)
    await press.answer()
    await show(press, all_notices_screen(link, preferences, callback_data.page))


async def switch_all(press: CallbackQuery, callback_data: AllNoticesPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    preferences = await services.notices.switch(person.id, Notice(callback_data.kind), on=callback_data.on)
    await press.answer()
    await show(press, all_notices_screen(link, preferences, callback_data.page))
