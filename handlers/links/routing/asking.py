"""Dialogues about where a link leads whom: one question each, about one link."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.contents import Unreadable, unreadable_text
from handlers.dialogue import QUESTION, ask, finish
from handlers.filters import PRIVATE
from handlers.links.addresses import addresses_in, the_only
from handlers.screen import Screen
from services.links.errors import LinkNotFound
from services.links.links import Link
from services.people import Person
from services.services import Services


class Asking(StatesGroup):
    field = State()
    template = State()
    who = State()
    where = State()
    variant = State()
    weight = State()
    webhook = State()


# A question about a link, from the page of the list that its card was opened from and the dialogue's facts.
Question = Callable[[Link, int, Mapping[str, Any]], Screen]
Handler = Callable[..., Awaitable[None]]


def on_answer(router: Router, step: State, handler: Handler, question: Question, *filters: Any) -> None:
    """``handler`` gets the answer; what cannot be read gets the question once more."""

    async def ask_again(message: Message, state: FSMContext, services: Services, person: Person) -> None:
        facts = await state.get_data()
        link = await services.links.get(person.id, link_asked_about(facts))
        repeated = question(link, page_asked_from(facts), facts)
        screen = Screen(f"{unreadable_text()}\n{repeated.text}", repeated.keyboard)
        await _ask(message, state, step, link, screen, facts)

    text = F.text | F.caption
    router.message.register(_ends_with_its_link(handler), PRIVATE, step, text, ~F.text.startswith("/"), *filters)
    router.message.register(_ends_with_its_link(ask_again), PRIVATE, step, Unreadable())


def _ends_with_its_link(handler: Handler) -> Handler:
    """A question about a link that is gone is over; any other error leaves it open for another answer."""

    @wraps(handler)
    async def answered(message: Message, state: FSMContext, **more: Any) -> None:
        try:
            await handler(message, state=state, **more)
        except LinkNotFound:
            await finish(message, state)
            raise

    return answered


async def ask_about(
    event: CallbackQuery | Message,
    state: FSMContext,
    step: State,
    link: Link,
    page: int,
    question: Question,
    **facts: int | str,
) -> None:
    """Ask; whoever handles the answer finds the link, the page and ``facts`` in the state's data."""
    await _ask(event, state, step, link, question(link, page, facts), {**facts, "page": page})


async def _ask(
    event: CallbackQuery | Message, state: FSMContext, step: State, link: Link, screen: Screen, facts: Mapping[str, Any]
) -> None:
    kept = {name: value for name, value in facts.items() if name not in {"link", QUESTION}}
    await ask(event, state, step, screen, link=link.id, **kept)


def link_asked_about(facts: Mapping[str, Any]) -> int:
    """No link has the number that stands in for one that a crash forgot."""
    return int(facts.get("link", 0))


def page_asked_from(facts: Mapping[str, Any]) -> int:
    return int(facts.get("page", 0))


def words_in(message: Message) -> str:
    return message.text or message.caption or ""


def address_in(message: Message) -> str:
    """The one address in a message, or all of its words where there is none. Raises SeveralAddresses."""
    found = addresses_in(message)
    return the_only(found) if found else words_in(message)
