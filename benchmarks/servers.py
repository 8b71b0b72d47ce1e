"""The servers that are measured, each in a process of its own on a core of its own.

    python -m benchmarks.servers NAME CORE [FOLDER]

Prints its port, serves until its standard input is closed, then prints one JSON object of figures.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any, cast

import psutil
import uvloop
from aiohttp import web

from db.engine import Database
from redirect_server.application import WebServices, WebSettings, build_application, listening
from services.clicks.countries import Countries
from services.clicks.river import ClickRiver
from services.clicks.visitors import VisitorHashes
from services.clicks.visits import Visits
from services.links.directory import LinkDirectory
from services.links.lifetime import Lifetime
from services.links.slots import Slots

# The load brings its visitors' addresses along, as a reverse proxy on this machine does.
TRUSTED = (ip_network("127.0.0.0/8"),)
TARGET = "https://example.com/some/page?with=a&query=string"
# The file with the address of the database.
DATABASE = "database"
FIXED = (
    f"HTTP/1.1 302 Found\r\nLocation: {TARGET}\r\nContent-Length: 0\r\n"
    "Content-Type: application/octet-stream\r\nDate: Sun, 01 Jan 2023 00:00:00 GMT\r\nServer: raw\r\n\r\n"
).encode()
Figures = dict[str, Any]


class Served:
    """A running server: ``port``, and after the block ``figures``."""

    def __init__(self, port: int, process: int) -> None:
        self.port = port
        self.figures: Figures = {}
        self._process = psutil.Process(process)

    def processor_seconds(self) -> float:
        """What all threads of the server have used of the processor."""
        times = self._process.cpu_times()
        return times.user + times.system

    def wait_until_idle(self) -> None:
        """Return once the server uses next to nothing of the processor."""
        used = self.processor_seconds()
        while True:
            time.sleep(0.5)
            before, used = used, self.processor_seconds()
            if used - before < 0.03:
                return


@contextmanager
def serving(name: str, *, core: int, folder: Path | None = None) -> Iterator[Served]:
    command = [sys.executable, "-m", "benchmarks.servers", name, str(core), *([str(folder)] if folder else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        served = Served(int(process.stdout.readline()), process.pid)
        yield served
        process.stdin.close()
        served.figures = json.loads(process.stdout.readline())


@asynccontextmanager
async def raw(_folder: Path, _figures: Figures) -> AsyncIterator[int]:
    """Answers each piece of input with one fixed redirect: the limit of the load generator and of the loop."""

    class Fixed(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast("asyncio.Transport", transport)

        def data_received(self, _data: bytes) -> None:
            self.transport.write(FIXED)

    server = await asyncio.get_running_loop().create_server(Fixed, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@asynccontextmanager
async def bare(_folder: Path, _figures: Figures) -> AsyncIterator[int]:
    """An aiohttp application with one route and one fixed redirect."""

    async def redirect(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": TARGET})

    application = web.Application()
    application.add_routes([web.get("/{slug}", redirect)])
    async with listening(application, host="127.0.0.1", port=0) as port:
        yield port


@asynccontextmanager
async def toklink(folder: Path, figures: Figures) -> AsyncIterator[int]:
    """Our redirect server over the database whose address stands in ``folder``, or a SQLite one in it."""
    named = folder / DATABASE
    url = named.read_text() if named.exists() else f"sqlite+aiosqlite:///{folder / 'toklink.db'}"
    database = Database.open(url)
    directory = LinkDirectory(database)
    directory.start()
    river = ClickRiver(database, folder / "journals")
    river.open()
    lifetime, slots, hashes = Lifetime(directory), Slots(database), VisitorHashes(database)
    lifetime.start()
    hashes.start()
    services = WebServices(
        ping=database.ping,
        directory=directory,
        lifetime=lifetime,
        slots=slots,
        visits=Visits(Countries()),
        hashes=hashes,
        river=river,
        texts=English(),
    )
    application = build_application(WebSettings(secure=True, trusted_proxies=TRUSTED), services)
    async with listening(application, host="127.0.0.1", port=0) as port:
        yield port
        figures["waiting"] = river.drain.lag().clicks
        began = time.monotonic()
        await river.drain.settled()
        figures["settled_in"] = time.monotonic() - began
        figures |= {"hits": directory.hits, "misses": directory.misses, "lost": river.journal.lost}
    await river.close()
    await hashes.close()
    await slots.close()
    await lifetime.close()
    await directory.close()
    await database.close()


class English:
    """Texts as they stand in the code."""

    def gettext(self, _language: str, text: str) -> str:
        return text


SERVERS = {"raw": raw, "bare": bare, "toklink": toklink}


async def _serve(name: str, folder: Path) -> None:
    figures: Figures = {}
    async with SERVERS[name](folder, figures) as port:
        # As the web role does when it has started.
        gc.collect()
        gc.freeze()
        print(port, flush=True)
        await asyncio.to_thread(sys.stdin.read)
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    _name, _core, *_folder = sys.argv[1:]
    os.sched_setaffinity(0, {int(_core)})
    uvloop.run(_serve(_name, Path(*_folder)))
