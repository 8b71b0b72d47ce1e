"""How long a person's /start takes while 20 long works of others are under way, in the whole bot."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import uvloop

from benchmarks.bots import FIRST_WORKER_ID, TOKEN, WORKS, talking
from sandbox import SandboxServer, deeds
from sandbox.people import Account
from sandbox.world import World

T = TypeVar("T")
STARTS, SECONDS_BETWEEN = 120, 0.1
FIRST_ID = 5_000
MOST_MILLISECONDS_P95 = 300.0
PATIENCE_SECONDS = 60.0


def run() -> bool:
    """Print the figures; whether they are good enough."""
    quiet = uvloop.run(_times("toklink", works=0))
    busy = uvloop.run(_times("busy", works=WORKS))
    print(f"  {STARTS} people send /start one after the other, {1 / SECONDS_BETWEEN:g} a second; both cores for all")
    print(f"  {'from /start to the answer, in ms':42}{'p50':>8}{'p95':>8}{'most':>8}")
    _line("the whole bot, with nothing else to do", quiet)
    _line(f"with {WORKS} long works of others under way", busy)
    p95 = _p95(busy)
    print(f"  wanted: p95 of at most {MOST_MILLISECONDS_P95:g} ms during the works")
    return p95 <= MOST_MILLISECONDS_P95


def _line(name: str, times: Sequence[float]) -> None:
    print(f"  {name:42}{statistics.median(times):>8.0f}{_p95(times):>8.0f}{max(times):>8.0f}")


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100)[94]


async def _times(bot: str, *, works: int) -> list[float]:
    people = [Account(FIRST_ID + number, f"№ {number}", started=True) for number in range(STARTS + 1)]
    people += [Account(FIRST_WORKER_ID + number, f"W {number}", started=True) for number in range(works)]
    with tempfile.TemporaryDirectory(prefix="toklink-bench-") as folder:
        async with (
            SandboxServer(TOKEN, people=people) as server,
            talking(bot, core=None, url=server.url, folder=Path(folder)),
        ):
            await _answer(server, FIRST_ID + STARTS)
            await _until(lambda: _busy(server.world) >= works or None)
            times = []
            for number in range(STARTS):
                times.append(asyncio.create_task(_answer(server, FIRST_ID + number)))
                await asyncio.sleep(SECONDS_BETWEEN)
            return list(await asyncio.gather(*times))


def _busy(world: World) -> int:
    """How many of the works have shown that they began."""
    begun = {
        call.parameters.get("chat_id")
        for call in world.log.calls
        if call.method == "editMessageText" and int(call.parameters["chat_id"]) >= FIRST_WORKER_ID
    }
    return len(begun)


async def _answer(server: SandboxServer, person_id: int) -> float:
    """Milliseconds until the bot's first call for the person's /start has arrived."""
    began = time.time()
    deeds.send(server.world, person_id, person_id, "/start")
    call = await _until(
        lambda: next((c for c in server.calls if c.parameters.get("chat_id") in {person_id, str(person_id)}), None)
    )
    return (call.at.timestamp() - began) * 1000


async def _until(look: Callable[[], T | None]) -> T:
    """What ``look`` sees once it sees something."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        if time.monotonic() > ends:
            raise TimeoutError("the bot does not answer")
        await asyncio.sleep(0.01)
    return seen
