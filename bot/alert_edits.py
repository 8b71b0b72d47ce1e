"""Alerts' messages are edited beside all else: no Telegram that hangs keeps a new alert, or the end, waiting."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)

from bot.lease import Deposed
from handlers.screen import NO_PREVIEW, Screen
from services.operations.alerts import HAPPENINGS, StandingAlert

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class EditPace:
    """Seconds between two edits that show a new count, or new numbers, and of a chat's edits; and what one may take."""

    count: float = 5.0
    numbers: float = 60.0
    chat: float = 3.0
    longest: float = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """A message of the bot's, under the key of its delivery."""

    key: str
    chat_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a message shows: the alert's state as it was rendered, and when."""

    text: str
    alert: StandingAlert
    at: float


class Edits:
    """Edits one message at a time in a chat, at a polite pace.

    >>> edits.bring_up(place, screen, alert)      # True once the message shows the screen; ask again until then
    """

    def __init__(self, bot: Bot, clock: Callable[[], float], pace: EditPace = EditPace()) -> None:
        """``clock`` gives seconds."""
        self._bot = bot
        self._clock = clock
        self._pace = pace
        self._shown: dict[str, _Shown] = {}
        # By chat: what is being edited; until when Telegram wants no edits; when we make the next.
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._held_until: dict[int, float] = {}
        self._edit_at: dict[int, float] = {}

    def is_sent(self, key: str, text: str, alert: StandingAlert) -> None:
        """The message, once it arrives, shows this."""
        self._shown[key] = _Shown(text, alert, self._clock())

    def bring_up(self, place: Place, screen: Screen, alert: StandingAlert) -> bool:
        """Whether the message shows what is so now. If not, it is edited as soon as it is time for that."""
        shown = self._shown.get(place.key)
        if shown is not None and shown.text == screen.text and _state(shown.alert) == _state(alert):
            return True
        if place.chat_id not in self._under_way and self._is_time(shown, alert, place.chat_id):
            editing = asyncio.create_task(self._edit(place, screen, alert))
            self._under_way[place.chat_id] = editing
            editing.add_done_callback(lambda task: self._done(place.chat_id, task))
        return False

    def forget_others(self, keys: Collection[str]) -> None:
        """All but the messages of ``keys`` are settled."""
        for key in self._shown.keys() - set(keys):
            del self._shown[key]

    async def close(self) -> None:
        """Cut off what is under way: an edit may be made again by anybody."""
        left = list(self._under_way.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _edit(self, place: Place, screen: Screen, alert: StandingAlert) -> None:
        try:
            async with asyncio.timeout(self._pace.longest):
                await self._bot.edit_message_text(
                    screen.text,
                    chat_id=place.chat_id,
                    message_id=place.message_id,
                    reply_markup=screen.keyboard,
                    link_preview_options=NO_PREVIEW,
                )
        except TelegramRetryAfter as error:
            self._held_until[place.chat_id] = self._clock() + error.retry_after
            return
        except (TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat) as error:
            # Unchanged since before a restart; or the message or its group is gone, and nobody misses its counter.
            log.debug("an alert's message stays as it is", reason=error.message)
        except (AiogramError, TimeoutError) as error:
            log.info("an alert's message could not be edited", reason=type(error).__name__)
            self._held_until[place.chat_id] = self._clock() + self._pace.chat
            return
        now = self._clock()
        self._shown[place.key] = _Shown(screen.text, alert, now)
        self._edit_at[place.chat_id] = now + self._pace.chat

    def _done(self, chat_id: int, task: asyncio.Task[None]) -> None:
        del self._under_way[chat_id]
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Deposed):
            log.error("an alert's message could not be edited", exc_info=error)
            self._held_until[chat_id] = self._clock() + self._pace.numbers

    def _is_time(self, shown: _Shown | None, alert: StandingAlert, chat_id: int) -> bool:
        now = self._clock()
        if now < self._held_until.get(chat_id, 0.0):
            return False
        if shown is None:
            return now >= self._edit_at.get(chat_id, 0.0)
        if _state(shown.alert) != _state(alert):
            # Somebody pressed a button and looks at it.
            return True
        if alert.silent_until is not None:
            # It says nothing. How often it came is shown when it speaks again, or is over.
            return False
        pace = self._pace.count if alert.kind in HAPPENINGS else self._pace.numbers
        return now - shown.at >= pace and now >= self._edit_at.get(chat_id, 0.0)


def _state(alert: StandingAlert) -> tuple[datetime | None, bool]:
    """What is shown at once when it changes."""
    return alert.silent_until, alert.over_at is not None
