"""The bot's queue of updates: confirmed by offset, aged by kind, read by one poller at a time."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.errors import BotApiError, conflict
from sandbox.limits import POLL_SECONDS_MAX, UPDATES_MAX
from sandbox.text import Json

KINDS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
        "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
        "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
        "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request",
        "chat_boost", "removed_chat_boost",
    }
)  # fmt: skip
# Kinds that a bot gets only when it asks for them by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
DEFAULT_KINDS = KINDS - ON_REQUEST

TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass(frozen=True, slots=True)
class QueuedUpdate:
    update_id: int
    body: Json
    expires_at: datetime


class UpdateQueue:
    def __init__(self, now: Callable[[], datetime], *, first_id: int = 100_000_001) -> None:
        self._now = now
        self._next_id = first_id
        self._queue: deque[QueuedUpdate] = deque()
        self._poll: asyncio.Future[BotApiError | None] | None = None
        self._allowed = DEFAULT_KINDS

    @property
    def allowed(self) -> frozenset[str]:
        return self._allowed

    @property
    def pending(self) -> int:
        """How many updates wait to be confirmed."""
        self._forget_expired()
        return len(self._queue)

    def allow(self, kinds: list[str]) -> None:
        """Take a new list of allowed kinds; an empty one means the default. Unknown names are passed over."""
        known = frozenset(kind.lower() for kind in kinds) & KINDS
        self._allowed = known or DEFAULT_KINDS

    def push(self, kind: str, body: Json, lifetime: timedelta) -> int | None:
        """Queue an update and give its id; None when the bot did not ask for this kind."""
        if kind not in self._allowed:
            return None
        update_id = self._next_id
        self._next_id += 1
        self._queue.append(QueuedUpdate(update_id, {"update_id": update_id, kind: body}, self._now() + lifetime))
        self._end_poll(None)
        return update_id

    def clear(self) -> None:
        self._queue.clear()

    def end_poll(self, error: BotApiError) -> None:
        """End a poll that is under way with this error."""
        self._end_poll(error)

    async def poll(self, *, offset: int, limit: int, timeout: int) -> list[Json]:
        """Up to `limit` updates from `offset` on, waiting up to `timeout` seconds for the first.

        Raises BotApiError 409 when another poll comes meanwhile.
        """
        self._end_poll(conflict(TERMINATED))
        limit = min(max(limit, 1), UPDATES_MAX)
        self._confirm(offset)
        ready = self._first(limit)
        if ready or timeout <= 0:
            return ready
        poll: asyncio.Future[BotApiError | None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            async with asyncio.timeout(min(timeout, POLL_SECONDS_MAX)):
                error = await poll
        except TimeoutError:
            return []
        finally:
            if self._poll is poll:
                self._poll = None
        if error is not None:
            raise error
        return self._first(limit)

    def _confirm(self, offset: int) -> None:
        self._forget_expired()
        if offset < 0:
            # From the end of the queue: what is older is forgotten.
            while len(self._queue) > -offset:
                self._queue.popleft()
        while self._queue and self._queue[0].update_id < offset:
            self._queue.popleft()

    def _first(self, limit: int) -> list[Json]:
        self._forget_expired()
        return [update.body for _, update in zip(range(limit), self._queue, strict=False)]

    def _forget_expired(self) -> None:
        now = self._now()
        if any(update.expires_at <= now for update in self._queue):
            self._queue = deque(update for update in self._queue if update.expires_at > now)

    def _end_poll(self, error: BotApiError | None) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(error)
