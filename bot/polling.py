"""Updates by long polling: the inbox takes them, and only then they are confirmed."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramConflictError, TelegramUnauthorizedError
from aiogram.types import Update
from pydantic import ValidationError

from bot.inbox import Inbox
from bot.stopping import unless

log = structlog.get_logger()
WAIT_SECONDS = 25
# A getUpdates may last as long as Telegram waits, and a little for the way.
REQUEST_SECONDS = WAIT_SECONDS + 10
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


class Polling:
    """Fetches updates and hands them to the inbox. No trouble of Telegram's, the network's or the disk's ends it."""

    def __init__(self, bot: Bot, inbox: Inbox, kinds: list[str]) -> None:
        """``kinds`` of updates to ask for."""
        self._bot = bot
        self._inbox = inbox
        self._kinds = kinds
        self._offset: int | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until stop(). Raises TelegramUnauthorizedError: nothing but another token helps then."""
        pause = FIRST_PAUSE
        webhook = True
        while not self._stopping.is_set():
            try:
                if webhook:
                    # Nobody waits at the end for a Telegram that does not answer.
                    webhook = await unless(self._stopping, self._bot.delete_webhook()) is None
                    continue
                await self._take(await self._fetch())
            except TelegramUnauthorizedError:
                raise
            except TelegramConflictError:
                log.error("another process polls with the same token; end one of the two")
                pause = await self._pause(pause)
            except Exception as error:
                log.warning("no updates just now", reason=type(error).__name__)
                pause = await self._pause(pause)
            else:
                pause = FIRST_PAUSE
        await self._confirm()

    def stop(self) -> None:
        self._stopping.set()

    async def _fetch(self) -> Sequence[Update]:
        """The next updates; none when stop() is called meanwhile."""
        return await unless(self._stopping, self._updates()) or []

    async def _updates(self) -> Sequence[Update]:
        try:
            return await self._bot.get_updates(
                offset=self._offset, timeout=WAIT_SECONDS, allowed_updates=self._kinds, request_timeout=REQUEST_SECONDS
            )
        except ClientDecodeError as error:
            # One update that cannot be read must not come again and again, and hold up all that follow it.
            return self._readable(error)

    def _readable(self, error: ClientDecodeError) -> list[Update]:
        answer = error.data
        if not isinstance(answer, dict) or answer.get("ok") is not True or not isinstance(answer.get("result"), list):
            raise error
        updates = []
        for raw in answer["result"]:
            try:
                updates.append(Update.model_validate(raw, context={"bot": self._bot}))
            except ValidationError:
                log.error("an update that cannot be read is left out", update_id=_update_id(raw))
                self._confirmed_up_to(_update_id(raw))
        return updates

    async def _take(self, updates: Sequence[Update]) -> None:
        if updates:
            await self._inbox.take(updates)
            self._confirmed_up_to(max(update.update_id for update in updates))

    def _confirmed_up_to(self, update_id: int) -> None:
        self._offset = max(self._offset or 0, update_id + 1)

    async def _confirm(self) -> None:
        if self._offset is None:
            return
        try:
            await self._bot.get_updates(offset=self._offset, limit=1, timeout=0, request_timeout=5)
        except Exception as error:
            # They will come again, and the inbox knows them.
            log.info("the last updates are recorded but not confirmed", reason=type(error).__name__)

    async def _pause(self, seconds: float) -> float:
        """Wait, unless stop() is called; returns the next, longer pause."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return min(seconds * 2, LONGEST_PAUSE)


def _update_id(raw: Any) -> int:
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) else 0
