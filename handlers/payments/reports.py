"""/reports: a person's guides, to be read, had as a PDF, and shared."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from handlers.filters import PRIVATE, typed
from handlers.menu import MenuPress, Room
from handlers.payments import reports_views as views
from handlers.payments.reports_callbacks import GuideAction, GuidePress, ReportsPress
from handlers.payments.reports_works import PDF
from handlers.screen import show
from services.guides.facts import GuideContent
from services.guides.guides import OpenedGuide
from services.guides.materials import unpack
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="payments.reports")
    router.message.register(reports_command, PRIVATE, typed("reports"))
    router.callback_query.register(open_reports, MenuPress.filter(F.room == Room.GUIDES))
    router.callback_query.register(turn_page, ReportsPress.filter())
    for action, handler in (
        (GuideAction.OPEN, open_guide),
        (GuideAction.PDF, send_pdf),
        (GuideAction.SHARE, share),
        (GuideAction.REVOKE, revoke),
    ):
        router.callback_query.register(handler, GuidePress.filter(F.action == action))
    return router


async def reports_command(message: Message, services: Services, person: Person) -> None:
    await _show_list(message, 1, services, person)


async def open_reports(press: CallbackQuery, services: Services, person: Person) -> None:
    await press.answer()
    await _show_list(press, 1, services, person)


async def turn_page(press: CallbackQuery, callback_data: ReportsPress, services: Services, person: Person) -> None:
    await press.answer()
    await _show_list(press, callback_data.page, services, person)


async def open_guide(press: CallbackQuery, callback_data: GuidePress, services: Services, person: Person) -> None:
    guide = await services.guides.kept(person.id, callback_data.id)
    if guide.closed_at is not None:
        await press.answer()
        await show(press, views.closed(guide))
        return
    opened = await services.guides.own(person.id, guide.id)
    await press.answer()
    await _show_guide(press, opened, services)


async def send_pdf(
    press: CallbackQuery, callback_data: GuidePress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    guide = (await services.guides.own(person.id, callback_data.id)).guide
    await services.works.enqueue(
        PDF, str(guide.id), person_id=person.id, facts={"guide": guide.id}, now=now, cause=cause
    )
    await press.answer(views.pdf_comes())


async def share(press: CallbackQuery, callback_data: GuidePress, services: Services, person: Person) -> None:
    await services.guides.share(person.id, callback_data.id)
    opened = await services.guides.own(person.id, callback_data.id)
    await press.answer()
    await _show_guide(press, opened, services)


async def revoke(press: CallbackQuery, callback_data: GuidePress, services: Services, person: Person) -> None:
    await services.guides.revoke(person.id, callback_data.id)
    opened = await services.guides.own(person.id, callback_data.id)
    await press.answer(views.link_closed())
    await _show_guide(press, opened, services)


async def _show_list(event: Message | CallbackQuery, page: int, services: Services, person: Person) -> None:
    guides, count = await services.guides.of_person(person.id, views.ON_A_PAGE, (page - 1) * views.ON_A_PAGE)
    last = views.pages_of(count)
    if page > last:
        page = last
        guides, count = await services.guides.of_person(person.id, views.ON_A_PAGE, (page - 1) * views.ON_A_PAGE)
    being_made = await services.guides.being_made(person.id)
    standing = await services.referrals.standing(person.id)
    await show(event, views.guides(guides, count, page, being_made, standing, person.zone))


async def _show_guide(press: CallbackQuery, opened: OpenedGuide, services: Services) -> None:
    guide = opened.guide
    shared = None if guide.share is None else services.guides.address(guide.id, guide.share)
    content = unpack(opened.content, GuideContent)
    await show(press, views.guide_screen(guide.id, content, services.guides.address(guide.id), shared))
