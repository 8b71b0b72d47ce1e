"""A web process under fire: started, clicked at, killed, succeeded, and the books looked at."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from db.engine import Database
from db.queries import links, people
from db.tables import Click, ClickCount, Link
from tests.kill.launch import Order, serve
from tests.processes import processes

CONNECTIONS = 16
LINKS = 20
PATIENCE = 30.0
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
PREVIEW = "TelegramBot (like TwitterBot)"


class WebProcess:
    """A real process with the redirect server in it."""

    def __init__(self, order: Order) -> None:
        self._pipe, theirs = processes.Pipe()
        self._process = processes.Process(target=serve, args=(order, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.port = 0

    async def settled(self) -> int:
        """Wait until what its journal holds is counted; how much it knows of that is not."""
        self._pipe.send("settled")
        return await self._received()

    async def recorded(self) -> int:
        """How many clicks it has recorded since it started."""
        self._pipe.send("recorded")
        return await self._received()

    async def listens(self) -> None:
        self.port = await self._received()

    def kill(self) -> None:
        self._process.kill()

    async def died(self) -> int | None:
        """Its exit code, negative for the signal that ended it; None when it still lives."""
        await asyncio.to_thread(self._process.join, PATIENCE)
        return self._process.exitcode

    async def stop(self) -> None:
        self._pipe.send(None)
        assert await self.died() == 0

    async def _received(self) -> int:
        assert await asyncio.to_thread(self._pipe.poll, PATIENCE), "the web process says nothing"
        number: int = self._pipe.recv()
        return number


@asynccontextmanager
async def web_process(order: Order) -> AsyncIterator[WebProcess]:
    process = WebProcess(order)
    try:
        await process.listens()
        yield process
    finally:
        process.kill()
        await process.died()


@dataclass
class Clicks:
    """What clients have sent, and for what they got a redirect."""

    sent: int = 0
    answered: int = 0


async def click_until_it_dies(port: int, slugs: list[str], clicks: Clicks) -> None:
    """Many clients click as fast as they get answers, until their connections break."""
    await asyncio.gather(*(_client(port, slugs[number:] + slugs[:number], clicks) for number in range(CONNECTIONS)))


async def click_for(seconds: float, port: int, slugs: list[str], clicks: Clicks) -> None:
    """Many clients click for a while; each waits for its last answer."""
    stop = asyncio.Event()
    clients = [asyncio.create_task(_client(port, slugs, clicks, stop)) for _ in range(CONNECTIONS)]
    await asyncio.sleep(seconds)
    stop.set()
    await asyncio.gather(*clients)


async def _client(port: int, slugs: list[str], clicks: Clicks, stop: asyncio.Event | None = None) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for turn in range(1_000_000):
                agent = PREVIEW if turn % 7 == 0 else BROWSER
                cookie = "Cookie: visitor=somebody\r\n" if turn % 3 == 0 else ""
                slug = slugs[turn % len(slugs)]
                clicks.sent += 1
                writer.write(f"GET /{slug} HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\n{cookie}\r\n".encode())
                answer = await reader.readuntil(b"\r\n\r\n")
                assert answer.startswith(b"HTTP/1.1 302"), answer
                clicks.answered += 1
                if stop is not None and stop.is_set():
                    return
        finally:
            writer.close()


async def make_links(database: Database) -> list[str]:
    now = datetime.now(UTC)
    slugs = [f"link{number:03}" for number in range(LINKS)]
    async with database.write() as session:
        await people.add_if_new(session, 1, now)
        for slug in slugs:
            await links.add(session, slug=slug, owner_id=1, target="https://example.com/", now=now)
    return slugs


@dataclass(frozen=True)
class Books:
    """(clicks, visitors, bots) of each link, as three places have them that must agree."""

    links: dict[int, tuple[int, int, int]]
    buckets: dict[int, tuple[int, int, int]]
    raw: dict[int, tuple[int, int, int]]

    @property
    def counted(self) -> int:
        return sum(clicks + bots for clicks, _visitors, bots in self.links.values())


async def books(database: Database) -> Books:
    async with database.read() as session:
        beside = await session.execute(
            select(Link.id, Link.clicks, Link.visitors, Link.bots).where(Link.clicks + Link.bots > 0)
        )
        buckets = await session.execute(
            select(
                ClickCount.link_id,
                func.sum(ClickCount.clicks),
                func.sum(ClickCount.visitors),
                func.sum(ClickCount.bots),
            ).group_by(ClickCount.link_id)
        )
        raw = await session.execute(
            select(
                Click.link_id,
                func.count().filter(~Click.bot),
                func.count().filter(Click.first_visit),
                func.count().filter(Click.bot),
            ).group_by(Click.link_id)
        )
        return Books(*({row[0]: (row[1], row[2], row[3]) for row in rows} for rows in (beside, buckets, raw)))
