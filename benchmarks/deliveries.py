"""10,000 deliveries with the rates lifted, through random trouble and three kills; fails when the books are not exact.

    python -m benchmarks.deliveries SANDBOX_URL FOLDER

is the process that sends; it goes on until it is killed or its standard input is closed.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from benchmarks.owed import TROUBLES, Books, books, crowd, is_settled, owe, states, under_way
from bot.rates import Rates
from bot.sender import open_bot
from bot.sending import Sending
from bot.starts import SANDBOX_TOKEN
from db.engine import Database
from db.migrate import migrate
from db.queries.deliveries import DUE, SENDING, SENT
from sandbox import SandboxServer
from services.deliveries import Deliveries
from services.security import Cipher

COUNT, PEOPLE, SEED = 10_000, 1_000, 5
# After how many each process is killed.
KILLS = (2_000, 4_500, 7_000)
MOST_SECONDS = 150.0
# What is left of all when the rate is taken: the unluckiest wait long for their next try.
TAIL = 0.02
SENDER_CORE, SANDBOX_CORE = 0, 1


def run() -> bool:
    """Print the figures; whether the count is exact."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {SANDBOX_CORE})
    try:
        found, spent = uvloop.run(_siege())
    finally:
        os.sched_setaffinity(0, cores)
    arrived = sum(found.copies[number] > 0 for number in found.unknown)
    print(f"  {found.count:,} messages to {PEOPLE:,} people, rates lifted, one core for each side; {len(KILLS)} kills")
    print(
        f"  {spent.most / spent.sending:,.0f} a second: the first {spent.most:,} took {spent.sending:.1f} s, all "
        f"{spent.before:.1f} s, {len(KILLS) + 1} starts of the process {spent.starting:.1f} s"
    )
    print(
        f"  sent {len(found.sent):,}, unknown {len(found.unknown):,} ({len(found.cut - found.repeatable):,} were cut, "
        f"{len(found.killed - found.repeatable):,} in flight at a kill; {arrived:,} arrived), "
        f"copies {found.held - len(found.copies):,}, in the chats {found.held:,}"
    )
    for complaint in found.complaints:
        print(f"  NOT EXACT: {complaint}")
    return not found.complaints


@dataclass
class Spent:
    """Seconds from each start of a process to its first message, and from there to its end; together.

    ``most`` were sent in ``sending`` seconds; of the tail, some wait half a minute for their seventh try.
    """

    starting: float = 0.0
    before: float = 0.0
    most: int = 0
    sending: float = 0.0


async def _siege() -> tuple[Books, Spent]:
    dice, killed, spent = random.Random(SEED), set[int](), Spent()
    with tempfile.TemporaryDirectory(prefix="toklink-bench-") as folder:
        database, deliveries = _open(Path(folder))
        await migrate(database)
        await owe(deliveries, database, PEOPLE, COUNT)
        async with SandboxServer(SANDBOX_TOKEN, people=crowd(PEOPLE), groups=[]) as server:
            for trouble in TROUBLES:
                server.faults.add(trouble)
            ends = time.monotonic() + MOST_SECONDS
            for sent in (*KILLS, COUNT):
                with _sender(server.url, folder) as process:
                    await _sends(database, server, sent, ends, spent)
                    if sent < COUNT:
                        await asyncio.sleep(dice.uniform(0, 0.1))
                        process.kill()
                        process.wait()
                        killed |= await under_way(database)
            found = await books(database, server, PEOPLE, COUNT, killed)
        await database.close()
    return found, spent


async def _sends(database: Database, server: SandboxServer, sent: int, ends: float, spent: Spent) -> None:
    """Return when so many are sent and some are in flight, or when all is settled."""
    began, calls = time.monotonic(), server.world.log.last
    async for call in server.world.log.follow(calls, idle=1.0):
        if call is not None or time.monotonic() > ends:
            break
    first = time.monotonic()
    spent.starting += first - began
    counts = await states(database)
    while not is_settled(counts) and (counts[SENT] < sent or not counts[SENDING]):
        if counts[DUE] + counts[SENDING] > TAIL * COUNT:
            spent.most, spent.sending = COUNT - counts[DUE], spent.before + time.monotonic() - first
        if time.monotonic() > ends:
            raise TimeoutError(f"after {MOST_SECONDS:.0f} s: {dict(counts)}")
        # A look costs the sandbox's core some of its time.
        await asyncio.sleep(0.25)
        counts = await states(database)
    spent.before += time.monotonic() - first


@contextmanager
def _sender(url: str, folder: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "benchmarks.deliveries", url, folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _open(folder: Path) -> tuple[Database, Deliveries]:
    database = Database.open(f"sqlite+aiosqlite:///{folder / 'toklink.db'}")
    cipher = Cipher("a key for benchmarks " * 3, "deliveries")
    return database, Deliveries(database, cipher, default_time_zone="UTC")


async def _send(url: str, folder: Path) -> None:
    os.sched_setaffinity(0, {SENDER_CORE})
    database, deliveries = _open(folder)
    bot, over = open_bot(SANDBOX_TOKEN, url, patient=False), asyncio.Event()
    rates = Rates(overall=1_000_000, chat_seconds=0.0)
    sending = Sending(bot, deliveries, rates, clock=lambda: datetime.now(UTC))
    running = asyncio.create_task(sending.run(over))
    await asyncio.to_thread(sys.stdin.read)
    over.set()
    await running
    await bot.session.close()
    await database.close()


if __name__ == "__main__":
    _url, _folder = sys.argv[1:]
    uvloop.run(_send(_url, Path(_folder)))
