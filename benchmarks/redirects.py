"""Durable redirects a second, beside a bare aiohttp application with one fixed redirect."""

import asyncio
import random
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.load import Load, put_load
from benchmarks.people import clicks
from benchmarks.servers import TARGET, Served, serving
from db.engine import Database
from db.migrate import migrate
from db.queries import links, people
from db.tables import Link

LINKS = 1_000
REQUESTS = 20_000
ROUNDS = 5
SECONDS = 2.5
SERVER_CORE, LOAD_CORE = 0, 1
WANTED_RATIO, MOST_TIMES_P99 = 0.65, 5.0


@dataclass(frozen=True, slots=True)
class Round:
    """A load, and the microseconds of the processor that an answer took, all the server's threads together."""

    load: Load
    processor: float


def run() -> bool:
    """Print the figures; whether they are good enough."""
    with tempfile.TemporaryDirectory(prefix="toklink-bench-") as name:
        folder = Path(name)
        requests = clicks(asyncio.run(_links(folder)), REQUESTS, seed=1)
        with serving("raw", core=SERVER_CORE) as raw:
            limit = _round(raw, requests)
        with serving("bare", core=SERVER_CORE) as bare, serving("toklink", core=SERVER_CORE, folder=folder) as ours:
            for server in (bare, ours):
                put_load(server.port, requests, seconds=1.0, core=LOAD_CORE)
            pairs = [(_round(bare, requests), _round(ours, requests)) for _ in range(ROUNDS)]
        counted = asyncio.run(_counted(folder))
    print(f"  one core for the server, one for 32 connections; {ROUNDS} rounds of {SECONDS:g} s each, in turn")
    print(f"  {'':34}{'a second':>10}{'p50, ms':>10}{'p99, ms':>10}{'CPU, µs':>10}")
    _line("raw protocol (the client's limit)", [limit])
    _line("bare aiohttp, one fixed 302", [pair[0] for pair in pairs])
    _line("Toklink, kept before the answer", [pair[1] for pair in pairs])
    rates = [mine.load.rate / other.load.rate for other, mine in pairs]
    ratio = statistics.median(rates)
    times = statistics.median(mine.load.p99 / other.load.p99 for other, mine in pairs)
    processor = statistics.median(other.processor / mine.processor for other, mine in pairs)
    print(
        f"  ratio {ratio:.2f} (rounds: {' '.join(f'{rate:.2f}' for rate in rates)}; wanted: {WANTED_RATIO});"
        f" by CPU, counting included: {processor:.2f}; p99 {times:.1f} times the bare one's"
    )
    _facts([mine.load for _, mine in pairs], ours, counted)
    return ratio >= WANTED_RATIO and times < MOST_TIMES_P99


def _round(server: Served, requests: Sequence[str]) -> Round:
    before = server.processor_seconds()
    load = put_load(server.port, requests, seconds=SECONDS, core=LOAD_CORE)
    # What is left to count is counted before another server's turn, and belongs to this round's processor time.
    server.wait_until_idle()
    return Round(load, (server.processor_seconds() - before) / load.answers * 1e6)


def _line(name: str, rounds: list[Round]) -> None:
    rate, median, p99 = (
        statistics.median(getattr(each.load, what) for each in rounds) for what in ("rate", "median", "p99")
    )
    processor = statistics.median(each.processor for each in rounds)
    print(f"  {name:34}{rate:>10,.0f}{median:>10.2f}{p99:>10.2f}{processor:>10.1f}")


def _facts(loads: list[Load], ours: Served, counted: int) -> None:
    figures = ours.figures
    hits = figures["hits"] / (figures["hits"] + figures["misses"])
    cookies = sum(load.cookies for load in loads) / sum(load.answers for load in loads)
    print(f"  {LINKS:,} links by Zipf's law: {hits:.2%} cache hits; {cookies:.0%} of answers set a cookie")
    print(
        f"  {counted:,} clicks counted, {figures['lost']} lost;"
        f" at the end {figures['waiting']:,} waited in the journal, for {figures['settled_in']:.1f} s"
    )


async def _links(folder: Path) -> list[str]:
    """The slugs of links in a new database."""
    rng, now = random.Random(0), datetime.now(UTC)
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    slugs = ["".join(rng.choices(alphabet, k=7)) for _ in range(LINKS)]
    database = Database.open(f"sqlite+aiosqlite:///{folder / 'toklink.db'}")
    await migrate(database)
    async with database.write() as session:
        await people.add_if_new(session, 1, now)
        for slug in slugs:
            await links.add(session, slug=slug, owner_id=1, target=TARGET, now=now)
    await database.close()
    return slugs


async def _counted(folder: Path) -> int:
    database = Database.open(f"sqlite+aiosqlite:///{folder / 'toklink.db'}")
    async with database.read() as session:
        counted = await session.scalar(select(func.sum(Link.clicks + Link.bots)))
    await database.close()
    return counted or 0
