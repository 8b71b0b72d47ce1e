"""What tests of due work share: a database of works, workers upon it, and a list of what was done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from db import tables
from db.engine import Database
from services.deliveries import Deliveries
from services.security import Cipher
from services.works import Progress, Work, WorkKind, Works
from services.works.worker import Worker
from tests.waiting import until

Do = Callable[[Work, Progress], Awaitable[None]]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


@dataclass
class Shown:
    """The message of one work, as a list of its texts."""

    texts: list[str] = field(default_factory=list)
    closed: bool = False
    removed: bool = False
    dropped: bool = False

    async def say(self, text: str, keyboard: Mapping[str, Any] | None = None) -> None:
        self.texts.append(text)

    async def close(self) -> None:
        self.closed = True

    async def remove(self) -> None:
        self.removed = True

    async def drop(self) -> None:
        self.dropped = True


class Workshop:
    """Works of one database as one process sees them."""

    def __init__(self, database: Database, clock: Clock, kinds: Iterable[WorkKind]) -> None:
        self.database = database
        self.clock = clock
        self.deliveries = Deliveries(database, Cipher("a secret for tests", "deliveries"), default_time_zone="UTC")
        self.works = Works(database, self.deliveries)
        self.works.register(kinds)
        self.messages: dict[int, Shown] = {}
        self.reports: list[tuple[str, Exception, int | None]] = []

    async def asked(self, key: str, person_id: int | None = 1, kind: str = "do", **more: Any) -> int:
        return await self.works.enqueue(kind, key, person_id=person_id, facts={}, now=self.clock.now, **more)

    @asynccontextmanager
    async def working(self, *, grace: float = 0.0, **limits: Any) -> AsyncIterator[None]:
        """A worker goes on during the block."""

        def open_progress(work: Work) -> Shown:
            return self.messages.setdefault(work.id, Shown())

        async def report(source: str, error: Exception, person_id: int | None) -> None:
            self.reports.append((source, error, person_id))

        worker = Worker(
            self.works,
            "bot",
            open_progress=open_progress,
            report=report,
            clock=self.clock,
            look_seconds=0.02,
            grace_seconds=grace,
            **limits,
        )
        stopping = asyncio.Event()
        running = asyncio.create_task(worker.run(stopping))
        try:
            yield
        finally:
            stopping.set()
            await running

    async def row(self, work_id: int) -> tables.Work:
        async with self.database.read() as session:
            return await session.get_one(tables.Work, work_id)

    async def ends(self, work_id: int, state: str = "done") -> None:
        async def seen() -> str:
            return (await self.row(work_id)).state

        await until(seen, state)

    async def owed(self) -> list[str]:
        """Keys of the messages that are owed."""
        async with self.database.read() as session:
            return list(await session.scalars(select(tables.Delivery.key).order_by(tables.Delivery.id)))


def kind(do: Do, name: str = "do", **more: Any) -> WorkKind:
    return WorkKind(name, do, **more)


class Done:
    """A kind of work that only notes that it was done."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def __call__(self, work: Work, _progress: Progress) -> None:
        self.keys.append(work.key)


class Gate:
    """A kind of work that goes on when it is let."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.interrupted: list[str] = []
        self.open = asyncio.Event()

    async def __call__(self, work: Work, _progress: Progress) -> None:
        self.begun.append(work.key)
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.interrupted.append(work.key)
            raise
        self.ended.append(work.key)

    async def has(self, count: int) -> None:
        """Wait until so many have begun."""

        async def begun() -> bool:
            return len(self.begun) >= count

        await until(begun, True)
