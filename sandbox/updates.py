"""The bot's queue of updates: confirmed by offset or by a webhook's 2xx, aged by kind, read by one poller at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

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
# These wait for each other within a chat; of all others, each kind within a person.
CHAT_KINDS: Final = frozenset({"message", "edited_message"})

TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"

Lane = tuple[str, int]


@dataclass(frozen=True, slots=True)
class QueuedUpdate:
    """`lane`: a webhook gets the updates of one lane one after another, those of different lanes side by side."""

    update_id: int
    body: Json
    expires_at: datetime
    lane: Lane


class UpdateQueue:
    """`copies` says how often an update is queued (0: it gets lost); `listener` hears of each that was queued."""

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        first_id: int = 1,
        copies: Callable[[str, Json], int] = lambda kind, body: 1,
    ) -> None:
        self._now = now
        self._next_id = first_id
        self._copies = copies
        self._queue: OrderedDict[int, QueuedUpdate] = OrderedDict()
        # Nothing in the queue expires before this; spares looking through all of it.
        self._earliest: datetime | None = None
        self._poll: asyncio.Future[BotApiError | None] | None = None
        self._allowed = DEFAULT_KINDS
        self.listener: Callable[[QueuedUpdate], None] | None = None

    def __iter__(self) -> Iterator[QueuedUpdate]:
        """Everything that waits to be confirmed, oldest first."""
        self._forget_expired()
        return iter(list(self._queue.values()))

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
        """Queue an update and give its id; None when the bot did not ask for this kind, or it got lost."""
        if kind not in self._allowed:
            return None
        first = None
        for _ in range(self._copies(kind, body)):
            update_id = self._queue_one(kind, body, lifetime)
            first = first or update_id
        return first

    def _queue_one(self, kind: str, body: Json, lifetime: timedelta) -> int:
        update_id = self._next_id
        self._next_id += 1
        expires_at = self._now() + lifetime
        update = QueuedUpdate(update_id, {"update_id": update_id, kind: body}, expires_at, lane_of(kind, body))
        self._queue[update_id] = update
        self._earliest = expires_at if self._earliest is None else min(self._earliest, expires_at)
        self._end_poll(None)
        if self.listener is not None:
            self.listener(update)
        return update_id

    def waiting(self, update_id: int) -> bool:
        """Whether this update is still to be delivered: not confirmed, not expired, not dropped."""
        self._forget_expired()
        return update_id in self._queue

    def confirm(self, update_id: int) -> None:
        """Take out one update that a webhook received."""
        self._queue.pop(update_id, None)

    def clear(self) -> None:
        self._queue.clear()
        self._earliest = None

    def end_poll(self, error: BotApiError) -> None:
        """End a poll that is under way with this error."""
        self._end_poll(error)

    async def poll(self, *, offset: int, limit: int, timeout: int) -> list[Json]:
        """Up to `limit` updates from `offset` on, waiting up to `timeout` seconds for the first.

        Raises BotApiError 409 when another poll comes meanwhile.
        """
        self._end_poll(conflict(TERMINATED))
        limit = min(max(limit, 1), UPDATES_MAX)
        self._confirm_before(offset)
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

    def _confirm_before(self, offset: int) -> None:
        self._forget_expired()
        if offset < 0:
            # From the end of the queue: what is older is forgotten.
            while len(self._queue) > -offset:
                self._queue.popitem(last=False)
        while self._queue and next(iter(self._queue)) < offset:
            self._queue.popitem(last=False)

    def _first(self, limit: int) -> list[Json]:
        self._forget_expired()
        return [update.body for _, update in zip(range(limit), self._queue.values(), strict=False)]

    def _forget_expired(self) -> None:
        now = self._now()
        if self._earliest is None or now < self._earliest:
            return
        kept = [update for update in self._queue.values() if update.expires_at > now]
        self._queue = OrderedDict((update.update_id, update) for update in kept)
        self._earliest = min((update.expires_at for update in kept), default=None)

    def _end_poll(self, error: BotApiError | None) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(error)


def lane_of(kind: str, body: Json) -> Lane:
    if kind in CHAT_KINDS:
        return ("message", int(body["chat"]["id"]))
    if kind == "my_chat_member":
        return (kind, int(body["chat"]["id"]))
    return (kind, int(body["from"]["id"]))
