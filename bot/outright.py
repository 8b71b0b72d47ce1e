"""Operators told outright, where no table takes an alert: it follows the group by itself, as deliveries do."""

from collections.abc import Iterable
from html import escape

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat

from services.language.formats import shorten

log = structlog.get_logger()
# Nobody waits for long for a Telegram that does not answer.
REQUEST_SECONDS = 10
MOST_TRACEBACK_CHARACTERS = 3_000


async def tell_operators(bot: Bot, group: int | None, operators: Iterable[int], text: str) -> None:
    """To the admin group, wherever it moved; to each of ``operators`` where there is none or it is gone. HTML."""
    if group is not None and await _group_takes(bot, group, text):
        return
    for operator_id in operators:
        try:
            await _send(bot, operator_id, text)
        except AiogramError as error:
            log.warning("an operator could not be told", chat_id=operator_id, reason=type(error).__name__)


def with_detail(heading: str, detail: str) -> str:
    """A text whose ``detail`` is redacted already and stands in a block of its own."""
    return f"<b>{escape(shorten(heading, 200))}</b>\n<pre>{escape(detail[-MOST_TRACEBACK_CHARACTERS:])}</pre>"


async def _group_takes(bot: Bot, group: int, text: str) -> bool:
    """False where it is gone; Telegram away is no reason to tell everybody."""
    try:
        try:
            await _send(bot, group, text)
        except TelegramMigrateToChat as error:
            await _send(bot, error.migrate_to_chat_id, text)
    except (TelegramForbiddenError, TelegramBadRequest) as error:
        log.warning("the admin group takes nothing any more", chat_id=group, reason=error.message)
        return False
    except AiogramError as error:
        log.warning("operators could not be told", chat_id=group, reason=type(error).__name__)
    return True


async def _send(bot: Bot, chat_id: int, text: str) -> None:
    await bot.send_message(chat_id, text, request_timeout=REQUEST_SECONDS)
