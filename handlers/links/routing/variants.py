"""Variants of a link: shares of its visitors led to different addresses."""

from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import finish
from handlers.links.addresses import PastedAddress
from handlers.links.routing import variants_views as views
from handlers.links.routing.asking import (
    Asking,
    address_in,
    ask_about,
    link_asked_about,
    on_answer,
    page_asked_from,
    words_in,
)
from handlers.links.routing.callbacks import SURELY, Part, RoutingPress
from handlers.screen import show
from services.links.routing import parse_weight
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="links.routing.variants")
    for part, handler in (
        (Part.VARIANTS, show_variants),
        (Part.VARIANT, show_variant),
        (Part.VARIANT_WEIGHT, weigh),
        (Part.VARIANT_TYPE, ask_weight),
        (Part.VARIANT_ADD, ask_address),
        (Part.VARIANT_REMOVE, remove),
    ):
        router.callback_query.register(handler, RoutingPress.filter(F.part == part))
    on_answer(router, Asking.variant, add)
    on_answer(router, Asking.weight, set_weight, ~PastedAddress())
    return router


async def show_variants(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, views.variants(link, callback_data.page))


async def show_variant(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    screen = views.variant(link, callback_data.page, callback_data.value)
    await press.answer()
    await show(press, screen)


async def weigh(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime
) -> None:
    key, _dot, weight = callback_data.value.partition(".")
    link = await services.routing.set_weight(person.id, callback_data.id, key, parse_weight(weight), now)
    await press.answer()
    await show(press, views.variant(link, callback_data.page, key))


async def ask_weight(
    press: CallbackQuery, callback_data: RoutingPress, state: FSMContext, services: Services, person: Person
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    # A variant that is gone is told before anything is asked.
    views.variant(link, callback_data.page, callback_data.value)
    await press.answer()
    await ask_about(
        press, state, Asking.weight, link, callback_data.page, views.weight_question, key=callback_data.value
    )


async def set_weight(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    facts = await state.get_data()
    key = str(facts.get("key", ""))
    weight = parse_weight(words_in(message))
    link = await services.routing.set_weight(person.id, link_asked_about(facts), key, weight, now)
    await show(message, views.variant(link, page_asked_from(facts), key))
    await finish(message, state)


async def ask_address(
    press: CallbackQuery, callback_data: RoutingPress, state: FSMContext, services: Services, person: Person
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await ask_about(press, state, Asking.variant, link, callback_data.page, views.address_question)


async def add(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    facts = await state.get_data()
    part = await services.routing.add_variant(person.id, link_asked_about(facts), address_in(message), now, cause=cause)
    await show(message, views.variants(part.link, page_asked_from(facts)))
    await finish(message, state)


async def remove(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime
) -> None:
    key = callback_data.value.removesuffix(SURELY)
    if callback_data.value.endswith(SURELY):
        link = await services.routing.remove_variant(person.id, callback_data.id, key, now)
        screen = views.variants(link, callback_data.page)
    else:
        link = await services.links.get(person.id, callback_data.id)
        screen = views.asked_to_remove(link, callback_data.page, key)
    await press.answer()
    await show(press, screen)
