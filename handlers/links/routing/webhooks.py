"""A link's webhook: set, tested, given a new secret, switched off and on, removed."""

from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import finish
from handlers.links.routing import webhook_views as views
from handlers.links.routing.asking import Asking, address_in, ask_about, link_asked_about, on_answer, page_asked_from
from handlers.links.routing.callbacks import ON, SURELY, Part, RoutingPress
from handlers.screen import show
from services.people import Person
from services.services import Services
from services.throttles import WEBHOOK_TESTS


def router() -> Router:
    router = Router(name="links.routing.webhooks")
    for part, handler in (
        (Part.WEBHOOK, show_webhook),
        (Part.WEBHOOK_ADDRESS, ask_address),
        (Part.WEBHOOK_SECRET, renew_secret),
        (Part.WEBHOOK_TEST, test),
        (Part.WEBHOOK_SWITCH, switch),
        (Part.WEBHOOK_REMOVE, remove),
    ):
        router.callback_query.register(handler, RoutingPress.filter(F.part == part))
    on_answer(router, Asking.webhook, set_address)
    return router


async def show_webhook(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    found = await services.webhooks.of(person.id, link.id)
    await press.answer()
    await show(press, views.webhook(link, callback_data.page, found, person.zone))


async def ask_address(
    press: CallbackQuery, callback_data: RoutingPress, state: FSMContext, services: Services, person: Person
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await ask_about(press, state, Asking.webhook, link, callback_data.page, views.address_question)


async def set_address(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    facts = await state.get_data()
    link = await services.links.get(person.id, link_asked_about(facts))
    _webhook, secret = await services.webhooks.set(person.id, link.id, address_in(message), now, cause=cause)
    await show(message, views.secret(link, page_asked_from(facts), secret))
    await finish(message, state)


async def renew_secret(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    if callback_data.value == SURELY:
        _webhook, secret = await services.webhooks.renew_secret(person.id, link.id, now, cause=cause)
        screen = views.secret(link, callback_data.page, secret)
    else:
        screen = views.asked_for_secret(link, callback_data.page)
    await press.answer()
    await show(press, screen)


async def test(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    begins = await services.webhooks.begins_testing(person.id, link.id, cause=cause)
    if begins:
        await services.throttle.require(person, WEBHOOK_TESTS, now)
    await press.answer()
    if not begins:
        return
    shown = await show(press, views.testing(link))
    await services.webhooks.ask_to_test(
        person.id,
        link.id,
        now,
        page=callback_data.page,
        chat_id=shown.chat.id,
        message_id=shown.message_id,
        cause=cause,
    )


async def switch(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    found = await services.webhooks.switch(person.id, link.id, now, on=callback_data.value == ON)
    await press.answer()
    await show(press, views.webhook(link, callback_data.page, found, person.zone))


async def remove(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    found = await services.webhooks.of(person.id, link.id)
    if found is not None and callback_data.value != SURELY:
        screen = views.asked_to_remove(link, callback_data.page, found)
    else:
        await services.webhooks.remove(person.id, link.id)
        screen = views.webhook(link, callback_data.page, None, person.zone)
    await press.answer()
    await show(press, screen)
