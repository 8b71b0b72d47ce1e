"""Who is answered: nobody who is banned, but about what they paid, and nobody faster than the throttle lets through."""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware
from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.context import FSMContext
from aiogram.types import TelegramObject, Update

from handlers.payments.support import Support
from handlers.payments.support_callbacks import SupportPress
from services.language import gettext as _
from services.payments.tickets import Tickets
from services.people import Person
from services.throttles import ANY_UPDATE, INLINE, Throttles, TooFast
from services.throttles.bucket import Outcome

SUPPORT = re.compile(r"/paysupport(?:@\w+)?(?:\s|$)", re.IGNORECASE)


class Admits(BaseMiddleware):
    """Lets updates through to handlers. What it keeps out is answered as its kind asks for, without a word.

    Of who is banned and has paid, what may be a question about that goes on to AdmitsToSupport.
    """

    def __init__(self, throttle: Throttles, tickets: Tickets) -> None:
        self._throttle = throttle
        self._tickets = tickets

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, Update)
        if _is_noted_anyway(event):
            return await handler(event, data)
        person: Person = data["person"]
        if not await self._may_be_heard(event, person) or not await self._has_time(event, person, data["now"]):
            await _turn_away(event)
            return None
        return await handler(event, data)

    async def _may_be_heard(self, event: Update, person: Person) -> bool:
        if person.banned is None:
            return True
        is_possible = _asks_support(event) or _may_be_words(event)
        return is_possible and await self._tickets.may_ask_when_banned(person.id)

    async def _has_time(self, event: Update, person: Person, now: datetime) -> bool:
        """Raises TooFast where the person can be told, and was not yet."""
        if event.pre_checkout_query is not None or event.chosen_inline_result is not None:
            # Payers are not kept waiting; what was chosen is sent already, and must be a link.
            return True
        kind = INLINE if event.inline_query is not None else ANY_UPDATE
        taken = await self._throttle.take(person, kind, now, quietly=not _can_be_told(event))
        if taken.outcome is Outcome.REFUSED_FIRST:
            raise TooFast(kind, taken.wait)
        return taken.is_allowed


class AdmitsToSupport(BaseMiddleware):
    """Where the dialogue is known: of who is banned, only the question about a payment goes on."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, Update)
        person: Person | None = data.get("person")
        if person is None or person.banned is None or _is_noted_anyway(event) or _asks_support(event):
            return await handler(event, data)
        state: FSMContext | None = data.get("state")
        if _may_be_words(event) and state is not None and await state.get_state() == Support.words.state:
            return await handler(event, data)
        await _turn_away(event)
        return None


def _asks_support(event: Update) -> bool:
    """/paysupport, or a button of its."""
    if event.callback_query is not None:
        return (event.callback_query.data or "").partition(":")[0] == SupportPress.__prefix__
    return _is_private(event) and SUPPORT.match((event.message and event.message.text) or "") is not None


def _may_be_words(event: Update) -> bool:
    """What a question about a payment may consist of."""
    words = event.message and (event.message.text or event.message.caption)
    return _is_private(event) and bool(words) and not str(words).startswith("/")


def _is_private(event: Update) -> bool:
    return event.message is not None and event.message.chat.type == "private"


def _is_noted_anyway(event: Update) -> bool:
    """What happened already, whoever did it: where the bot stands, and what was paid."""
    paid = event.message is not None and (event.message.successful_payment or event.message.refunded_payment)
    return bool(event.my_chat_member or paid)


def _can_be_told(event: Update) -> bool:
    """Whoever presses, and whoever writes in private. In a group it would be a word to all."""
    return event.callback_query is not None or _is_private(event)


async def _turn_away(event: Update) -> None:
    """A press is answered by who answers all presses; these would wait for their time to run out."""
    with suppress(TelegramAPIError):
        if event.inline_query is not None:
            await event.inline_query.answer([], cache_time=1, is_personal=True)
        elif event.pre_checkout_query is not None:
            await event.pre_checkout_query.answer(ok=False, error_message=_("I don't take payments from this account."))
