"""The network between a web process and its database, which a test can cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.engine import make_url


class Network:
    """Passes connections on to a database server, while it is whole."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()
        self.port = 0

    async def mend(self) -> None:
        """At the same port as before."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Connections break, and new ones are refused."""
        assert self._server is not None
        self._server.close()
        for passing in self._passing:
            passing.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        # Being cut ends it like anything else.
        with suppress(asyncio.CancelledError, OSError):
            there, back = await asyncio.open_connection(*self._to)
            try:
                await asyncio.gather(_copy(reader, back), _copy(there, writer))
            finally:
                back.close()
        writer.close()
        self._passing.discard(task)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def network_to(database_url: str) -> AsyncIterator[tuple[Network, str]]:
    """A network that is whole, and the database's address at its other end."""
    url = make_url(database_url)
    assert url.host is not None
    assert url.port is not None
    network = Network(url.host, url.port)
    await network.mend()
    try:
        yield network, url.set(host="127.0.0.1", port=network.port).render_as_string(hide_password=False)
    finally:
        await network.cut()
