"""Where errors of all handlers end: a sentence for the person, an id and a traceback for the operators."""

import re
from collections.abc import Awaitable, Callable
from html import unescape
from typing import Any

import structlog
from aiogram import BaseMiddleware
from aiogram.exceptions import TelegramForbiddenError
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, TelegramObject, Update, User

from handlers.dialogue import AnswersQuestion, finish, repeat
from handlers.error_texts import apology, error_text, way_out
from handlers.presses import MOST_ALERT_CHARACTERS, is_answered
from handlers.screen import Screen, show
from services.errors import UserError
from services.language import Catalogue, closest_language, speaking
from services.language.formats import shorten
from services.links.errors import LinkNotFound
from services.people import NotAllowed, Person
from services.throttles import Silenced

log = structlog.get_logger()
# Whatever is answered, it will not do: what was asked about is gone, or is not for this person any more.
ENDING = (LinkNotFound, NotAllowed)


class TellsErrors(BaseMiddleware):
    """Turns a person's error into one sentence in their language; any other error is left to the inbox.

    aiogram's own error handlers run outside of the middlewares that know the language and the press in hand.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, Update)
        try:
            return await handler(event, data)
        except UserError as error:
            with speaking(self._catalogue, _language(data)):
                await _tell(event, Screen(error_text(error), way_out(error)))
        except Silenced:
            # They were told when to go on; a press is still answered, with nothing.
            pass
        except TelegramForbiddenError as error:
            # The person blocked the bot, or the group removed it, between their message and our answer.
            log.info("nobody to answer", update_id=event.update_id, reason=error.message)
        return None


class RepeatsQuestions(BaseMiddleware):
    """An answer that is refused leaves its question open: it comes again, below what is wrong, with its buttons.

    Where there is no question to repeat, the error goes on to TellsErrors.
    """

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        try:
            return await handler(event, data)
        except UserError as error:
            state: FSMContext | None = data.get("state")
            if not isinstance(event, Message) or state is None or await state.get_state() is None:
                raise
            if not await AnswersQuestion()(event, state):
                raise
            if isinstance(error, ENDING):
                await finish(event, state)
            elif await repeat(event, state, error_text(error), way_out(error)):
                return None
            raise


async def apologise(update: Update, catalogue: Catalogue, person: Person | None, error_id: str) -> None:
    """Say that something broke. ``person`` None: they could not be looked up, and Telegram's language holds."""
    if update.pre_checkout_query is not None:
        query = update.pre_checkout_query
        with speaking(catalogue, _language({"person": person, "event_from_user": query.from_user})):
            # Nobody pays for what may not come.
            await query.answer(ok=False, error_message=apology(error_id))
        return
    source = _source(update)
    if source is None:
        return
    # As a message: a press was answered when its handler failed.
    message = source.message if isinstance(source, CallbackQuery) else source
    with speaking(catalogue, _language({"person": person, "event_from_user": source.from_user})):
        if isinstance(message, Message):
            await show(message, Screen(apology(error_id)))


def _language(data: dict[str, Any]) -> str:
    person: Person | None = data.get("person")
    user: User | None = data.get("event_from_user")
    return person.language if person else closest_language(user.language_code if user else None)


async def _tell(update: Update, sentence: Screen) -> None:
    source = _source(update)
    if isinstance(source, CallbackQuery):
        await _tell_presser(source, sentence)
    elif source is not None:
        await show(source, sentence)


def _source(update: Update) -> Message | CallbackQuery | None:
    return update.callback_query or update.message or update.edited_message


async def _tell_presser(press: CallbackQuery, sentence: Screen) -> None:
    if not is_answered():
        await press.answer(shorten(plain(sentence.text), MOST_ALERT_CHARACTERS), show_alert=True)
    elif isinstance(press.message, Message):
        await show(press.message, sentence)


def plain(html: str) -> str:
    """A text without its tags: alerts show none."""
    return unescape(re.sub(r"<[^>]*>", "", html))
