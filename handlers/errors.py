"""Where errors of all handlers end: a sentence for the person, an id and a traceback for the operators."""

import re
import secrets
from collections.abc import Awaitable, Callable
from html import unescape
from typing import Any

import structlog
from aiogram import BaseMiddleware
from aiogram.exceptions import TelegramForbiddenError
from aiogram.types import CallbackQuery, Message, TelegramObject, Update, User

from handlers.error_texts import apology, error_text
from handlers.presses import MOST_ALERT_CHARACTERS, is_answered
from handlers.screen import Screen, show
from services.errors import UserError
from services.language import Catalogue, closest_language, speaking
from services.language.formats import shorten
from services.people import Person

log = structlog.get_logger()
# Given (error id, exception); tells the operators.
Report = Callable[[str, Exception], Awaitable[None]]


class TellsErrors(BaseMiddleware):
    """Turns an error of any handler into one sentence in the person's language.

    aiogram's own error handlers run outside of the middlewares that know the language and the press in hand.
    """

    def __init__(self, catalogue: Catalogue, report: Report) -> None:
        self._catalogue = catalogue
        self._report = report

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
                await _tell(event, error_text(error))
        except TelegramForbiddenError as error:
            # The person blocked the bot, or the group removed it, between their message and our answer.
            log.info("nobody to answer", update_id=event.update_id, reason=error.message)
        except Exception as error:
            error_id = secrets.token_hex(4)
            await self._report(error_id, error)
            with speaking(self._catalogue, _language(data)):
                await _tell(event, apology(error_id))
        return None


def _language(data: dict[str, Any]) -> str:
    person: Person | None = data.get("person")
    user: User | None = data.get("event_from_user")
    return person.language if person else closest_language(user.language_code if user else None)


async def _tell(update: Update, text: str) -> None:
    source = update.callback_query or update.message or update.edited_message
    if isinstance(source, CallbackQuery):
        await _tell_presser(source, text)
    elif isinstance(source, Message):
        await show(source, Screen(text))


async def _tell_presser(press: CallbackQuery, text: str) -> None:
    if not is_answered():
        await press.answer(shorten(plain(text), MOST_ALERT_CHARACTERS), show_alert=True)
    elif isinstance(press.message, Message):
        await show(press.message, Screen(text))


def plain(html: str) -> str:
    """A text without its tags: alerts show none."""
    return unescape(re.sub(r"<[^>]*>", "", html))
