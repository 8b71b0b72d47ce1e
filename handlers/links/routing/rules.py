"""Rules of a link: whom it leads elsewhere."""

from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import finish
from handlers.links.addresses import PastedAddress
from handlers.links.routing import rules_views as views
from handlers.links.routing.asking import (
    Asking,
    address_in,
    ask_about,
    link_asked_about,
    on_answer,
    page_asked_from,
    words_in,
)
from handlers.links.routing.audience import decoded
from handlers.links.routing.callbacks import SURELY, Part, RoutingPress
from handlers.screen import show
from services.links.audiences import parse_audience
from services.links.routing_errors import NoSuchPart
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="links.routing.rules")
    for part, handler in (
        (Part.RULES, show_rules),
        (Part.RULE, show_rule),
        (Part.RULE_MOVE, move),
        (Part.RULE_REMOVE, remove),
        (Part.RULE_KIND, choose_kind),
        (Part.RULE_WHO, choose_people),
        (Part.RULE_TYPE, ask_people),
        (Part.RULE_WHERE, ask_address),
    ):
        router.callback_query.register(handler, RoutingPress.filter(F.part == part))
    on_answer(router, Asking.who, set_people, ~PastedAddress())
    on_answer(router, Asking.where, add)
    return router


async def show_rules(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, views.rules(link, callback_data.page))


async def show_rule(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    screen = views.rule(link, callback_data.page, callback_data.value)
    await press.answer()
    await show(press, screen)


async def move(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime
) -> None:
    key, _dot, place = callback_data.value.partition(".")
    if not place.isascii() or not place.isdecimal():
        raise NoSuchPart
    link = await services.routing.move_rule(person.id, callback_data.id, key, int(place), now)
    await press.answer()
    await show(press, views.rule(link, callback_data.page, key))


async def remove(
    press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person, now: datetime
) -> None:
    key = callback_data.value.removesuffix(SURELY)
    if callback_data.value.endswith(SURELY):
        link = await services.routing.remove_rule(person.id, callback_data.id, key, now)
        screen = views.rules(link, callback_data.page)
    else:
        link = await services.links.get(person.id, callback_data.id)
        screen = views.asked_to_remove(link, callback_data.page, key)
    await press.answer()
    await show(press, screen)


async def choose_kind(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, views.kinds(link, callback_data.page))


async def choose_people(press: CallbackQuery, callback_data: RoutingPress, services: Services, person: Person) -> None:
    audience = decoded(callback_data.value)
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, views.who(link, callback_data.page, audience))


async def ask_people(
    press: CallbackQuery, callback_data: RoutingPress, state: FSMContext, services: Services, person: Person
) -> None:
    chosen = decoded(callback_data.value).encoded()
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await ask_about(press, state, Asking.who, link, callback_data.page, views.who_question, chosen=chosen)


async def set_people(message: Message, state: FSMContext, services: Services, person: Person) -> None:
    facts = await state.get_data()
    chosen = views.chosen_of(facts)
    values = dict.fromkeys((*chosen.values, *parse_audience(chosen.kind, words_in(message))))
    link = await services.links.get(person.id, link_asked_about(facts))
    await ask_about(
        message,
        state,
        Asking.where,
        link,
        page_asked_from(facts),
        views.where_question,
        kind=chosen.kind,
        values=".".join(values),
    )


async def ask_address(
    press: CallbackQuery, callback_data: RoutingPress, state: FSMContext, services: Services, person: Person
) -> None:
    audience = decoded(callback_data.value)
    if not audience.values:
        raise NoSuchPart
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await ask_about(
        press,
        state,
        Asking.where,
        link,
        callback_data.page,
        views.where_question,
        kind=audience.kind,
        values=".".join(audience.values),
    )


async def add(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    facts = await state.get_data()
    link = await services.routing.add_rule(
        person.id,
        link_asked_about(facts),
        str(facts.get("kind", "")),
        [value for value in str(facts.get("values", "")).split(".") if value],
        address_in(message),
        now,
        cause=cause,
    )
    await show(message, views.rules(link, page_asked_from(facts)))
    await finish(message, state)
