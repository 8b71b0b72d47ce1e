"""The message that shows how far a work is: edited at a polite rate, never in the way of the work."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions

from services.works import Work

log = structlog.get_logger()
PACE_SECONDS = 2.0
# A text that cannot be shown is tried again so often; the next text is a new beginning.
MOST_TRIES = 5
# How long the end of a work waits for its last text.
CLOSE_SECONDS = 10.0
# Telegram's own words for an edit that would change nothing.
UNCHANGED = "message is not modified"


class MessageProgress:
    """Shows texts in one message of the bot. Each is shown at once, or when two seconds have passed since the last.

    A message that is gone, or may not be edited, is left alone: no other is sent in its place.
    """

    def __init__(
        self,
        bot: Bot,
        chat_id: int,
        message_id: int,
        *,
        pace_seconds: float = PACE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._chat_id = chat_id
        self._message_id = message_id
        self._pace_seconds = pace_seconds
        self._monotonic = monotonic
        self._wanted: tuple[str, Mapping[str, Any] | None] | None = None
        self._next_edit = 0.0
        self._lost = False
        self._showing: asyncio.Task[None] | None = None

    async def say(self, text: str, keyboard: Mapping[str, Any] | None = None) -> None:
        if self._lost:
            return
        self._wanted = (text, keyboard)
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(self._show(), name=f"progress in {self._chat_id}")

    async def close(self) -> None:
        if self._showing is not None:
            await asyncio.wait({self._showing}, timeout=CLOSE_SECONDS)
            self._showing.cancel()

    async def drop(self) -> None:
        self._lost, self._wanted = True, None
        if self._showing is not None:
            self._showing.cancel()
            await asyncio.wait({self._showing})

    async def remove(self) -> None:
        await self.drop()
        # Older than 48 hours, gone already, or Telegram is away: it stays.
        with suppress(AiogramError):
            await self._bot.delete_message(self._chat_id, self._message_id)

    async def _show(self) -> None:
        tries = 0
        while self._wanted is not None and not self._lost:
            await asyncio.sleep(self._next_edit - self._monotonic())
            wanted, self._wanted = self._wanted, None
            if wanted is None:
                return
            self._next_edit = self._monotonic() + self._pace_seconds
            if await self._edit(*wanted):
                tries = 0
            elif tries < MOST_TRIES and not self._lost:
                tries += 1
                self._wanted = self._wanted or wanted

    async def _edit(self, text: str, keyboard: Mapping[str, Any] | None) -> bool:
        """Whether the text is shown now."""
        try:
            await self._bot.edit_message_text(
                text,
                chat_id=self._chat_id,
                message_id=self._message_id,
                reply_markup=None if keyboard is None else InlineKeyboardMarkup.model_validate(keyboard),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramRetryAfter as error:
            self._next_edit = self._monotonic() + error.retry_after
            return False
        except (TelegramBadRequest, TelegramForbiddenError, TelegramNotFound) as error:
            self._lost = UNCHANGED not in error.message
            return not self._lost
        except AiogramError as error:
            log.info("progress could not be shown", chat_id=self._chat_id, reason=type(error).__name__)
            return False
        except Exception as error:
            # Another process speaks now, or something that nobody foresaw: the work goes on without it.
            log.warning("progress is shown no more", chat_id=self._chat_id, reason=repr(error))
            self._lost = True
            return False
        return True


class NoProgress:
    """For works that nobody watches."""

    async def say(self, text: str, keyboard: Mapping[str, Any] | None = None) -> None:
        pass

    async def close(self) -> None:
        pass

    async def drop(self) -> None:
        pass

    async def remove(self) -> None:
        pass


def progress_of(bot: Bot, work: Work) -> MessageProgress | NoProgress:
    """The message that a work names."""
    if work.chat_id is None or work.message_id is None:
        return NoProgress()
    return MessageProgress(bot, work.chat_id, work.message_id)
