"""What is to be sent now, and what became of it: the side of deliveries that the sending loop sees."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import deliveries as queries
from db.tables import Delivery
from services.security import Cipher, Unreadable

# A delivery that is tried again holds up its chat, so that its order is kept; after so many tries (four minutes)
# others go first: what Telegram stumbles over must not silence a chat for a day.
MOST_TRIES_IN_ORDER = 8
# Pauses between tries double up to this; a day after the first try nobody waits for the message any more.
LONGEST_PAUSE = timedelta(minutes=10)
GIVEN_UP_AFTER = timedelta(days=1)

# Raises when whoever writes may write no more.
Fence = Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A delivery that is marked as being sent. ``file``: name and kind, if there is one; its bytes are asked for."""

    id: int
    key: str
    chat_id: int
    may_repeat: bool
    waits: bool
    attempts: int
    first_tried_at: datetime
    text: str
    silent: bool
    part: int
    parts: int
    reply_to: int | None = None
    keyboard: Mapping[str, Any] | None = None
    file: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it, and gave it this number."""

    message_id: int | None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly not sent, and tried again: after a growing pause, or after ``wait`` when that is known."""

    reason: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody knows whether it arrived."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat cannot be reached: ``blocked``, ``deactivated``, ``kicked`` or ``forbidden``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has another id."""

    chat_id: int


Outcome = Sent | NotSent | Uncertain | Refused | Gone | Moved


class Outbox:
    """Hands out what is due, each delivery to one process only, and keeps what became of it."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher
        # What became of deliveries, by id, where that is known and not kept yet: a process that leads again knows it.
        self.unkept: dict[int, tuple[Dispatch, Outcome]] = {}

    async def heads(self, now: datetime, limit: int) -> Sequence[queries.Head]:
        """The next delivery of each chat that has one due: alerts first, notices last, else who waits longest first."""
        async with self._database.read() as session:
            return await queries.heads(session, now, now + LONGEST_PAUSE, MOST_TRIES_IN_ORDER, limit)

    async def claim(self, ids: Sequence[int], now: datetime, fence: Fence | None = None) -> list[Dispatch]:
        """Those of ``ids`` that are this process's to send, marked so before this returns."""
        async with self._database.write() as session:
            if fence is not None:
                await fence(session)
            rows = await queries.claim(session, ids, now)
        dispatches = [self._dispatch(row) for row in rows]
        unreadable = [row for row, dispatch in zip(rows, dispatches, strict=True) if dispatch is None]
        if unreadable:
            async with self._database.write() as session:
                for row in unreadable:
                    # Emptied while it was tried: what it brought was refunded.
                    reason = "refunded" if row.payload is None else "unreadable: was SECRET_KEY changed?"
                    await _fail(session, row.id, reason, now)
        return [dispatch for dispatch in dispatches if dispatch is not None]

    async def file(self, dispatch: Dispatch) -> bytes:
        """The bytes of its file. Raises Unreadable."""
        async with self._database.read() as session:
            content = await queries.file(session, dispatch.id)
        return self._cipher.open(content or b"", dispatch.key)

    async def settle(self, outcomes: Sequence[tuple[Dispatch, Outcome]], now: datetime) -> None:
        """Keep what became of what was sent, all in one transaction; what is settled is emptied."""
        sent = {row.id: outcome.message_id for row, outcome in outcomes if isinstance(outcome, Sent)}
        async with self._database.write() as session:
            await queries.settle_sent(session, sent, now)
            for row, outcome in outcomes:
                await _settle(session, row, outcome, now)

    async def sending(self) -> set[int]:
        """Ids of all that is marked as being sent."""
        async with self._database.read() as session:
            return await queries.sending(session)

    async def disown(self, ids: Collection[int], now: datetime, fence: Fence | None = None) -> tuple[int, int]:
        """Nobody is sending these any more, and nobody knows whether they arrived.

        How many are sent again, because their kind may repeat, and how many are unknown for good.
        """
        if not ids:
            return 0, 0
        async with self._database.write() as session:
            if fence is not None:
                await fence(session)
            return await queries.give_up_on_unknown(session, list(ids), now)

    def _dispatch(self, row: Delivery) -> Dispatch | None:
        """None: it was written under another SECRET_KEY, or by a version that we do not know."""
        assert row.sending_at is not None
        try:
            payload = json.loads(self._cipher.open(row.payload or b"", row.key))
            return Dispatch(
                id=row.id,
                key=row.key,
                chat_id=row.chat_id,
                may_repeat=row.may_repeat,
                waits=row.waits,
                attempts=row.attempts,
                first_tried_at=row.sending_at,
                **payload,
            )
        except (Unreadable, ValueError, TypeError):
            return None


async def _settle(session: AsyncSession, row: Dispatch, outcome: Outcome, now: datetime) -> None:
    match outcome:
        case NotSent(reason, wait):
            await _try_again(session, row, reason, wait, now)
        case Uncertain(reason) if row.may_repeat:
            await _try_again(session, row, reason, None, now)
        case Uncertain(reason):
            await queries.settle(
                session, row.id, state=queries.UNKNOWN, reason=reason, finished_at=now, **queries.EMPTY
            )
        case Refused(reason):
            await _fail(session, row.id, reason, now)
            following = [f"{row.key.partition('#')[0]}#{part + 1}" for part in range(row.part + 1, row.parts)]
            # What is left of a message that does not begin makes no sense.
            await queries.fail_following(session, following, reason, now)
        case Gone(reason):
            kept = {} if row.waits else queries.EMPTY
            await queries.settle(session, row.id, state=queries.FAILED, reason=reason, finished_at=now, **kept)
            await queries.set_unreachable(session, row.chat_id, reason, now)
            await queries.fail_chat(session, row.chat_id, reason, now)
        case Moved(chat_id):
            await queries.settle(session, row.id, state=queries.DUE)
            await queries.move_chat(session, row.chat_id, chat_id, now)


async def _try_again(session: AsyncSession, row: Dispatch, reason: str, wait: timedelta | None, now: datetime) -> None:
    if now - row.first_tried_at > GIVEN_UP_AFTER:
        await _fail(session, row.id, f"given up after a day: {reason}", now)
        return
    if wait is None:
        attempts, pause = row.attempts + 1, min(timedelta(seconds=2.0 ** min(row.attempts, 20)), LONGEST_PAUSE)
    else:
        # Being asked to wait is no failure of this message: its pauses do not grow.
        attempts, pause = max(row.attempts, 1), wait
    await queries.settle(
        session,
        row.id,
        state=queries.DUE,
        due_at=now + pause,
        reckoned_at=now,
        attempts=attempts,
        reason=reason,
    )


async def _fail(session: AsyncSession, delivery_id: int, reason: str, now: datetime) -> None:
    await queries.settle(session, delivery_id, state=queries.FAILED, reason=reason, finished_at=now, **queries.EMPTY)
