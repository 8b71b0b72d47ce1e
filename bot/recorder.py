"""Updates that arrive together, by webhook say, are recorded together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from aiogram import Bot
from aiogram.types import Update

from bot.lease import Deposed

# How long what is being recorded may take at the end.
LAST_SECONDS = 2.0

Record = Callable[[Sequence[Update]], Awaitable[None]]


class Distress(Protocol):
    """Told of every try to record."""

    def failed(self, bot: Bot, updates: Sequence[Update]) -> None:
        """These could not be recorded."""

    def over(self, bot: Bot) -> None:
        """Some were."""


class Recorder:
    """One transaction at a time, for all that arrived meanwhile."""

    def __init__(self, bot: Bot, record: Record, distress: Distress | None) -> None:
        self._bot = bot
        self._record = record
        self._distress = distress
        self._arrivals: list[tuple[Sequence[Update], asyncio.Future[None]]] = []
        self._recording: asyncio.Task[None] | None = None

    async def take(self, updates: Sequence[Update]) -> None:
        """Return when they are recorded; raise when they are not: whoever brought them brings them again."""
        recorded = asyncio.get_running_loop().create_future()
        self._arrivals.append((updates, recorded))
        if self._recording is None or self._recording.done():
            self._recording = asyncio.create_task(self._record_all())
        await recorded

    async def close(self) -> None:
        """Return when nothing is being recorded; what takes longer than a moment is not confirmed."""
        if self._recording is not None:
            await asyncio.wait({self._recording}, timeout=LAST_SECONDS)

    async def _record_all(self) -> None:
        while self._arrivals:
            arrivals, self._arrivals = self._arrivals, []
            # Who gave up waiting is not told.
            waiting = [recorded for _, recorded in arrivals]
            error = await self._record_together([update for updates, _ in arrivals for update in updates])
            for recorded in waiting:
                if recorded.done():
                    continue
                if error is None:
                    recorded.set_result(None)
                else:
                    recorded.set_exception(error)

    async def _record_together(self, updates: Sequence[Update]) -> Exception | None:
        try:
            await self._record(updates)
        except Exception as error:
            if self._distress is not None and not isinstance(error, Deposed):
                self._distress.failed(self._bot, updates)
            return error
        if self._distress is not None:
            self._distress.over(self._bot)
        return None
