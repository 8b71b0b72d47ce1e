"""What is due: asked for here, claimed by who does it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects
from db.queries import works as queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ANSWER
from services.works.kinds import Work, WorkKind

# A person's works at once; the rest wait, and others go first.
MOST_EACH = 2
# No lease is longer.
FAR = timedelta(hours=1)
# Small transactions: nobody who writes meanwhile waits long.
MENDED_AT_ONCE = 1_000
# As long as their columns are.
MOST_KIND, MOST_KEY = 32, 128

# Given the ids of works that were cancelled.
OnCancel = Callable[[Collection[int]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A work under a lease that ``token`` holds."""

    work: Work
    token: str


@dataclass(frozen=True, slots=True)
class WorksHealth:
    """Works that are due and nobody does, how long the oldest waits, and how many failed within the last 30 days."""

    due: int
    oldest: timedelta
    failed: int


class Works:
    """Due work in the database.

    >>> await works.enqueue("my-data", f"{person.id}", person_id=person.id, facts={}, now=now, cause=cause)
    """

    def __init__(self, database: Database, deliveries: Deliveries) -> None:
        self._database = database
        self._deliveries = deliveries
        self._kinds: dict[str, WorkKind] = {}
        self._on_cancel: OnCancel | None = None
        # Set when something was enqueued in this process: who does works need not wait for its next look.
        self.arrived = asyncio.Event()

    def register(self, kinds: Iterable[WorkKind]) -> None:
        """Kinds that this process knows. Known ones are replaced."""
        self._kinds |= {kind.name: kind for kind in kinds}

    def kinds_of(self, role: str) -> dict[str, WorkKind]:
        """The kinds that processes of this role do, by name."""
        return {name: kind for name, kind in self._kinds.items() if kind.role == role}

    def tell_cancelled(self, on_cancel: OnCancel | None) -> None:
        """Who does works in this process wants to know which ones were cancelled."""
        self._on_cancel = on_cancel

    async def enqueue(
        self,
        kind: str,
        key: str,
        *,
        person_id: int | None,
        facts: Mapping[str, Any],
        now: datetime,
        due_at: datetime | None = None,
        chat_id: int | None = None,
        message_id: int | None = None,
        cause: int | None = None,
    ) -> int:
        """The id of the work, which is due at ``due_at`` (at once when it is not given).

        While a work is due under the same kind and key, waiting or being done, it is that one. ``cause`` is the update
        that asks for it: asked again, the same update gets the work that it got, though it be done by now.
        ``chat_id`` and ``message_id`` name the message that shows how far it is. ``facts``: ids and choices as JSON
        has them, nothing secret. Raises ValueError for a kind or a key that is empty or too long.
        """
        async with self._database.write() as session:
            return await self.enqueue_in(
                session,
                kind,
                key,
                person_id=person_id,
                facts=facts,
                now=now,
                due_at=due_at,
                chat_id=chat_id,
                message_id=message_id,
                cause=cause,
            )

    async def enqueue_in(
        self,
        session: AsyncSession,
        kind: str,
        key: str,
        *,
        person_id: int | None,
        facts: Mapping[str, Any],
        now: datetime,
        due_at: datetime | None = None,
        chat_id: int | None = None,
        message_id: int | None = None,
        cause: int | None = None,
    ) -> int:
        """As ``enqueue``, in the caller's transaction."""
        if not 0 < len(kind) <= MOST_KIND or not 0 < len(key) <= MOST_KEY:
            raise ValueError(f"a work cannot be called {kind!r}, {key!r}")
        done = None if cause is None else await effects.find(session, cause, _effect(kind))
        if done is not None:
            return int(done["work"])
        work_id = await queries.add(
            session,
            kind,
            key,
            person_id=person_id,
            facts=dict(facts),
            due_at=due_at or now,
            chat_id=chat_id,
            message_id=message_id,
            created_at=now,
        )
        if cause is not None:
            await effects.keep(session, cause, _effect(kind), {"work": work_id}, now)
        event.listen(session.sync_session, "after_commit", lambda _session: self.arrived.set(), once=True)
        return work_id

    async def has_caused(self, kind: str, cause: int) -> bool:
        """Whether the update ``cause`` asked for a work of this kind already."""
        async with self._database.read() as session:
            return await effects.find(session, cause, _effect(kind)) is not None

    async def cancel(self, person_id: int, now: datetime) -> int:
        """How many of a person's own works, waiting or being done, were stopped; those that must not be, go on."""
        return len(await self.stop(person_id, now))

    async def stop(self, person_id: int, now: datetime) -> list[Work]:
        """As ``cancel``: the works themselves. Those that this process does have ended when this returns."""
        # Of a kind that only others know, a newer version's say, nobody here knows whether it may be stopped.
        kinds = [name for name, kind in self._kinds.items() if kind.cancellable]
        async with self._database.write() as session:
            stopped = [_work(row) for row in await queries.cancel(session, person_id, now, kinds=kinds)]
        if self._on_cancel is not None:
            await self._on_cancel({work.id for work in stopped})
        return stopped

    async def find_due(self, kind: str, key: str) -> tuple[Work, datetime] | None:
        """The work that is due under this kind and key, and since or from when; None: there is none."""
        async with self._database.read() as session:
            row = await queries.find_due(session, kind, key)
        return None if row is None else (_work(row), row.due_at)

    async def mend_times(self, now: datetime) -> None:
        """The clock went back: what was asked for before must not wait for the time to come again."""
        while await self._mend_some(now):
            pass
        async with self._database.write() as session:
            await queries.end_leases(session, now + FAR, now)

    async def _mend_some(self, now: datetime) -> int:
        async with self._database.write() as session:
            return await queries.mend_times(session, now, MENDED_AT_ONCE)

    async def health(self, now: datetime) -> WorksHealth:
        async with self._database.read() as session:
            due, oldest, failed = await queries.health(session, now)
        return WorksHealth(due, max(timedelta(), now - oldest) if oldest else timedelta(), failed)

    # For who does works

    async def claim(self, rooms: Mapping[str, int], most: int, busy: Collection[int], now: datetime) -> list[Claimed]:
        """At most ``most`` works, of each kind at most as many as ``rooms`` says; ``busy`` ones are in hand already.

        Nobody's second work comes before everybody's first, and nobody has more than two in hand.
        """
        until = {name: now + self._kinds[name].lease for name in rooms}
        token = secrets.token_hex(16)
        # Most looks find nothing, and need not wait for others' writes.
        async with self._database.read() as session:
            if not await queries.is_anything_due(session, rooms, busy, now):
                return []
        async with self._database.write() as session:
            rows = await queries.claim(
                session, rooms, busy=busy, most=most, most_each=MOST_EACH, lease=token, until=until, now=now
            )
        return [Claimed(_work(row), token) for row in rows]

    async def renew(self, claimed: Claimed, now: datetime) -> bool:
        """False: it was cancelled, or another took it over, and it is to be left alone."""
        until = now + self._kinds[claimed.work.kind].lease
        async with self._database.write() as session:
            return await queries.renew(session, claimed.work.id, claimed.token, until)

    async def done(self, claimed: Claimed, now: datetime) -> bool:
        """False: it was cancelled, or another took it over."""
        async with self._database.write() as session:
            return await queries.finish(session, claimed.work.id, claimed.token, queries.DONE, now)

    async def fail(self, claimed: Claimed, reason: str, regret: Outgoing | None, now: datetime) -> bool:
        """Failed for good, with ``regret`` owed to its person; False: it was cancelled, or another took it over."""
        work = claimed.work
        async with self._database.write() as session:
            failed = await queries.finish(session, work.id, claimed.token, queries.FAILED, now, reason)
            chat_id = work.chat_id or work.person_id
            if failed and regret is not None and chat_id is not None:
                await self._deliveries.enqueue_in(session, ANSWER, f"work-failed:{work.id}", chat_id, regret, now)
        return failed

    async def put_back(self, claimed: Claimed, now: datetime, pause: timedelta, *, uncounted: bool = False) -> bool:
        """Free for whoever claims it after ``pause``; ``uncounted``: it was interrupted, which is no failure."""
        async with self._database.write() as session:
            return await queries.put_back(session, claimed.work.id, claimed.token, now, pause, uncounted=uncounted)


def _effect(kind: str) -> str:
    return f"work {kind}"


def _work(row: tables.Work) -> Work:
    return Work(row.id, row.kind, row.key, row.person_id, row.facts, row.attempts, row.chat_id, row.message_id)
