"""Durable redirects a second, beside a bare aiohttp application with one fixed redirect."""

import asyncio
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
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
ROUNDS = 7
# Long enough for what is done from time to time: counting rests for seconds while redirects fill the processor.
SECONDS = 4.0
# A round in which other programs took more than this share of a core says little; another is run instead…
MOST_DISTURBANCE = 0.08
# …until this is over.
MOST_SECONDS = 150.0
SERVER_CORE, LOAD_CORE = 0, 1
WANTED_RATIO, MOST_TIMES_P99 = 0.65, 5.0


@dataclass(frozen=True, slots=True)
class Round:
    """A load, the microseconds of the processor that an answer took (all the server's threads together), and the
    share of a core that other programs took meanwhile.
    """

    load: Load
    processor: float
    disturbance: float


def run() -> bool:
    """Print the figures; whether they are good enough."""
    with tempfile.TemporaryDirectory(prefix="toklink-bench-") as name:
        folder = Path(name)
        requests = clicks(asyncio.run(_links(folder)), REQUESTS, seed=1)
        with serving("raw", core=SERVER_CORE) as raw:
            limit = _round(raw, requests)
        with serving("bare", core=SERVER_CORE) as bare, serving("toklink", core=SERVER_CORE, folder=folder) as ours:
            for server in (bare, ours):
                put_load(server.port, requests, seconds=2.0, core=LOAD_CORE)
                server.wait_until_idle()
            pairs, disturbed = _pairs(bare, ours, requests)
        counted = asyncio.run(_counted(folder))
    print(f"  one core for the server, one for 32 connections; {len(pairs)} rounds of {SECONDS:g} s each, in turn")
    if disturbed:
        print(f"  {disturbed}")
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


def _pairs(bare: Served, ours: Served, requests: Sequence[str]) -> tuple[list[tuple[Round, Round]], str]:
    """Rounds of both in turn, and what is to be said of disturbances."""
    ends = time.monotonic() + MOST_SECONDS
    quiet: list[tuple[Round, Round]] = []
    others: list[tuple[Round, Round]] = []
    while len(quiet) < ROUNDS and (time.monotonic() < ends or len(quiet) + len(others) < ROUNDS):
        pair = _round(bare, requests), _round(ours, requests)
        disturbed = any(each.disturbance > MOST_DISTURBANCE for each in pair)
        (others if disturbed else quiet).append(pair)
    if len(quiet) >= ROUNDS // 2:
        return quiet, f"left out for being disturbed by other programs: {len(others)} more" if others else ""
    return quiet + others, f"other programs disturbed {len(others)} of the rounds: these figures say little"


def _round(server: Served, requests: Sequence[str]) -> Round:
    used, all_used, began = server.processor_seconds(), _machine_seconds(), time.monotonic()
    own_used = _children_seconds()
    load = put_load(server.port, requests, seconds=SECONDS, core=LOAD_CORE)
    passed = time.monotonic() - began
    others = (_machine_seconds() - all_used) - (server.processor_seconds() - used) - (_children_seconds() - own_used)
    # What is left to count is counted before another server's turn, and belongs to this round's processor time.
    server.wait_until_idle()
    return Round(load, (server.processor_seconds() - used) / load.answers * 1e6, max(0.0, others / passed))


def _machine_seconds() -> float:
    """What all programs have used of the processor, and what other machines on the same one have taken away."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + getattr(times, "steal", 0.0))


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
