"""What the product owes to people: taken in here, sent by the bot role alone."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import deliveries as queries
from db.queries import people as people_queries
from services.deliveries.kinds import KINDS
from services.deliveries.outbox import Outbox
from services.deliveries.outgoing import DeliveryKind, Outgoing
from services.deliveries.splitting import MOST_IN_CAPTION, split, visible_length
from services.people.preferences import preferences_of
from services.security import Cipher
from services.time_zones import zone

# A key and the number of a part fit into the column.
MOST_KEY = 120
# Small transactions: nobody who writes meanwhile waits long.
MENDED_AT_ONCE = 1_000
LATELY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class DeliveryHealth:
    """How deliveries fare.

    ``counts``: how many are in each state (due, sending, sent, unknown, failed), of the last 30 days.
    ``overdue``: how long the one that is due the longest waits. ``failed``: how many failed within the last 10
    minutes, by reason (``blocked``, ``deactivated``, ``kicked``, ``banned`` and ``refunded`` are nobody's
    fault); ``unknown``: of how many nobody knows since then whether they arrived.
    """

    counts: Mapping[str, int]
    overdue: timedelta
    failed: Mapping[str, int]
    unknown: int


class Deliveries:
    """Messages that are owed, encrypted until they are sent.

    >>> await deliveries.enqueue(kinds.ANSWER, "report:7", person.id, Outgoing("<b>Done</b>"), now)
    """

    def __init__(self, database: Database, cipher: Cipher, *, default_time_zone: str) -> None:
        self._database = database
        self._cipher = cipher
        self._default_time_zone = default_time_zone
        # For who sends, and nobody else.
        self.outbox = Outbox(database, cipher)
        # Set when something was enqueued in this process: who sends need not wait for the next look.
        self.arrived = asyncio.Event()

    async def enqueue(
        self,
        kind: DeliveryKind,
        key: str,
        chat_id: int,
        outgoing: Outgoing,
        now: datetime,
        *,
        due_at: datetime | None = None,
    ) -> None:
        """Owe a message in a transaction of its own. Owed again under the same key (of 30 days) it is one message.

        ``key``: up to 120 characters, no ``#``. Raises ValueError for another one, and for a text that is empty.
        """
        async with self._database.write() as session:
            await self.enqueue_in(session, kind, key, chat_id, outgoing, now, due_at=due_at)

    async def enqueue_in(
        self,
        session: AsyncSession,
        kind: DeliveryKind,
        key: str,
        chat_id: int,
        outgoing: Outgoing,
        now: datetime,
        *,
        due_at: datetime | None = None,
    ) -> None:
        """As :meth:`enqueue`, in the caller's transaction: what is owed and why stand and fall together."""
        if not 0 < len(key) <= MOST_KEY or "#" in key:
            raise ValueError(f"a delivery cannot be called {key!r}")
        payloads = _payloads(outgoing)
        if chat_id < 0:
            chat_id = await queries.chat_now(session, chat_id)
        for number, payload in enumerate(payloads):
            place = part_key(key, number)
            has_file = outgoing.file is not None and number == 0
            content = outgoing.file.content if outgoing.file is not None and has_file else None
            is_new = await queries.add(
                session,
                place,
                kind=kind.name,
                chat_id=chat_id,
                urgency=kind.urgency,
                payload=self._cipher.lock(json.dumps(payload).encode(), place),
                file=None if content is None else self._cipher.lock(content, place),
                due_at=due_at or now,
                may_repeat=kind.may_repeat,
                waits=kind.waits,
                created_at=now,
            )
            if not is_new:
                return
        event.listen(session.sync_session, "after_commit", lambda _session: self.arrived.set(), once=True)

    async def notify(self, person_id: int, kind: DeliveryKind, key: str, outgoing: Outgoing, now: datetime) -> bool:
        """Owe a notice as the person wants them: False when they switched this kind off, or are not to be written to.

        In their quiet hours it waits for the end of these; a kind that is no notice is always sent, and at once.
        """
        async with self._database.write() as session:
            return await self.notify_in(session, person_id, kind, key, outgoing, now)

    async def notify_in(
        self, session: AsyncSession, person_id: int, kind: DeliveryKind, key: str, outgoing: Outgoing, now: datetime
    ) -> bool:
        """As :meth:`notify`, in the caller's transaction."""
        row = await people_queries.find(session, person_id)
        if row is None or row.banned_at is not None:
            return False
        if row.unreachable_at is not None and not kind.waits:
            return False
        due_at: datetime | None = now
        if kind.notice is not None:
            place = zone(row.time_zone or self._default_time_zone)
            due_at = preferences_of(row).when(kind.notice, place, now)
        if due_at is None:
            return False
        await self.enqueue_in(session, kind, key, person_id, outgoing, now, due_at=due_at)
        return True

    async def person_returned(self, person_id: int, now: datetime) -> int:
        """They can be reached again, as can be a group: how many messages waited for that and are due now."""
        async with self._database.write() as session:
            await queries.set_reachable(session, person_id)
            revived = await queries.revive_chat(session, person_id, now)
        self.arrived.set()
        return revived

    async def person_left(self, chat_id: int, reason: str, now: datetime) -> None:
        """A person or a group cannot be reached any more, for ``reason`` (blocked, deactivated, kicked)."""
        async with self._database.write() as session:
            await queries.set_unreachable(session, chat_id, reason, now)
            await queries.fail_chat(session, chat_id, reason, now)

    async def drop_notices_in(self, session: AsyncSession, person_id: int, reason: str, now: datetime) -> None:
        """In the caller's transaction: the person gets none of the notices that are owed to them."""
        await queries.fail_kinds(session, person_id, [kind.name for kind in KINDS.values() if kind.notice], reason, now)

    async def chat_moved(self, old_id: int, new_id: int, now: datetime) -> None:
        """A group has another id from now on; what is owed to it goes there."""
        async with self._database.write() as session:
            await queries.move_chat(session, old_id, new_id, now)

    async def chat_now(self, chat_id: int) -> int:
        """The id that a group has today."""
        async with self._database.read() as session:
            return await queries.chat_now(session, chat_id)

    async def mend_times(self, now: datetime) -> None:
        """The clock went back: what was owed before must not wait for the time to come again."""
        while await self._mend_some(now):
            pass

    async def _mend_some(self, now: datetime) -> int:
        async with self._database.write() as session:
            return await queries.mend_times(session, now, MENDED_AT_ONCE)

    async def health(self, now: datetime) -> DeliveryHealth:
        async with self._database.read() as session:
            counts = await queries.counts(session)
            oldest = await queries.oldest_due(session, now)
            bad = await queries.settled_badly_since(session, now - LATELY)
        failed = {reason or "": count for state, reason, count in bad if state == queries.FAILED}
        unknown = sum(count for state, _, count in bad if state == queries.UNKNOWN)
        states = (queries.DUE, queries.SENDING, queries.SENT, queries.UNKNOWN, queries.FAILED)
        overdue = now - oldest if oldest else timedelta()
        return DeliveryHealth({state: counts.get(state, 0) for state in states}, overdue, failed, unknown)


def part_key(key: str, number: int) -> str:
    """The key of a part; the first has the whole's own."""
    return key if number == 0 else f"{key}#{number + 1}"


def _payloads(outgoing: Outgoing) -> list[dict[str, Any]]:
    """What each of the messages says; the file goes with the first, the keyboard with the last."""
    file = outgoing.file
    if file is not None and visible_length(outgoing.text) <= MOST_IN_CAPTION:
        texts = [outgoing.text]
    else:
        # What is too long for a caption follows its file.
        texts = ([""] if file else []) + split(outgoing.text)
    if not texts:
        raise ValueError("a delivery without a text and without a file")
    payloads: list[dict[str, Any]] = [
        # One message, one sound: what follows the first part is silent.
        {"text": text, "silent": outgoing.silent or number > 0, "part": number, "parts": len(texts)}
        for number, text in enumerate(texts)
    ]
    payloads[0]["reply_to"] = outgoing.reply_to
    payloads[-1]["keyboard"] = None if outgoing.keyboard is None else dict(outgoing.keyboard)
    if file is not None:
        payloads[0]["file"] = {"name": file.name, "kind": file.kind}
    return payloads
