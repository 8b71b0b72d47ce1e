"""A hundred slots, a thousand people at once, four web processes: never one too many, whatever happens to them."""

import asyncio
import signal
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from db.engine import Database
from db.queries import links
from tests.kill.launch import Order
from tests.kill.siege import BROWSER, PREVIEW, WebProcess, books, web_process
from tests.redirect_server.web import make_link
from tests.servers import free_port
from tests.waiting import until

pytestmark = pytest.mark.kill

SLOTS, PEOPLE, PROCESSES = 100, 1_000, 4
SLUG = "limited"


@dataclass
class Told:
    """What people were told; ``cut``: those who got no answer."""

    passed: int = 0
    refused: int = 0
    cut: int = 0


async def all_at_once(port: int, told: Told, agents: list[str], *, after: int = 0, kill: WebProcess | None = None):
    """Everybody connects, and then everybody asks. A process is killed once ``after`` people have passed."""
    asking = [await asyncio.open_connection("127.0.0.1", port) for _ in agents]

    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, agent: str) -> None:
        try:
            with suppress(ConnectionError):
                writer.write(f"GET /{SLUG} HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\n\r\n".encode())
                line = await reader.readline()
                if line.startswith(b"HTTP/1.1 302"):
                    told.passed += 1
                    if kill is not None and told.passed == after:
                        kill.kill()
                    return
                if line.startswith(b"HTTP/1.1 410"):
                    told.refused += 1
                    return
                assert line in {b"", *PREVIEWED}, line
            told.cut += 1
        finally:
            writer.close()

    await asyncio.gather(*(ask(*streams, agent) for streams, agent in zip(asking, agents, strict=True)))


PREVIEWED = {b"HTTP/1.1 200 OK\r\n"}


async def passed(database: Database) -> int:
    async with database.read() as session:
        link = await links.by_slug(session, SLUG)
    assert link is not None
    return link.passed


async def four_processes(stack: AsyncExitStack, database_url: str, folder: Path) -> list[WebProcess]:
    order = Order(database_url, folder / "journals", port=free_port())
    return [await stack.enter_async_context(web_process(order)) for _ in range(PROCESSES)]


async def test_of_a_thousand_people_at_once_exactly_a_hundred_pass(
    database: Database, database_url: str, tmp_path: Path
):
    link_id = await make_link(database, SLUG, click_limit=SLOTS)
    async with AsyncExitStack() as stack:
        processes = await four_processes(stack, database_url, tmp_path)
        told = Told()
        await all_at_once(processes[0].port, told, [BROWSER] * PEOPLE)
        assert (told.passed, told.refused) == (SLOTS, PEOPLE - SLOTS)
        assert await passed(database) == SLOTS
        for process in processes:
            assert await process.settled() == 0
            await process.stop()
    assert (await books(database)).links[link_id][0] == SLOTS


async def test_previews_among_them_take_no_slot(database: Database, database_url: str, tmp_path: Path):
    link_id = await make_link(database, SLUG, click_limit=SLOTS)
    async with AsyncExitStack() as stack:
        processes = await four_processes(stack, database_url, tmp_path)
        told = Told()
        await all_at_once(processes[0].port, told, [BROWSER, PREVIEW] * SLOTS)
        assert (told.passed, told.refused, told.cut) == (SLOTS, 0, SLOTS), "previews are shown a page"
        for process in processes:
            assert await process.settled() == 0
            await process.stop()
    clicks, _, bots = (await books(database)).links[link_id]
    assert (clicks, bots) == (SLOTS, SLOTS)


@pytest.mark.parametrize("after", [1, 30, 70])
async def test_a_process_killed_in_the_middle_lets_nobody_through_too_many(
    database: Database, database_url: str, tmp_path: Path, after: int
):
    await make_link(database, SLUG, click_limit=SLOTS)
    async with AsyncExitStack() as stack:
        victim, *others = await four_processes(stack, database_url, tmp_path)
        told = Told()
        await all_at_once(victim.port, told, [BROWSER] * PEOPLE, after=after, kill=victim)
        assert await victim.died() == -signal.SIGKILL
        # Who got no answer may have had a slot; everybody else's are all there.
        assert SLOTS - told.cut <= told.passed <= SLOTS
        assert told.passed + told.refused + told.cut == PEOPLE
        again = Told()
        await all_at_once(victim.port, again, [BROWSER] * SLOTS)
        assert told.passed + again.passed <= SLOTS
        assert await passed(database) == SLOTS
        for process in others:
            # One of them may just have taken over what the dead one has left to count.
            await until(process.settled, 0)
            await process.stop()
