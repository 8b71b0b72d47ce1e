"""A webhook to look into, for tests of what is brought to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from sandbox import SandboxServer
from tests.sandbox.conftest import TOKEN, Clock, RawBot, until

SECRET = "A-secret_of-the_webhook"
Answer = Callable[[dict[str, Any]], Awaitable[web.Response]]


async def fine(_: dict[str, Any]) -> web.Response:
    return web.Response()


class Hook:
    """A webhook that keeps what it gets; `answer` may be changed at any time."""

    def __init__(self) -> None:
        self.answer: Answer = fine
        self.updates: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.url = ""
        self._changed = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.updates.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self._changed.set()
        return await self.answer(update)

    async def got(self, count: int) -> list[int]:
        """Wait for so many updates; their ids."""
        async with asyncio.timeout(15):
            while len(self.updates) < count:
                self._changed.clear()
                await self._changed.wait()
        return [update["update_id"] for update in self.updates]

    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.updates]


async def serve(application: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    application = web.Application()
    application.router.add_post("/telegram", hook.take)
    runner, hook.url = await serve(application)
    yield hook
    await runner.cleanup()


@pytest.fixture
def delays() -> list[tuple[int, int]]:
    """How often an update had failed, and the Retry-After, each time that the sandbox asked how long to wait."""
    return []


@pytest.fixture
async def server(clock: Clock, delays: list[tuple[int, int]]) -> AsyncIterator[SandboxServer]:
    def at_once(failures: int, retry_after: int) -> float:
        delays.append((failures, retry_after))
        return 0.01

    async with SandboxServer(TOKEN, now=clock, webhook_delays=at_once, webhook_seconds=0.5) as running:
        yield running


async def info(raw: RawBot) -> dict[str, Any]:
    found: dict[str, Any] = (await raw.call("getWebhookInfo"))["result"]
    return found


async def nothing_pends(raw: RawBot) -> None:
    async def empty() -> bool:
        return (await info(raw))["pending_update_count"] == 0

    await until(empty)


async def the_error(raw: RawBot) -> str:
    """Wait until something went wrong; what getWebhookInfo says of it."""

    async def told() -> bool:
        return "last_error_message" in await info(raw)

    await until(told)
    return str((await info(raw))["last_error_message"])
