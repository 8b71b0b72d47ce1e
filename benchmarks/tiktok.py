"""TikTok through Chromium: a cold account with its posts, and a soak of 2,000 accounts with the browser recycled.

Against the stand-in, in a process of its own. Fails where a cold account takes more than a second, where the soak
leaves a process behind, or where memory, ours and the browser's, still grows after the second recycling.
"""

import asyncio
import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psutil
import uvloop

from sandbox.tiktok.creators import usernames
from services.tiktok.sources import Sources
from services.tiktok.sources.chromium import find_chromium
from services.tiktok.sources.processes import ProcessTree, drivers

ACCOUNTS, AT_ONCE, POSTS = 2_000, 4, 45
COLD, MOST_COLD_SECONDS = 60, 1.0
WEIGHED_EVERY = 25
# Of the peak up to the second recycling: what a peak of the same kind differs by from run to run.
MOST_GROWTH = 1.05
STAND_IN = """
import asyncio
from sandbox.tiktok.server import TikTokServer

async def main():
    async with TikTokServer() as tiktok:
        print(tiktok.resolve, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@dataclass
class Soak:
    """``peaks``: bytes by browser, in their order; ``processes``: ours, as the first browser had and the last has."""

    seconds: float = 0.0
    failed: int = 0
    peaks: list[int] = field(default_factory=list)
    at_first: int = 0
    at_last: int = 0
    left: int = 0


def run() -> bool:
    """Print the figures; whether they are good enough."""
    if find_chromium("") is None:
        print("  no Chromium on this machine")
        return False
    return uvloop.run(_run())


async def _run() -> bool:
    async with stand_in() as resolve:
        cold = await _cold(resolve)
        p95 = statistics.quantiles(cold, n=100)[94]
        print(f"  {COLD} accounts of {POSTS} posts, each for the first time, one after the other, the session warm:")
        print(f"  p50 {statistics.median(cold):.2f} s, p95 {p95:.2f} s, most {max(cold):.2f} s", end=" ")
        print(f"(wanted: p95 of at most {MOST_COLD_SECONDS:g} s)", flush=True)
        soak = await _soak(resolve)
    pace = ACCOUNTS / soak.seconds
    print(
        f"  {ACCOUNTS:,} accounts, {AT_ONCE} at once: {soak.seconds:.0f} s, {pace:.1f} a second, {soak.failed} failed"
    )
    print(f"  memory at its most, by browser: {', '.join(f'{peak / 2**20:.0f} MB' for peak in soak.peaks)}")
    print(
        f"  processes: {soak.at_first} with the first browser, {soak.at_last} with the last, {soak.left} left after it"
    )
    early, late = soak.peaks[:3], soak.peaks[3:]
    steady = bool(late) and max(late) <= max(early) * MOST_GROWTH
    print(f"  wanted: at least four browsers, none after the third above {MOST_GROWTH - 1:.0%} more than those before")
    tidy = soak.at_first == soak.at_last and not soak.left and not soak.failed
    return p95 <= MOST_COLD_SECONDS and steady and tidy


@asynccontextmanager
async def stand_in() -> AsyncIterator[str]:
    """An invented TikTok in a process of its own; yields what TIKTOK_RESOLVE would say."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", STAND_IN, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def _sources(resolve: str) -> AsyncIterator[Sources]:
    async def report(error: Exception, source: str) -> None:
        print(f"  {source}: {error!r}")

    sources = Sources.open(
        resolve=resolve,
        tokens=[],
        proxies=[],
        chromium=find_chromium(""),
        clock=lambda: datetime.now(UTC),
        report=report,
    )
    try:
        yield sources
    finally:
        await sources.close()


async def _cold(resolve: str) -> list[float]:
    """Seconds that each took."""
    times = []
    async with _sources(resolve) as sources:
        first, *others = usernames()[: COLD + 1]
        await sources.fetch(first, POSTS)
        for username in others:
            began = time.monotonic()
            await sources.fetch(username, POSTS)
            times.append(time.monotonic() - began)
    return times


async def _soak(resolve: str) -> Soak:
    soak = Soak()
    before = _ours()
    names = itertools.islice(itertools.cycle(usernames()), ACCOUNTS)
    async with _sources(resolve) as sources:
        await sources.fetch(usernames()[0], POSTS)
        soak.at_first = len(_ours() - before)
        began = time.monotonic()
        done = itertools.count(1)
        seen: list[set[psutil.Process]] = []

        async def ask() -> None:
            for username in names:
                fetched = await sources.fetch(username, POSTS)
                soak.failed += fetched.source != "browser" or not fetched.posts
                if next(done) % WEIGHED_EVERY == 0:
                    await _weigh(soak, seen)

        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
        soak.seconds = time.monotonic() - began
        soak.at_last = len(_ours() - before)
    soak.left = len(_ours() - before)
    return soak


async def _weigh(soak: Soak, seen: list[set[psutil.Process]]) -> None:
    """Note what this process and its browser hold. ``seen``: the drivers of every browser so far."""
    running = await asyncio.to_thread(drivers)
    if not running or len(running) > 1:
        # It is being replaced.
        return
    if running not in seen:
        seen.append(running)
        soak.peaks.append(0)
    place = seen.index(running)
    weight = await ProcessTree(running).memory() + psutil.Process().memory_full_info().uss
    soak.peaks[place] = max(soak.peaks[place], weight)


def _ours() -> set[psutil.Process]:
    """What this process has started, and what that has."""
    return set(psutil.Process().children(recursive=True))
