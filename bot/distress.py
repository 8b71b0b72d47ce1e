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
from bot.outright import REQUEST_SECONDS, tell_operators
from services.language import closest_language, speaking
from services.language import gettext as _
from services.language.formats import duration

log = structlog.get_logger()
# A moment's trouble is nobody's business: Telegram brings the update again.
QUIET_SECONDS = 2.0
MOST_TOLD = 500
# So many are told at once, and no more than this many seconds apart: others get their answers meanwhile.
AT_ONCE, APART_SECONDS = 4, 0.2
# How long what is being said may take at the end.
CLOSE_SECONDS = 5.0


class Distress:
    """Told of every try to record updates. Outlives the process's turns as the one that leads."""

    def __init__(self, container: Container, monotonic: Callable[[], float] = time.monotonic) -> None:
        """``monotonic`` gives seconds."""
        self._container = container
        self._monotonic = monotonic
        self._since: float | None = None
        # Who was told, this time: operators, and people by their chats.
        self._operators_know = False
        self._told: set[int] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def failed(self, bot: Bot, updates: Sequence[Update]) -> None:
        """``updates`` could not be recorded; whoever brought them will bring them again."""
        now = self._monotonic()
        if self._since is None:
            self._since = now
        if now - self._since < QUIET_SECONDS:
            return
        if not self._operators_know:
            self._operators_know = True
            self._spawn(self._tell_operators(bot, _to_operators))
        for update in updates:
            message = update.message
            if message is not None and message.chat.type == "private" and message.from_user is not None:
                self._tell(bot, message.chat.id, closest_language(message.from_user.language_code))

    def over(self, bot: Bot) -> None:
        """Updates are recorded. People get their answers now, which say enough; operators are told."""
        if self._since is None:
            return
        lasted = timedelta(seconds=self._monotonic() - self._since)
        knew, self._operators_know = self._operators_know, False
        self._since, self._told = None, set()
        if knew:
            self._spawn(self._tell_operators(bot, lambda: _over(lasted)))

    async def close(self) -> None:
        """Return when what is being said is said, or does not get out soon: its bot is gone afterwards."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _tell_operators(self, bot: Bot, text: Callable[[], str]) -> None:
        settings = self._container.settings
        async with self._turns:
            with speaking(self._container.catalogue, "ru"):
                said = text()
            await tell_operators(bot, settings.admin_chat_id, sorted(settings.admin_ids), said)

    def _tell(self, bot: Bot, chat_id: int, language: str) -> None:
        if chat_id not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(chat_id)
            self._spawn(self._tell_person(bot, chat_id, language, self._told))

    async def _tell_person(self, bot: Bot, chat_id: int, language: str, told: set[int]) -> None:
        async with self._turns:
            if told is not self._told:
                # It is over, and their answers come.
                return
            with speaking(self._container.catalogue, language):
                said = _to_person()
            try:
                await bot.send_message(chat_id, said, request_timeout=REQUEST_SECONDS)
            except AiogramError as error:
                log.warning("a person could not be told that nothing is recorded", reason=type(error).__name__)
            await asyncio.sleep(APART_SECONDS)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._said)

    def _said(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Another process leads by now, say.
            log.warning("somebody could not be told that nothing is recorded", reason=type(error).__name__)


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
