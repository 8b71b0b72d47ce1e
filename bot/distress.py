"""When nothing can be written down: people and operators are told once, and straight, since no table takes it."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Update

from bot.container import Container
from services.language import closest_language, speaking
from services.language import gettext as _
from services.language.formats import duration

log = structlog.get_logger()
# A moment's trouble is nobody's business: Telegram brings the update again.
QUIET_SECONDS = 2.0
MOST_TOLD = 500


class Distress:
    """Told of every try to record updates. Outlives the process's turns as the one that leads."""

    def __init__(self, container: Container, monotonic: Callable[[], float] = time.monotonic) -> None:
        """``monotonic`` gives seconds."""
        self._container = container
        self._monotonic = monotonic
        self._since: float | None = None
        # Chats that were told.
        self._told: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def failed(self, bot: Bot, updates: Sequence[Update]) -> None:
        """``updates`` could not be recorded; whoever brought them will bring them again."""
        now = self._monotonic()
        if self._since is None:
            self._since = now
        if now - self._since < QUIET_SECONDS:
            return
        for chat_id in self._operators():
            self._tell(bot, chat_id, "ru", _to_operators)
        for update in updates:
            message = update.message
            if message is not None and message.chat.type == "private" and message.from_user is not None:
                self._tell(bot, message.chat.id, closest_language(message.from_user.language_code), _to_person)

    def over(self, bot: Bot) -> None:
        """Updates are recorded. People get their answers now, which say enough; operators are told."""
        if self._since is None:
            return
        lasted = timedelta(seconds=self._monotonic() - self._since)
        told, self._since, self._told = self._told, None, set()
        for chat_id in self._operators():
            if chat_id in told:
                self._tell(bot, chat_id, "ru", lambda: _over(lasted))
        self._told.clear()

    async def close(self) -> None:
        """Return when what is being said is said."""
        await asyncio.gather(*self._tasks)

    def _operators(self) -> list[int]:
        settings = self._container.settings
        return [settings.admin_chat_id] if settings.admin_chat_id else sorted(settings.admin_ids)

    def _tell(self, bot: Bot, chat_id: int, language: str, text: Callable[[], str]) -> None:
        if chat_id in self._told or len(self._told) >= MOST_TOLD:
            return
        self._told.add(chat_id)
        with speaking(self._container.catalogue, language):
            self._spawn(_send(bot, chat_id, text()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _send(bot: Bot, chat_id: int, text: str) -> None:
    try:
        await bot.send_message(chat_id, text)
    except AiogramError as error:
        log.warning("nobody could be told that nothing is recorded", chat_id=chat_id, reason=type(error).__name__)


def _to_person() -> str:
    return _("⏳ I cannot save anything just now. Your message is not lost: the answer comes as soon as I can.")


def _to_operators() -> str:
    return _(
        "⚠️ <b>Updates cannot be recorded</b>\n"
        "The database takes no writes: is its disk full? Links go on leading where they led; "
        "Telegram keeps what people send for a day. <code>toklink doctor</code> says more."
    )


def _over(lasted: timedelta) -> str:
    return _("✅ Updates are recorded again. It lasted {time}; nothing is lost.").format(time=duration(lasted))
