"""The settings message of a link, and the dialogue about each of its parts. Every press edits the message."""

from dataclasses import replace
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask, finish
from handlers.filters import PRIVATE
from handlers.links.addresses import WholeAddress, addresses_in, the_only
from handlers.links.options import questions
from handlers.links.options.callbacks import OptionsPress, Part
from handlers.links.options.steps import STEP_OF, STEPS, Asking, Step
from handlers.links.options.views import settings_screen
from handlers.screen import Screen, show
from services.errors import UserError
from services.links.errors import LinkNotFound
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="links.options")
    router.callback_query.register(show_settings, OptionsPress.filter(F.part == Part.SHOW))
    router.callback_query.register(show_validity, OptionsPress.filter(F.part == Part.VALIDITY))
    router.callback_query.register(switch, OptionsPress.filter((F.part == Part.SWITCH) & F.value.in_({"on", "off"})))
    asked = F.part.in_(set(STEPS))
    router.callback_query.register(ask_about, OptionsPress.filter(asked & (F.value == "")))
    router.callback_query.register(take_press, OptionsPress.filter(asked))
    typed = F.text | F.caption
    for step in STEPS.values():
        # Who pastes an address where none was asked for wants a short link.
        address = () if step.is_address else (~WholeAddress(),)
        router.message.register(take_text, PRIVATE, step.state, typed, ~F.text.startswith("/"), *address)
    return router


async def show_settings(
    press: CallbackQuery, callback_data: OptionsPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, settings_screen(link, person.zone, now, callback_data.page))


async def show_validity(
    press: CallbackQuery, callback_data: OptionsPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    await show(press, questions.validity(link, callback_data.page, person.zone, now))


async def switch(
    press: CallbackQuery, callback_data: OptionsPress, services: Services, person: Person, now: datetime
) -> None:
    change = services.link_options.resume if callback_data.value == "on" else services.link_options.pause
    link = await change(person.id, callback_data.id, now)
    await press.answer()
    await show(press, settings_screen(link, person.zone, now, callback_data.page))


async def ask_about(
    press: CallbackQuery,
    callback_data: OptionsPress,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
) -> None:
    asking = await _asking(callback_data.id, callback_data.page, services, person, now)
    question = await STEPS[callback_data.part].question(asking)
    await press.answer()
    await _ask(press, state, STEPS[callback_data.part], asking, question)


async def take_press(
    press: CallbackQuery,
    callback_data: OptionsPress,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
) -> None:
    step = STEPS[callback_data.part]
    asking = await _asking(callback_data.id, callback_data.page, services, person, now)
    try:
        link, notes = await step.pressed(asking, callback_data.value)
    except UserError:
        # The press ended the question; it stays open for another try.
        await _ask(press, state, step, asking, await step.question(asking))
        raise
    await press.answer()
    asking = replace(asking, link=link)
    if step.goes_on:
        await _ask(press, state, step, asking, await step.question(asking))
    else:
        await show(press, settings_screen(link, person.zone, now, asking.page, notes=notes))


async def take_text(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    step, asking = await _asked(state, services, person, now)
    link, notes = await step.typed(asking, _answer(message, step))
    await show(message, settings_screen(link, person.zone, now, asking.page, notes=notes))
    await finish(message, state)


async def _ask(event: CallbackQuery | Message, state: FSMContext, step: Step, asking: Asking, question: Screen) -> None:
    await ask(event, state, step.state, question, link=asking.link.id, page=asking.page)


async def _asking(link_id: int, page: int, services: Services, person: Person, now: datetime) -> Asking:
    return Asking(services, person, await services.links.get(person.id, link_id), page, now)


async def _asked(state: FSMContext, services: Services, person: Person, now: datetime) -> tuple[Step, Asking]:
    """The open question. Raises LinkNotFound where its link is gone or not known any more."""
    facts = await state.get_data()
    if "link" not in facts:
        raise LinkNotFound
    step = STEP_OF[await state.get_state() or ""]
    return step, await _asking(facts["link"], facts.get("page", 0), services, person, now)


def _answer(message: Message, step: Step) -> str:
    addresses = addresses_in(message) if step.is_address else []
    return the_only(addresses) if addresses else message.text or message.caption or ""
