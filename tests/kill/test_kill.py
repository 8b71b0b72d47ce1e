"""A web process is ended by SIGKILL under load, and no answered click is lost, and none is counted twice."""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from db.engine import Database
from tests.kill.launch import POINTS, Order
from tests.kill.siege import Clicks, WebProcess, books, click_until_it_dies, make_links, web_process

# One worker runs them all: they share a PostgreSQL and the process that theirs are forked from.
pytestmark = pytest.mark.kill

# Of the journal's points the first pass and one amid the work; of the drain's those where the batches are larger than
# the number of clients, or a batch counted twice could hide among what was sent and not answered.
PASSES = {
    "before_the_commit": (1, 40),
    "after_the_commit": (1, 40),
    "in_the_middle_of_a_drain": (2, 4),
    "before_the_drain_commits": (2, 4),
    "after_the_drain_commits": (2, 4),
}
SEED = 20
MOMENTS = 10


class Siege:
    """One database and one folder of journals, and what clients did to the processes upon them."""

    def __init__(self, database: Database, url: str, journals: Path, slugs: list[str]) -> None:
        self.database = database
        self.url = url
        self.journals = journals
        self.slugs = slugs
        self.clicks = Clicks()

    async def the_books_are_right(self, successor: WebProcess) -> None:
        """After the successor has counted what it found."""
        assert await successor.settled() == 0
        found = await books(self.database)
        assert found.links == found.buckets == found.raw
        assert self.clicks.answered <= found.counted <= self.clicks.sent


@pytest.fixture
async def siege(database: Database, database_url: str, tmp_path: Path) -> Siege:
    return Siege(database, database_url, tmp_path / "journals", await make_links(database))


@pytest.mark.parametrize(("point", "nth"), [(point, nth) for point in POINTS for nth in PASSES[point]])
async def test_killed_at_a_named_point_nothing_is_lost_or_counted_twice(siege: Siege, point: str, nth: int):
    async with web_process(Order(siege.url, siege.journals, point, nth)) as victim:
        await click_until_it_dies(victim.port, siege.slugs, siege.clicks)
        assert await victim.died() == -signal.SIGKILL
    async with web_process(Order(siege.url, siege.journals)) as successor:
        await siege.the_books_are_right(successor)
        await successor.stop()


async def test_killed_at_any_moment_nothing_is_lost_or_counted_twice(siege: Siege):
    moments = random.Random(SEED)
    for _ in range(MOMENTS):
        async with web_process(Order(siege.url, siege.journals)) as process:
            await siege.the_books_are_right(process)
            clicking = asyncio.create_task(click_until_it_dies(process.port, siege.slugs, siege.clicks))
            await asyncio.sleep(moments.uniform(0.05, 0.7))
            process.kill()
            await clicking
            assert await process.died() == -signal.SIGKILL
    async with web_process(Order(siege.url, siege.journals)) as successor:
        await siege.the_books_are_right(successor)
        await successor.stop()
    assert siege.clicks.answered > MOMENTS
    assert len(list(siege.journals.glob("*.db"))) == 1
