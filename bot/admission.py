"""Who is answered: nobody who is banned, and nobody faster than the throttle lets through."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware
from aiogram.exceptions import TelegramAPIError
from aiogram.types import TelegramObject, Update

from services.language import gettext as _
from services.people import Person
from services.throttles import ANY_UPDATE, INLINE, Throttles, TooFast
from services.throttles.bucket import Outcome


class Admits(BaseMiddleware):
    """Lets updates through to handlers. What it keeps out is answered as its kind asks for, without a word."""

    def __init__(self, throttle: Throttles) -> None:
        self._throttle = throttle

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
        if person.banned is not None or not await self._has_time(event, person, data["now"]):
            await _turn_away(event)
            return None
        return await handler(event, data)

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


def _is_noted_anyway(event: Update) -> bool:
    """What happened already, whoever did it: where the bot stands, and what was paid."""
    paid = event.message is not None and (event.message.successful_payment or event.message.refunded_payment)
    return bool(event.my_chat_member or paid)


def _can_be_told(event: Update) -> bool:
    """Whoever presses, and whoever writes in private. In a group it would be a word to all."""
    return event.callback_query is not None or (event.message is not None and event.message.chat.type == "private")


async def _turn_away(event: Update) -> None:
    """A press is answered by who answers all presses; these would wait for their time to run out."""
    with suppress(TelegramAPIError):
        if event.inline_query is not None:
            await event.inline_query.answer([], cache_time=1, is_personal=True)
        elif event.pre_checkout_query is not None:
            await event.pre_checkout_query.answer(ok=False, error_message=_("I don't take payments from this account."))
