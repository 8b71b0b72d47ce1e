"""A standby takes over from a bot that was killed or frozen: soon, one at a time, and nothing happens twice."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from bot.keys import webhook_secret
from bot.webhook import PATH, SHOWN_IN
from db.engine import Database
from db.migrate import migrate
from db.tables import Heartbeat, Link
from sandbox import Person, SandboxClient, SandboxServer
from tests.kill.bot_launch import BotOrder
from tests.kill.siege import PATIENCE
from tests.kill.test_bot_kill import TOKEN_OF_THE_SANDBOX, BotProcess
from tests.servers import free_port
from tests.waiting import until

# What a standby may take, from the moment of death to its first answer.
TAKE_OVER_SECONDS = 15.0


@dataclass
class House:
    """A database, a sandbox, and an order for processes of the bot."""

    order: BotOrder
    database: Database
    server: SandboxServer
    world: SandboxClient
    by_webhook: bool

    def another(self, machine: str | None = None) -> BotOrder:
        """For a second process, on this machine or as if on another."""
        return replace(self.order, machine=machine, port=free_port() if self.by_webhook else 0)

    @property
    def anna(self) -> Person:
        return self.world.person("Анна")

    async def processes(self) -> int:
        async with self.database.read() as session:
            return len((await session.scalars(select(Heartbeat))).all())

    async def runs(self, count: int) -> None:
        """Wait until so many processes have said that they run."""
        await until(self.processes, count, within=PATIENCE)

    async def links(self) -> list[str]:
        async with self.database.read() as session:
            return sorted((await session.scalars(select(Link.target))).all())

    def conflicts(self, since: datetime) -> int:
        """How often Telegram refused one of two that poll. A dead one's last poll, from before ``since``, may be.

        To be asked before a process stops: its last confirmation ends the poll that it left.
        """
        refused = [call for call in self.server.calls if call.method == "getUpdates" and call.status == 409]
        return sum(call.at - timedelta(milliseconds=call.milliseconds) > since for call in refused)


@pytest.fixture(
    params=["sqlite, polling", "sqlite, webhook", "postgresql and valkey, polling", "postgresql and valkey, webhook"]
)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(request, tmp_path, request.param) as house:
        yield house


@pytest.fixture
async def small_house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(request, tmp_path, "sqlite, polling") as house:
        yield house


@asynccontextmanager
async def a_house(request: pytest.FixtureRequest, folder: Path, kind: str) -> AsyncIterator[House]:
    url, redis_url = f"sqlite+aiosqlite:///{folder / 'toklink.db'}", None
    if "postgresql" in kind:
        url = await request.getfixturevalue("new_postgres_database")()
        redis_url = f"{request.getfixturevalue('valkey')}/7"
    database = Database.open(url)
    await migrate(database)
    by_webhook = "webhook" in kind
    server = SandboxServer(TOKEN_OF_THE_SANDBOX, webhook_delays=lambda _failures, _after: 0.2)
    async with server, SandboxClient(server.url, timeout=PATIENCE) as world:
        order = BotOrder(server.url, url, redis_url, folder, free_port() if by_webhook else 0)
        yield House(order, database, server, world, by_webhook)
    await database.close()


@asynccontextmanager
async def bots(*orders: BotOrder) -> AsyncIterator[list[BotProcess]]:
    """Real processes; those that still live at the end are ended."""
    running = [BotProcess(order) for order in orders]
    try:
        yield running
    finally:
        for process in running:
            await process.stop()


@pytest.mark.kill
async def test_a_bot_that_is_started_again_after_a_sigkill_leads_at_once(small_house: House):
    house = small_house
    async with bots(house.order) as [victim]:
        await house.anna.send("https://example.com/first", quiet=True)
        await house.anna.sees("example.com/first")
        victim.kill()
        died = datetime.now(UTC)
        assert await victim.died() == -signal.SIGKILL
    await house.anna.send("https://example.com/second", quiet=True)
    async with bots(house.another()):
        await house.runs(2)
        began = time.monotonic()
        await house.anna.sees("example.com/second")
        assert time.monotonic() - began < 5
        assert house.conflicts(died) == 0


@pytest.mark.chaos
@pytest.mark.parametrize("machine", [None, "another machine"])
async def test_a_standby_answers_within_fifteen_seconds_of_a_sigkill(house: House, machine: str | None):
    async with bots(house.order) as [leader]:
        await house.anna.send("https://example.com/before", quiet=True)
        await house.anna.sees("example.com/before")
        async with bots(house.another(machine)):
            await house.runs(2)
            await house.anna.send("https://example.com/with-both", quiet=True)
            await house.anna.sees("example.com/with-both")
            leader.kill()
            died, died_at = time.monotonic(), datetime.now(UTC)
            await house.anna.send("https://example.com/after", quiet=True)
            await house.anna.sees("example.com/after")
            took = time.monotonic() - died
            print(f"the standby answered {took:.1f} s after the SIGKILL ({machine or 'the same machine'})")
            assert took < (TAKE_OVER_SECONDS if machine else 5)
            assert len(await house.links()) == 3
            assert house.conflicts(died_at) == 0


@pytest.mark.chaos
async def test_a_leader_that_was_frozen_steps_back_and_nothing_happens_twice(house: House):
    async with bots(house.order) as [frozen]:
        await house.anna.send("https://example.com/before", quiet=True)
        await house.anna.sees("example.com/before")
        async with bots(house.another("another machine")) as [standby]:
            await house.runs(2)
            os.kill(frozen.pid, signal.SIGSTOP)
            wanted = ["https://example.com/before"]
            try:
                for number in range(3):
                    wanted.append(f"https://example.com/while-frozen-{number}")
                    await house.anna.send(wanted[-1], quiet=True)
                await asyncio.sleep(12)  # how long it is frozen
                await house.anna.sees("example.com/while-frozen-2")
            finally:
                os.kill(frozen.pid, signal.SIGCONT)
            awake = datetime.now(UTC)
            for number in range(3):
                wanted.append(f"https://example.com/awake-{number}")
                await house.anna.send(wanted[-1], quiet=True)
                await house.anna.sees(f"example.com/awake-{number}")
            assert await house.links() == sorted(wanted)
            assert house.conflicts(awake) == 0
            # It stands by now, and leads again when the other stops.
            await standby.stop()
            await house.anna.send("https://example.com/again", quiet=True)
            await house.anna.sees("example.com/again")
    answers = [message.text for message in house.anna.messages() if message.from_bot]
    assert [sum(address.removeprefix("https://") in text for text in answers) for address in wanted] == [1] * len(
        wanted
    )


@pytest.mark.chaos
async def test_who_stands_by_sends_updates_back_to_telegram(request: pytest.FixtureRequest, tmp_path: Path):
    async with a_house(request, tmp_path, "sqlite, webhook") as house:
        standby = house.another("another machine")
        async with bots(house.order), bots(standby), aiohttp.ClientSession() as http:
            await house.runs(2)
            await house.anna.send("https://example.com/mine", quiet=True)
            await house.anna.sees("example.com/mine")
            headers = {SHOWN_IN: webhook_secret(standby.settings())}
            leading = [await _knocks(http, order.port, headers) for order in (house.order, standby)]
            assert sorted(leading) == [200, 503]


async def _knocks(http: aiohttp.ClientSession, port: int, headers: dict[str, str]) -> int:
    async with http.post(f"http://127.0.0.1:{port}{PATH}", data=b'{"update_id": 1}', headers=headers) as answer:
        return answer.status
