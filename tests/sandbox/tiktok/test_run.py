"""`toklink run` and `toklink sandbox` start the invented TikTok, too."""

import signal
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from sandbox.clock import KeptClock
from tests.bot.test_commands_line import Toklink, line_with, outcome, toklink
from tests.servers import free_port

__all__ = ["toklink"]


async def test_run_without_a_token_has_a_tiktok_whose_day_is_turned_for_good(toklink: Toklink, tmp_path: Path):
    process = await toklink("run", WEB_PORT=str(free_port()), SANDBOX_PORT=str(free_port()))
    address = (await line_with(process, "Chat with the bot")).split()[-1]
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{address}/people/tiktok/day", json={"days": 1}) as answer,
    ):
        told = await answer.json()
    ahead = datetime.fromisoformat(told["now"]) - datetime.now(UTC)
    assert timedelta(hours=23) < ahead <= timedelta(days=1)
    process.send_signal(signal.SIGINT)
    assert (await outcome(process))[0] == 0
    assert KeptClock(tmp_path / "var/sandbox-clock").shift == timedelta(days=1)
    top = tomllib.loads((tmp_path / "var/sandbox-top.toml").read_text("utf-8"))["accounts"]
    assert len(top) >= 100
    assert set(top) <= set(told["creators"])


async def test_the_sandbox_alone_says_where_its_tiktok_is(toklink: Toklink):
    process = await toklink("sandbox", SANDBOX_PORT=str(free_port()))
    resolve = (await line_with(process, "TIKTOK_RESOLVE=")).removeprefix("TIKTOK_RESOLVE=")
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as http,
        http.get(f"https://{resolve}/embed/@lera_pechet") as answer,
    ):
        assert answer.status == 200
        assert "Лера печёт" in await answer.text()
    process.send_signal(signal.SIGINT)
    assert (await outcome(process))[0] == 0
