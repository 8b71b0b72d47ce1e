"""A real HTTP proxy, and a site of TikTok's names that leads wherever a test says."""

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from types import TracebackType

from aiohttp import web

from sandbox.tiktok.certificate import server_context


class Proxy:
    """Passes CONNECT on to ``port`` of this machine, whatever name is asked for; counts who came by their names.

    ``fails``: what it does instead: "hangs", "resets", or answers with this status.
    """

    def __init__(self, port: int, fails: str = "") -> None:
        self._to = port
        self._fails = fails
        # How often anybody came at all.
        self.knocks = 0
        self.comers: Counter[str] = Counter()
        self._pipes: set[asyncio.Task[None]] = set()
        self._sides: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.close()
        for pipe in self._pipes:
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    def address(self, name: str = "", password: str = "") -> str:
        who = f"{name}:{password}@" if name else ""
        return f"http://{who}127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def breaks(self) -> None:
        """Nobody is served any more, and all connections are gone."""
        self._fails = "resets"
        for side in self._sides:
            side.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pipes.add(task)
        task.add_done_callback(self._pipes.discard)
        sides = [writer]
        self._sides.add(writer)
        try:
            name = _name(await reader.readuntil(b"\r\n\r\n"))
            self.knocks += 1
            if self._fails:
                await self._fail(reader, writer)
                return
            if name is None:
                # A browser says who it is only once it is asked.
                writer.write(b'HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n')
                name = _name(await reader.readuntil(b"\r\n\r\n"))
            self.comers[name or ""] += 1
            there, on = await asyncio.open_connection("127.0.0.1", self._to)
            sides.append(on)
            writer.write(b"HTTP/1.1 200 Here\r\n\r\n")
            await asyncio.gather(_pipe(reader, on), _pipe(there, writer))
        except (OSError, asyncio.IncompleteReadError):
            # Whoever came has left.
            return
        finally:
            self._sides.discard(writer)
            for side in sides:
                side.transport.abort()

    async def _fail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fails == "hangs":
            # Until who came leaves.
            await reader.read()
        elif self._fails != "resets":
            writer.write(f"HTTP/1.1 {self._fails} No\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()


def _name(head: bytes) -> str | None:
    """Whose request it is; None where it does not say."""
    for line in head.decode("latin-1").split("\r\n"):
        if line.lower().startswith("proxy-authorization: basic "):
            return base64.b64decode(line[len("proxy-authorization: basic ") :]).decode().partition(":")[0]
    return None


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


@asynccontextmanager
async def redirecting(places: Mapping[str, str]) -> AsyncIterator[str]:
    """TIKTOK_RESOLVE of a site that redirects each path to its place."""

    async def lead(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": places[request.path]})

    application = web.Application()
    application.router.add_get("/{path:.*}", lead)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_context())
    await site.start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
