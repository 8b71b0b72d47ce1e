"""Starts a real worker in a process that may kill itself in the middle of a work."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import uvloop

from bot.progress import NoProgress
from bot.stopping import stopping_on_signals
from db.engine import Database
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ANSWER
from services.security import Cipher
from services.works import Progress, Work, WorkKind, Works
from services.works.worker import Worker
from tests.kill.launch import Fuse

POINTS = ("as_it_begins", "in_its_middle", "before_it_is_done", "after_it_is_done")
KIND = "tell"


@dataclass(frozen=True)
class WorksOrder:
    """Do what is due in the database; die at the n-th pass of ``point``, or only when told.

    A work takes ``seconds``.
    """

    database_url: str
    point: str | None = None
    nth: int = 1
    seconds: float = 0.02


class Teller:
    """A work of two steps, each of which owes a message under the work's number."""

    def __init__(self, deliveries: Deliveries, order: WorksOrder) -> None:
        self._deliveries = deliveries
        self._point = order.point
        self._seconds = order.seconds
        self._fuse = Fuse(order.nth)

    async def do(self, work: Work, _progress: Progress) -> None:
        self.passes("as_it_begins")
        await self._tell(work, "first")
        self.passes("in_its_middle")
        await asyncio.sleep(self._seconds)  # the work itself
        await self._tell(work, "second")
        self.passes("before_it_is_done")

    def passes(self, point: str) -> None:
        if point == self._point:
            self._fuse.burn()

    async def _tell(self, work: Work, step: str) -> None:
        assert work.person_id is not None
        await self._deliveries.enqueue(
            ANSWER, f"{KIND}:{work.id}:{step}", work.person_id, Outgoing(step), datetime.now(UTC)
        )


def deliveries_of(database: Database) -> Deliveries:
    return Deliveries(database, Cipher("the same before and after", "deliveries"), default_time_zone="UTC")


def work_on(order: WorksOrder) -> None:
    """The life of the process, until SIGTERM or worse."""
    uvloop.run(_work_on(order))


async def _work_on(order: WorksOrder) -> None:
    database = Database.open(order.database_url)
    deliveries = deliveries_of(database)
    works = Works(database, deliveries)
    teller = Teller(deliveries, order)
    works.register([WorkKind(KIND, teller.do, lease=timedelta(seconds=0.6), at_once=3)])
    done = works.done

    async def watched(claimed, now):
        settled = await done(claimed, now)
        teller.passes("after_it_is_done")
        return settled

    works.done = watched  # type: ignore[method-assign]

    async def report(_source: str, error: Exception, _person_id: int | None) -> None:
        raise error

    async with stopping_on_signals() as stopping:
        worker = Worker(
            works,
            "bot",
            open_progress=lambda _work: NoProgress(),
            report=report,
            clock=lambda: datetime.now(UTC),
            look_seconds=0.05,
        )
        await worker.run(stopping)
    await database.close()
