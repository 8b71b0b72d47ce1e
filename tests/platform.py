"""The platform as `toklink run` starts it, in the test's own process, with a clock that the test moves."""

import asyncio
import inspect
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import CellType, CodeType, FunctionType, SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.container import Container, open_services
from bot.keys import webhook_secret
from bot.lease import Leadership
from bot.serve_bot import serve_bot
from bot.serve_web import serve_web
from bot.settings import Settings
from bot.starts import SANDBOX_TOKEN, in_sandbox
from bot.stopping import Stopping, together
from bot.webhook import Webhook
from db.migrate import migrate
from db.tables import Link
from sandbox import SandboxClient, SandboxServer
from sandbox.tiktok import TikTokServer
from tests.databases import migrated_file
from tests.drawing import fork
from tests.servers import free_port
from tests.waiting import PATIENCE_SECONDS, until

# A bot reads the certificates of the whole world at its start. Here, hundreds start, and none of them speaks TLS.
CERTIFICATES_READ_ONCE = SimpleNamespace(create_default_context=cache(ssl.create_default_context))


@cache
def _signature_of(code: CodeType, *, bound: bool) -> inspect.Signature:
    """Names and kinds of what a function with this code takes."""
    signature = inspect.signature(FunctionType(code, {}, closure=tuple(CellType() for _ in code.co_freevars)))
    return signature.replace(parameters=list(signature.parameters.values())[bound:])


def _signature(callback: Callable[..., Any]) -> inspect.Signature:
    function = getattr(callback, "__func__", callback)
    if not isinstance(function, FunctionType):
        function = type(callback).__call__
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__") or hasattr(callback, "__signature__"):
        return inspect.signature(callback)
    return _signature_of(function.__code__, bound=function is not callback)


# A dispatcher looks at each handler and filter, to know what it takes: two thousand looks, for hundreds of dispatchers.
SIGNATURES_READ_ONCE = SimpleNamespace(**vars(inspect) | {"signature": _signature})

# No test asks TikTok itself: nobody listens on this port of this machine.
NOWHERE = "127.0.0.1:9"


@dataclass
class Clock:
    """Goes like any clock, and can be put forward."""

    shift: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def passes(self, **how_long: float) -> None:
        self.shift += timedelta(**how_long)


class Platform:
    """A bot and a redirect server in a sandbox; they can be restarted, the sandbox stays."""

    def __init__(
        self,
        settings: Settings,
        server: SandboxServer,
        world: SandboxClient,
        clock: Clock,
        tiktok: TikTokServer | None = None,
    ) -> None:
        self.settings = settings
        self.server = server
        self.world = world
        self.clock = clock
        self._tiktok = tiktok
        self.container: Container
        self.leadership: Leadership
        self._stopping = Stopping()
        self._running: asyncio.Task[None] | None = None

    @property
    def tiktok(self) -> TikTokServer:
        """What stands for TikTok; its clock is the platform's."""
        assert self._tiktok is not None, "running_platform(..., tiktok=True)"
        return self._tiktok

    async def start(self) -> None:
        ready = asyncio.Event()
        self._stopping = Stopping()
        self._running = asyncio.create_task(self._run(ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self._running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            await self._running

    async def stop(self) -> None:
        self._stopping.set()
        if self._running is not None:
            await self._running

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def counted(self, *, clicks: int, bots: int, within: float = PATIENCE_SECONDS) -> None:
        """Wait until the counters of all links together say so."""

        async def sums() -> tuple[int, int]:
            async with self.container.database.read() as session:
                row = (await session.execute(select(func.sum(Link.clicks), func.sum(Link.bots)))).one()
            return int(row[0]), int(row[1])

        await until(sums, (clicks, bots), within=within)

    async def _run(self, ready: asyncio.Event) -> None:
        async with open_services(self.settings, self.clock) as self.container:
            await migrate(self.container.database)
            # Most tests draw nothing, and a process that warms up takes seconds from all others.
            self.container.services.pictures.warm = False

            async def is_ready() -> None:
                ready.set()

            webhook = None
            if self.settings.webhook_url:
                webhook = Webhook(self.settings.webhook_url, webhook_secret(self.settings))
            routes = webhook.routes() if webhook else ()
            self.leadership = Leadership(self.container.database)
            await together(
                self._stopping,
                lambda stop: serve_bot(self.container, stop, webhook, leadership=self.leadership),
                lambda stop: serve_web(self.container, stop, bot_url=self.server.url, routes=routes, on_ready=is_ready),
            )


@asynccontextmanager
async def running_platform(
    folder: Path,
    changes: Mapping[str, Any] | None = None,
    *,
    enforce_rates: bool = False,
    tiktok: bool = False,
) -> AsyncIterator[Platform]:
    """A platform with its files in ``folder``; ``changes`` are settings that differ from the sandbox's.

    ``enforce_rates``: Telegram refuses what comes too fast, as it really does. ``tiktok``: there is one, too, asked
    without a browser (``changes={"tiktok_chromium": path}``: with it).
    """
    clock = Clock()
    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("aiogram.client.session.aiohttp.ssl", CERTIFICATES_READ_ONCE)
        patch.setattr("aiogram.dispatcher.event.handler.inspect", SIGNATURES_READ_ONCE)
        patch.setattr("services.pictures.studio._start", fork)
        server = await stack.enter_async_context(SandboxServer(SANDBOX_TOKEN, now=clock, enforce_rates=enforce_rates))
        world = await stack.enter_async_context(SandboxClient(server.url, timeout=PATIENCE_SECONDS))
        stand_in = await stack.enter_async_context(TikTokServer(clock)) if tiktok else None
        settings = in_sandbox(
            Settings(_env_file=None, data_dir=folder, web_port=free_port(), tiktok_chromium="off"),
            server.url,
            tiktok_resolve=stand_in.resolve if stand_in else NOWHERE,
        )
        if not (folder / "toklink.db").exists():
            (folder / "toklink.db").write_bytes(migrated_file())
        platform = Platform(settings.model_copy(update=dict(changes or {})), server, world, clock, stand_in)
        await platform.start()
        stack.push_async_callback(platform.stop)
        yield platform
        assert server.violations == []
        assert server.unanswered_presses() == []
