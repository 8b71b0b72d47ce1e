"""UTM fields of a link: one by one, or all at once by a template."""

from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import finish
from handlers.links.routing import utm_views as views
from handlers.links.routing.asking import Asking, ask_about, link_asked_about, on_answer, page_asked_from, words_in
from handlers.links.routing.callbacks import SURELY, Part, RoutingPress
from handlers.screen import show
from services.links.routing_errors import NoSuchPart
from services.links.utm import FIELDS
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="links.routing.utm")
    for part, handler in (
        (Part.UTM, show_fields),
        (Part.UTM_FIELD, ask_field),
        (Part.UTM_SET, choose_field),
        (Part.UTM_CLEAR, clear),
        (Part.TEMPLATES, show_templates),
        (Part.TEMPLATE_KEEP, ask_name),
        (Part.TEMPLATE_GIVE, give_template),
        (Part.TEMPLATE_REMOVE, remove_template),
    ):
        router.callback_query.register(handler, RoutingPress.filter(F.part == part))
    on_answer(router, Asking.field, set_field)
    on_answer(router, Asking.template, keep_template)
    return router


async def show_fields(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, views.utm(link, callback_data.page))


async def ask_field(
    press: CallbackQuery, callback_data: RoutingPress, state: FSMContext, services: Services, person: Person
) -> None:
    if callback_data.value not in FIELDS:
        raise NoSuchPart
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await ask_about(
        press, state, Asking.field, link, callback_data.page, views.field_question, field=callback_data.value
    )


async def set_field(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    facts = await state.get_data()
    field = str(facts.get("field", ""))
    link = await services.routing.set_field(person.id, link_asked_about(facts), field, words_in(message), now)
    await show(message, views.utm(link, page_asked_from(facts)))
    await finish(message, state)


async def choose_field(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime
) -> None:
    field, _dot, value = callback_data.value.partition(".")
    link = await services.routing.set_field(person.id, callback_data.id, field, value, now)
    await press.answer()
    await show(press, views.utm(link, callback_data.page))


async def clear(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime
) -> None:
    if not callback_data.value:
        link = await services.links.get(person.id, callback_data.id)
        screen = views.asked_to_clear(link, callback_data.page)
    else:
        field = None if callback_data.value == SURELY else callback_data.value
        link = await services.routing.clear_fields(person.id, callback_data.id, now, field)
        screen = views.utm(link, callback_data.page)
    await press.answer()
    await show(press, screen)


async def show_templates(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    found = await services.utm_templates.of(person.id)
    await press.answer()
    await show(press, views.templates(link, callback_data.page, found))


async def ask_name(
    press: CallbackQuery, callback_data: RoutingPress, state: FSMContext, services: Services, person: Person
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await ask_about(press, state, Asking.template, link, callback_data.page, views.template_question)


async def keep_template(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    facts = await state.get_data()
    link = await services.utm_templates.keep(person.id, link_asked_about(facts), words_in(message), now)
    await show(message, views.templates(link, page_asked_from(facts), await services.utm_templates.of(person.id)))
    await finish(message, state)


async def give_template(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.utm_templates.give(person.id, callback_data.id, _number(callback_data.value), now)
    await press.answer()
    await show(press, views.utm(link, callback_data.page))


async def remove_template(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    template_id = _number(callback_data.value.removesuffix(SURELY))
    found = await services.utm_templates.of(person.id)
    if callback_data.value.endswith(SURELY):
        await services.utm_templates.remove(person.id, template_id)
        screen = views.templates(link, callback_data.page, [each for each in found if each.id != template_id])
    else:
        template = next((each for each in found if each.id == template_id), None)
        if template is None:
            raise NoSuchPart
        screen = views.asked_to_remove(link, callback_data.page, template)
    await press.answer()
    await show(press, screen)


def _number(text: str) -> int:
    """The id in a button; a forged one is no template's."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
