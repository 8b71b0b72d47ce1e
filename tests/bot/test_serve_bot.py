"""How a leading bot ends, whatever hangs."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.container import Container, open_services
from bot.serve_bot import LOOPS, Helm, serve_bot
from bot.settings import Settings
from bot.starts import SANDBOX_TOKEN
from bot.stopping import Stopping
from bot.webhook import Webhook
from db.migrate import migrate
from tests.platform import running_platform
from tests.waiting import until

SOON = 5.0


@pytest.fixture
async def hole() -> AsyncIterator[str]:
    """Where Telegram should be: connections are taken, and nothing is ever said."""
    taken: set[asyncio.Task[None] | None] = set()

    async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.add(asyncio.current_task())
        try:
            await asyncio.Event().wait()
        finally:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    for task in taken:
        assert task is not None
        task.cancel()
    await asyncio.gather(*(task for task in taken if task), return_exceptions=True)


@pytest.fixture
async def container(tmp_path: Path, hole: str) -> AsyncIterator[Container]:
    settings = Settings(_env_file=None, data_dir=tmp_path).model_copy(
        update={"bot_token": SecretStr(SANDBOX_TOKEN), "telegram_api_url": hole, "admin_ids": frozenset({1})}
    )
    async with open_services(settings) as container:
        await migrate(container.database)
        yield container


@pytest.mark.parametrize("webhook", [None, Webhook("https://example.com/telegram/webhook", "secret")])
async def test_a_telegram_that_never_answers_keeps_nobody_from_stopping(container: Container, webhook: Webhook | None):
    stopping = Stopping()

    async def led() -> bool:
        return any(role.leads for role in (await container.services.operations.health(container.clock())).roles)

    running = asyncio.create_task(serve_bot(container, stopping, webhook))
    await until(led, True)
    began = time.monotonic()
    stopping.set()
    await asyncio.wait_for(running, 60)
    assert time.monotonic() - began < SOON


async def test_a_part_that_does_not_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cut_off = asyncio.Event()

    async def hangs(_helm: Helm) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut_off.set()
            raise

    monkeypatch.setattr("bot.serve_bot.LOOPS", (*LOOPS, hangs))
    monkeypatch.setattr("bot.serve_bot.LEAVE_SECONDS", 1.0)
    async with running_platform(tmp_path) as platform:
        await platform.world.person("Анна").start()
        began = time.monotonic()
        await platform.stop()
        assert time.monotonic() - began < SOON
    assert cut_off.is_set()
