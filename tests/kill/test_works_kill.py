"""A worker is ended by SIGKILL in the middle of works: others do them, and what they do happens once."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.tables import Delivery, Work
from services.works import Works
from tests.kill.siege import PATIENCE
from tests.kill.works_launch import KIND, POINTS, WorksOrder, deliveries_of, work_on
from tests.processes import processes
from tests.waiting import until

pytestmark = pytest.mark.kill

PEOPLE, WORKS_EACH = 5, 6
SEED, MOMENTS = 5, 6


class WorkProcess:
    """A real process with a worker in it."""

    def __init__(self, order: WorksOrder) -> None:
        self._process = processes.Process(target=work_on, args=(order,), daemon=True)
        self._process.start()

    async def died(self) -> int | None:
        await asyncio.to_thread(self._process.join, PATIENCE)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    async def stop(self) -> None:
        self._process.terminate()
        assert await self.died() == 0


@asynccontextmanager
async def working(order: WorksOrder) -> AsyncIterator[WorkProcess]:
    process = WorkProcess(order)
    try:
        yield process
    finally:
        process.kill()
        await process.died()


async def ask(database: Database) -> list[str]:
    """Many works of some people; the messages that they owe."""
    works = Works(database, deliveries_of(database))
    now, keys = datetime.now(UTC), []
    for number in range(WORKS_EACH):
        for person_id in range(1, PEOPLE + 1):
            work_id = await works.enqueue(KIND, f"{person_id}-{number}", person_id=person_id, facts={}, now=now)
            keys += [f"{KIND}:{work_id}:{step}" for step in ("first", "second")]
    return sorted(keys)


async def all_is_done_once(database: Database, keys: list[str]) -> None:
    async def states() -> dict[str, int]:
        async with database.read() as session:
            rows = await session.execute(select(Work.state, func.count()).group_by(Work.state))
            return {state: count for state, count in rows}  # noqa: C416

    await until(states, {"done": PEOPLE * WORKS_EACH}, within=PATIENCE)
    async with database.read() as session:
        assert sorted((await session.scalars(select(Delivery.key))).all()) == keys


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_named_point_every_work_is_done_and_its_effects_happen_once(
    database: Database, database_url: str, point: str
):
    keys = await ask(database)
    async with working(WorksOrder(database_url, point, nth=4)) as victim, working(WorksOrder(database_url)) as other:
        assert await victim.died() == -signal.SIGKILL
        await all_is_done_once(database, keys)
        await other.stop()


async def test_killed_at_any_moment_every_work_is_done_and_its_effects_happen_once(
    database: Database, database_url: str
):
    dice = random.Random(SEED)
    keys = await ask(database)
    for _ in range(MOMENTS):
        async with working(WorksOrder(database_url, seconds=0.25)) as victim:
            await asyncio.sleep(dice.uniform(0.2, 0.6))  # the moment of death is what is tried here
            victim.kill()
            assert await victim.died() == -signal.SIGKILL
    async with working(WorksOrder(database_url)):
        await all_is_done_once(database, keys)
