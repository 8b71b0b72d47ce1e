"""The bot is ended by SIGKILL while people write: every update is handled, and what it does happens once."""

import asyncio
import random
import signal
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from db.engine import Database
from db.migrate import migrate
from db.queries.inbox import WAITING
from db.tables import InboxUpdate, Link
from sandbox import Person, SandboxClient, SandboxServer
from tests.kill.bot_launch import POINTS, BotOrder, talk
from tests.kill.siege import PATIENCE
from tests.processes import processes
from tests.servers import free_port
from tests.waiting import until

pytestmark = pytest.mark.chaos

TOKEN_OF_THE_SANDBOX = "4200000001:" + "Sandbox" * 5
LINKS_EACH = 4
SEED, MOMENTS = 11, 10


class BotProcess:
    """A real process with the bot in it."""

    def __init__(self, order: BotOrder) -> None:
        self._process = processes.Process(target=talk, args=(order,), daemon=False)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    async def died(self) -> int | None:
        await asyncio.to_thread(self._process.join, PATIENCE)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    async def stop(self) -> None:
        if self._process.exitcode is None:
            self._process.terminate()
            await asyncio.to_thread(self._process.join, PATIENCE)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()


class Siege:
    """Two people who go on writing, whatever happens to the bot."""

    def __init__(self, order: BotOrder, database: Database, world: SandboxClient) -> None:
        self.order = order
        self.database = database
        self.people: list[Person] = [world.person("Анна"), world.person("Бен")]
        self.wanted: list[str] = []

    async def everybody_writes(self) -> None:
        for number in range(LINKS_EACH):
            for person in self.people:
                address = f"https://example.com/{person.id}/{len(self.wanted)}-{number}"
                self.wanted.append(address)
                await person.send(address, quiet=True)

    async def each_was_handled_and_happened_once(self) -> None:
        async def open_updates() -> int:
            async with self.database.read() as session:
                rows = await session.scalars(select(InboxUpdate.id).where(InboxUpdate.state == WAITING))
                return len(rows.all())

        async def targets() -> list[str]:
            async with self.database.read() as session:
                return sorted((await session.scalars(select(Link.target))).all())

        await until(targets, sorted(self.wanted), within=PATIENCE)
        await until(open_updates, 0, within=PATIENCE)
        for person in self.people:
            for address in self.wanted:
                if f"/{person.id}/" in address:
                    await person.sees(address.removeprefix("https://"))


@pytest.fixture(
    params=["sqlite, polling", "sqlite, webhook", "postgresql and valkey, polling", "postgresql and valkey, webhook"]
)
async def siege(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Siege]:
    grown_up, by_webhook = "postgresql" in request.param, "webhook" in request.param
    url = f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}"
    redis_url = None
    if grown_up:
        url = await request.getfixturevalue("new_postgres_database")()
        redis_url = f"{request.getfixturevalue('valkey')}/{uuid.uuid4().int % 16}"
    database = Database.open(url)
    await migrate(database)
    server = SandboxServer(TOKEN_OF_THE_SANDBOX, webhook_delays=lambda _failures, _after: 0.05)
    async with server, SandboxClient(server.url, timeout=PATIENCE) as world:
        order = BotOrder(server.url, url, redis_url, tmp_path, free_port() if by_webhook else 0)
        yield Siege(order, database, world)
    await database.close()


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_named_point_every_update_is_handled_and_happens_once(siege: Siege, point: str):
    victim = BotProcess(replace(siege.order, point=point, nth=2 if "transaction" in point else 1))
    try:
        await siege.everybody_writes()
        assert await victim.died() == -signal.SIGKILL
    finally:
        await victim.stop()
    successor = BotProcess(siege.order)
    try:
        await siege.each_was_handled_and_happened_once()
    finally:
        await successor.stop()


async def test_killed_at_any_moment_every_update_is_handled_and_happens_once(siege: Siege):
    dice = random.Random(SEED)
    await siege.everybody_writes()
    for _ in range(MOMENTS):
        victim = BotProcess(siege.order)
        await siege.people[0].send("/help", quiet=True)
        await asyncio.sleep(dice.uniform(0.05, 0.9))  # the moment of death is what is tried here
        victim.kill()
        assert await victim.died() == -signal.SIGKILL
    await siege.everybody_writes()
    successor = BotProcess(siege.order)
    try:
        await siege.each_was_handled_and_happened_once()
    finally:
        await successor.stop()
