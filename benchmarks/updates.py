"""Updates a second through the inbox with a trivial handler, beside a bare aiogram echo on the same sandbox."""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.bots import TOKEN, talking
from sandbox import SandboxServer, deeds
from sandbox.people import Account

PEOPLE = 200
FIRST_ID = 5_000
# At once, for the rate; then one after the other at a steady pace, for the time that one takes.
FLOOD, PACED, PACED_A_SECOND = 2_000, 200, 80
ROUNDS = 5
BOT_CORE, SANDBOX_CORE = 0, 1
WANTED_RATIO = 0.5
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """``rate`` in updates a second; from the update to the bot's first call in milliseconds."""

    rate: float
    median: float
    p99: float


def run() -> bool:
    """Print the figures; whether they are good enough."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {SANDBOX_CORE})
    try:
        bare, ours = uvloop.run(_rounds())
    finally:
        os.sched_setaffinity(0, cores)
    ratios = [mine.rate / other.rate for other, mine in zip(bare, ours, strict=True)]
    ratio = statistics.median(ratios)
    print(
        f"  one core for the bot, one for the sandbox; {FLOOD:,} messages of {PEOPLE} people; {ROUNDS} rounds in turn"
    )
    print(f"  {'':42}{'a second':>10}{'p50, ms':>10}{'p99, ms':>10}")
    _line("bare aiogram echo, confirmed before handled", bare)
    _line("the same echo behind the inbox (SQLite)", ours)
    print(f"  ratio {ratio:.2f} (rounds: {' '.join(f'{each:.2f}' for each in ratios)}; wanted: {WANTED_RATIO})")
    return ratio >= WANTED_RATIO


def _line(name: str, rounds: Sequence[Round]) -> None:
    rate, median, p99 = (
        statistics.median(getattr(each, what) for each in rounds) for what in ("rate", "median", "p99")
    )
    print(f"  {name:42}{rate:>10,.0f}{median:>10.1f}{p99:>10.1f}")


async def _rounds() -> tuple[list[Round], list[Round]]:
    rounds: tuple[list[Round], list[Round]] = ([], [])
    async with AsyncExitStack() as stack:
        crowds = [await stack.enter_async_context(_crowd(name)) for name in ("bare", "inbox")]
        for number in range(ROUNDS):
            for crowd, done in zip(crowds, rounds, strict=True):
                done.append(await _round(crowd, number))
    return rounds


@asynccontextmanager
async def _crowd(name: str) -> AsyncIterator["Crowd"]:
    """People in a sandbox of their own, where the bot has answered once."""
    people = [Account(FIRST_ID + number, f"№ {number}", started=True) for number in range(PEOPLE)]
    with tempfile.TemporaryDirectory(prefix="toklink-bench-") as folder:
        async with (
            SandboxServer(TOKEN, people=people) as server,
            talking(name, core=BOT_CORE, url=server.url, folder=Path(folder)),
        ):
            crowd = Crowd(server)
            crowd.writes("is anybody there?")
            await crowd.is_answered()
            yield crowd


async def _round(crowd: "Crowd", number: int) -> Round:
    rate = await _flood(crowd, number)
    times = await _paced(crowd, number)
    return Round(rate, statistics.median(times), statistics.quantiles(times, n=100)[98])


class Crowd:
    """People who write, and know when the bot answered."""

    def __init__(self, server: SandboxServer) -> None:
        self._server = server
        self._written: dict[str, float] = {}
        # The wall clock's time of the bot's first call for each text.
        self._answered: dict[str, float] = {}
        self._seen = 0

    def writes(self, text: str) -> None:
        person = FIRST_ID + len(self._written) % PEOPLE
        self._written[text] = time.time()
        deeds.send(self._server.world, person, person, text)

    async def is_answered(self) -> float:
        """Return when every message was; the time of the last answer."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while len(self._answered) < len(self._written):
            if time.monotonic() > ends:
                raise TimeoutError(f"{len(self._written) - len(self._answered)} messages were not answered")
            await asyncio.sleep(0.02)
            self._look()
        return max(self._answered.values())

    def milliseconds(self, text: str) -> float:
        return (self._answered[text] - self._written[text]) * 1000

    def _look(self) -> None:
        for call in self._server.world.log.since(self._seen):
            self._seen = call.number
            if call.method == "sendMessage":
                self._answered.setdefault(call.parameters["text"], call.at.timestamp() - call.milliseconds / 1000)


async def _flood(crowd: Crowd, number: int) -> float:
    began = time.time()
    for each in range(FLOOD):
        crowd.writes(f"flood {number}, {each}")
    return FLOOD / (await crowd.is_answered() - began)


async def _paced(crowd: Crowd, number: int) -> list[float]:
    texts = [f"paced {number}, {each}" for each in range(PACED)]
    for text in texts:
        crowd.writes(text)
        await asyncio.sleep(1 / PACED_A_SECOND)
    await crowd.is_answered()
    return [crowd.milliseconds(text) for text in texts]
