"""Clicks counted a second, by all that is kept of them, while redirects go on; a burst of them, exactly."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.bursts import burst, left_journal, wrong
from benchmarks.people import clicks as requests_of
from benchmarks.servers import DATABASE, TARGET, serving
from db.engine import Database
from db.migrate import migrate
from db.queries import links, people
from db.tables import Link
from tests.servers import postgres_server

LINKS = 1_000
BURST = 200_000
REDIRECTS_A_SECOND, CONNECTIONS = 1_000, 8
# The link that redirects lead through meanwhile; the burst has no click of it.
LIVE = "live"
WANTED = {"sqlite": 5_000, "postgresql": 20_000}
MOST_SECONDS = 300.0
SERVER_CORE = 0


@dataclass(frozen=True, slots=True)
class Drained:
    """How fast a burst was counted and what redirects took meanwhile, in milliseconds; what was counted wrong."""

    rate: float
    redirects: float
    median: float
    p99: float
    wrong: list[str]


def run() -> bool:
    """Print the figures; whether they are good enough."""
    print(f"  {BURST:,} clicks on {LINKS:,} links by Zipf's law; {REDIRECTS_A_SECOND:,} redirects a second go on")
    good = True
    for kind, wanted in WANTED.items():
        with tempfile.TemporaryDirectory(prefix="toklink-bench-") as folder, _address(kind, Path(folder)) as url:
            found = asyncio.run(_measure(url, Path(folder)))
        print(
            f"  {kind:12}{found.rate:>8,.0f} clicks a second (wanted: {wanted:,}); {found.redirects:,.0f} redirects,"
            f" p50 {found.median:.1f} ms, p99 {found.p99:.1f} ms;"
            f" {'; '.join(found.wrong[:5]) or 'exact, link by link and device by device'}",
            flush=True,
        )
        good = good and found.rate >= wanted and not found.wrong
    return good


@contextmanager
def _address(kind: str, folder: Path) -> Iterator[str]:
    """Of an empty database; PostgreSQL waits for its disk as it does in earnest."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'toklink.db'}"
        return
    with postgres_server(durable=True) as server:
        asyncio.run(_create(server))
        yield f"{server}/bench"


async def _create(server: str) -> None:
    engine = create_async_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("CREATE DATABASE bench"))
    await engine.dispose()


async def _measure(url: str, folder: Path) -> Drained:
    (folder / DATABASE).write_text(url)
    database = Database.open(url)
    await migrate(database)
    clicks = burst(await _links(database), BURST)
    journal = await left_journal(folder / "left", clicks)
    with serving("toklink", core=SERVER_CORE, folder=folder) as ours:
        live = Live(ours.port)
        clicking = asyncio.create_task(live.click())
        # Taken over within seconds: a burst that waits all at once.
        journal.rename(folder / "journals" / journal.name)
        rate = await _rate(database)
        live.over.set()
        await clicking
        await asyncio.to_thread(ours.wait_until_idle)
    complaints = await wrong(database, clicks)
    if (counted := await _counted(database)) != BURST + len(live.seconds):
        complaints.append(f"{counted} clicks instead of {BURST + len(live.seconds)}")
    await database.close()
    cuts = statistics.quantiles(live.seconds, n=100)
    return Drained(rate, live.rate, cuts[49] * 1000, cuts[98] * 1000, complaints)


async def _links(database: Database) -> list[int]:
    now, ids = datetime.now(UTC), []
    async with database.write() as session:
        await people.add_if_new(session, 1, now)
        for slug in (*(f"link{number:04}" for number in range(LINKS)), LIVE):
            link = await links.add(session, slug=slug, owner_id=1, target=TARGET, now=now)
            assert link is not None
            ids.append(link.id)
    return ids[:-1]


async def _rate(database: Database) -> float:
    """Clicks counted a second, from the first batch of the burst to its last."""
    began, first, ends = 0.0, 0, time.monotonic() + MOST_SECONDS
    while (counted := await _counted(database, burst_alone=True)) < BURST:
        if counted and not began:
            began, first = time.monotonic(), counted
        assert time.monotonic() < ends, f"{counted} of {BURST} clicks were counted"
        await asyncio.sleep(0.05)
    return (BURST - first) / (time.monotonic() - began)


async def _counted(database: Database, *, burst_alone: bool = False) -> int:
    chosen = Link.slug != LIVE if burst_alone else Link.slug.is_not(None)
    async with database.read() as session:
        return int(await session.scalar(select(func.sum(Link.clicks + Link.bots)).where(chosen)) or 0)


class Live:
    """Connections that click at a steady pace, each once its last answer is there."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.over = asyncio.Event()
        # What each answer took.
        self.seconds: list[float] = []
        self.rate = 0.0

    async def click(self) -> None:
        """Until ``over`` is set."""
        began = time.monotonic()
        requests = [request.encode() for request in requests_of([LIVE], 5_000, seed=5)]
        each = len(requests) // CONNECTIONS
        await asyncio.gather(
            *(self._connection(requests[place * each : (place + 1) * each]) for place in range(CONNECTIONS))
        )
        self.rate = len(self.seconds) / (time.monotonic() - began)

    async def _connection(self, requests: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        due = time.monotonic()
        while not self.over.is_set():
            sent = time.monotonic()
            writer.write(requests[len(self.seconds) % len(requests)])
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 302"), answer
            self.seconds.append(time.monotonic() - sent)
            due += CONNECTIONS / REDIRECTS_A_SECOND
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        writer.close()


if __name__ == "__main__":
    run()
