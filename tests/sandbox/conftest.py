"""A sandbox, an unmodified aiogram bot that talks to it, and people."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from sandbox import Person, SandboxClient, SandboxServer

TOKEN = "42:TESTS-token-of-the-sandbox-bot"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def passes(self, **how_long: float) -> None:
        self.time += timedelta(**how_long)


async def until(look: Callable[[], Awaitable[object]], *, seconds: float = 15.0) -> None:
    """Wait until this is so."""
    tries = int(seconds / 0.01)
    for _ in range(tries):
        if await look():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"It is not so after {seconds} seconds.")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(TOKEN, now=clock) as running:
        yield running


@pytest.fixture
async def world(server: SandboxServer) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(server.url, timeout=15) as client:
        yield client


@pytest.fixture
def anna(world: SandboxClient) -> Person:
    return world.person("Анна")


@pytest.fixture
def ben(world: SandboxClient) -> Person:
    return world.person("Бен")


@pytest.fixture
async def bot(server: SandboxServer) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    yield Bot(TOKEN, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    # The session's own close() waits a quarter of a second for TLS, which is not spoken here.
    await (await session.create_session()).close()


@pytest.fixture
def dispatcher() -> Dispatcher:
    return Dispatcher()


@pytest.fixture
async def polling(bot: Bot, dispatcher: Dispatcher) -> AsyncIterator[Callable[[], None]]:
    """Call it once the handlers are registered: the bot then serves until the test ends."""
    tasks: list[asyncio.Task[None]] = []

    def begin() -> None:
        tasks.append(asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)))

    yield begin
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class RawBot:
    """Calls of the Bot API as bare HTTP, for what aiogram would not send or would hide."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self.base = f"{url}/bot{TOKEN}"

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        async with self._http.post(f"{self.base}/{method}", json=parameters) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == (200 if body["ok"] else body["error_code"])
            return body

    async def refusal(self, method: str, **parameters: Any) -> str:
        """The description of an error; fails when the call is accepted."""
        body = await self.call(method, **parameters)
        assert not body["ok"], body
        return str(body["description"])


@pytest.fixture
def raw(http: aiohttp.ClientSession, server: SandboxServer) -> RawBot:
    return RawBot(http, server.url)
