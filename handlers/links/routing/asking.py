"""Dialogues about where a link leads whom: one question each, about one link."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask
from handlers.filters import PRIVATE
from handlers.links.addresses import addresses_in, the_only
from handlers.screen import Screen
from services.links.links import Link


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


def on_answer(router: Router, step: State, handler: Handler, *filters: Any) -> None:
    """``handler`` gets the answer."""
    router.message.register(handler, PRIVATE, step, F.text | F.caption, ~F.text.startswith("/"), *filters)


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
    asked = question(link, page, facts)
    await ask(event, state, step, asked, again=asked, link=link.id, page=page, **facts)


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
