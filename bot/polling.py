"""Updates by long polling. An update is confirmed only after it was handled: a crash gets it again."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramConflictError, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.types import Update

log = structlog.get_logger()
WAIT_SECONDS = 25
# A getUpdates may last as long as Telegram waits, and a little for the way.
REQUEST_SECONDS = WAIT_SECONDS + 10
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


class Polling:
    """Fetches updates, handles chats side by side and each chat in order, then confirms."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, prepare: Callable[[], Awaitable[None]]) -> None:
        """``prepare`` is done once, before the first updates are fetched, as soon as Telegram answers."""
        self._bot = bot
        self._dispatcher = dispatcher
        self._prepare = prepare
        self._prepared = False
        self._offset: int | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until stop(): what is in hand then is finished and confirmed."""
        kinds = self._dispatcher.resolve_used_update_types()
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                updates = await self._fetch(kinds)
            except TelegramConflictError:
                log.error("another process polls with the same token; end one of the two")
                pause = await self._pause(pause)
            except (TelegramNetworkError, TelegramServerError, TelegramRetryAfter) as error:
                log.warning("Telegram does not answer", reason=type(error).__name__)
                pause = await self._pause(pause)
            else:
                pause = FIRST_PAUSE
                await self._handle(updates)
        await self._confirm()

    def stop(self) -> None:
        self._stopping.set()

    async def _fetch(self, kinds: list[str]) -> Sequence[Update]:
        """The next updates; none when stop() is called meanwhile."""
        if not self._prepared:
            await self._bot.delete_webhook()
            await self._prepare()
            self._prepared = True
        fetching = asyncio.create_task(
            self._bot.get_updates(
                offset=self._offset, timeout=WAIT_SECONDS, allowed_updates=kinds, request_timeout=REQUEST_SECONDS
            )
        )
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if fetching.done():
                return fetching.result()
            return []
        finally:
            for task in (fetching, stopping):
                task.cancel()
            await asyncio.gather(fetching, stopping, return_exceptions=True)

    async def _handle(self, updates: Sequence[Update]) -> None:
        by_chat: dict[int, list[Update]] = defaultdict(list)
        for update in updates:
            by_chat[_chat_of(update)].append(update)
        await asyncio.gather(*(self._handle_in_order(chat) for chat in by_chat.values()))
        if updates:
            self._offset = updates[-1].update_id + 1

    async def _handle_in_order(self, updates: Sequence[Update]) -> None:
        for update in updates:
            try:
                await self._dispatcher.feed_update(self._bot, update)
            except Exception:
                # The person could not even be told: the log and the operators are all that is left.
                log.exception("an update failed", update_id=update.update_id)

    async def _confirm(self) -> None:
        if self._offset is None:
            return
        try:
            await self._bot.get_updates(offset=self._offset, limit=1, timeout=0, request_timeout=5)
        except (TelegramConflictError, TelegramNetworkError, TelegramServerError, TelegramRetryAfter):
            log.warning("the last updates are handled but not confirmed; they will come again")

    async def _pause(self, seconds: float) -> float:
        """Wait, unless stop() is called; returns the next, longer pause."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return min(seconds * 2, LONGEST_PAUSE)


def _chat_of(update: Update) -> int:
    """What keeps its order: a person's messages and presses in a private chat, each person's own in a group."""
    event = update.event
    user = getattr(event, "from_user", None)
    chat = getattr(event, "chat", None)
    return user.id if user else chat.id if chat else 0
