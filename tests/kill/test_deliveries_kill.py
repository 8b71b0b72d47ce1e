"""500 deliveries through random trouble and three kills: nobody gets one twice, and the books are exact."""

import asyncio
import random
import signal
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.owed import TROUBLES, books, crowd, is_settled, owe, states, under_way
from bot.starts import SANDBOX_TOKEN
from db.engine import Database
from db.migrate import migrate
from db.queries.deliveries import SENDING, SENT
from sandbox import SandboxServer
from services.deliveries import Deliveries
from services.security import Cipher
from tests.kill.bot_launch import BotOrder
from tests.kill.test_bot_kill import BotProcess
from tests.waiting import until

pytestmark = pytest.mark.chaos

PEOPLE, COUNT, SEED = 60, 500, 7
# How many have arrived before each kill.
KILLS = (80, 200, 330)
PATIENCE = 180.0


@dataclass
class Debt:
    """A sandbox with a crowd, a database, and how to start the bot between them."""

    server: SandboxServer
    database: Database
    order: BotOrder

    async def settled(self) -> bool:
        return is_settled(await states(self.database))


@pytest.fixture(params=["sqlite", "postgresql and valkey"])
async def debt(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Debt]:
    url, redis_url = f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}", None
    if "postgresql" in request.param:
        url = await request.getfixturevalue("new_postgres_database")()
        redis_url = f"{request.getfixturevalue('valkey')}/{uuid.uuid4().int % 16}"
    database = Database.open(url)
    await migrate(database)
    async with SandboxServer(SANDBOX_TOKEN, people=crowd(PEOPLE), groups=[]) as server:
        order = BotOrder(server.url, url, redis_url, tmp_path)
        secret = order.settings().secret_key
        assert secret is not None
        cipher = Cipher(secret.get_secret_value(), "deliveries")
        await owe(Deliveries(database, cipher, default_time_zone="UTC"), database, PEOPLE, COUNT)
        yield Debt(server, database, order)
        assert server.violations == []
    await database.close()


async def test_through_random_trouble_and_three_kills_nobody_gets_one_twice_and_the_count_is_exact(debt: Debt):
    dice, killed = random.Random(SEED), set()
    for trouble in TROUBLES:
        debt.server.faults.add(trouble)
    for arrived in KILLS:
        victim = BotProcess(debt.order)
        try:

            async def is_time(wanted: int = arrived) -> bool:
                counts = await states(debt.database)
                return counts[SENT] >= wanted and counts[SENDING] > 0

            await until(is_time, True, within=PATIENCE)
            await asyncio.sleep(dice.uniform(0, 0.05))  # the moment of death is what is tried here
            victim.kill()
            assert await victim.died() == -signal.SIGKILL
        finally:
            await victim.stop()
        killed |= await under_way(debt.database)
    successor = BotProcess(debt.order)
    try:
        await until(debt.settled, True, within=PATIENCE)
    finally:
        await successor.stop()
    found = await books(debt.database, debt.server, PEOPLE, COUNT, killed)
    assert found.complaints == []
    # The trouble was real.
    assert {"too_many_requests", "server_error", "cut"} <= set(debt.server.faults.injected)
    assert killed
    print(f"sent {len(found.sent)}, unknown {len(found.unknown)}, of these in flight at a kill {len(killed)}, "
          f"cut {len(found.cut)}, in the chats {found.held}, trouble {dict(debt.server.faults.injected)}")  # fmt: skip
