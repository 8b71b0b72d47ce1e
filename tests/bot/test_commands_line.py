"""The command `toklink` as a person calls it, in a process of its own.

An interpreter takes seconds to import all that there is. So one test starts it as a person does; the others fork their
processes from one that has done that, and all else of them is as real.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox import SandboxClient, SandboxServer
from tests.processes import Command, forked_command
from tests.servers import free_port

Running = Process | Command
Toklink = Callable[..., Awaitable[Running]]
PATIENCE_SECONDS = 60


@pytest.fixture
async def toklink(tmp_path: Path) -> AsyncIterator[Toklink]:
    """Starts `toklink …` with settings of its own in an empty folder; what still runs at the end is ended."""
    async with ending(forked_command, tmp_path) as start:
        yield start


@pytest.fixture
async def toklink_by_a_new_interpreter(tmp_path: Path) -> AsyncIterator[Toklink]:
    """Starts it as a person's shell does."""

    async def interpreter(*arguments: str, env: dict[str, str], cwd: Path) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments, env=env, cwd=cwd, stdout=PIPE, stderr=PIPE
        )

    async with ending(interpreter, tmp_path) as start:
        yield start


@asynccontextmanager
async def ending(how: Callable[..., Awaitable[Running]], folder: Path) -> AsyncIterator[Toklink]:
    started: list[Running] = []
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}

    async def start(*arguments: str, **settings: str) -> Running:
        process = await how(*arguments, env=environment | settings, cwd=folder)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def outcome(process: Running) -> tuple[int, str]:
    """(status, all that it printed)"""
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode is not None
    return process.returncode, out.decode() + err.decode()


async def line_with(process: Running, text: str) -> str:
    """The first line of its output that has the text in it."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while line := (await process.stdout.readline()).decode():
            if text in line:
                return line.strip()
    raise AssertionError(f"it ended without saying {text!r}: {(await outcome(process))[1]}")


async def test_run_without_a_token_starts_the_sandbox_and_serves_links(toklink_by_a_new_interpreter: Toklink):
    web, chat = free_port(), free_port()
    process = await toklink_by_a_new_interpreter("run", WEB_PORT=str(web), SANDBOX_PORT=str(chat))
    address = (await line_with(process, "Chat with the bot")).split()[-1]
    async with SandboxClient(address, timeout=PATIENCE_SECONDS) as world, aiohttp.ClientSession() as browser:
        anna = world.person("Анна")
        await anna.send("https://example.com/target")
        short_url = anna.last.links[0]
        assert short_url.startswith(f"http://localhost:{web}/")
        headers = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
        async with browser.get(short_url, headers=headers, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "https://example.com/target")
    process.send_signal(signal.SIGINT)
    assert (await outcome(process))[0] == 0


async def test_a_second_run_on_the_same_data_answers_as_the_first_one_did(toklink: Toklink):
    for _ in range(2):
        process = await toklink("run", WEB_PORT=str(free_port()), SANDBOX_PORT=str(free_port()))
        address = (await line_with(process, "Chat with the bot")).split()[-1]
        async with SandboxClient(address, timeout=PATIENCE_SECONDS) as world:
            anna = world.person("Анна")
            await anna.send("/start")
            assert "Пришлите адрес" in anna.last.text
        process.send_signal(signal.SIGINT)
        assert (await outcome(process))[0] == 0


async def test_a_taken_port_is_said_in_plain_words(toklink: Toklink):
    async with SandboxServer("42:TESTS-token-of-the-sandbox-bot") as server:
        taken = server.url.rsplit(":", 1)[1]
        status, said = await outcome(await toklink("run", SANDBOX_PORT=taken, WEB_PORT=str(free_port())))
    assert status == 1
    assert f"Port {taken} on 127.0.0.1 is taken" in said
    assert "SANDBOX_PORT=" in said
    assert "Traceback" not in said


async def test_the_sandbox_alone_says_so_too(toklink: Toklink):
    async with SandboxServer("42:TESTS-token-of-the-sandbox-bot") as server:
        taken = server.url.rsplit(":", 1)[1]
        status, said = await outcome(await toklink("sandbox", SANDBOX_PORT=taken))
    assert (status, "is taken" in said, "Traceback" in said) == (1, True, False)


async def test_a_database_that_is_away_is_said_in_plain_words(toklink: Toklink):
    address = f"postgresql+asyncpg://a:geheim@127.0.0.1:{free_port()}/x"
    status, said = await outcome(await toklink("run", DATABASE_URL=address, SECRET_KEY="k" * 40))
    assert (status, "The database does not answer" in said) == (1, True)
    assert "geheim" not in said
    assert "Traceback" not in said


async def test_a_token_that_telegram_refuses_is_said_in_plain_words(toklink: Toklink):
    async with SandboxServer("42:TESTS-token-of-the-sandbox-bot") as server:
        settings = {"BOT_TOKEN": "77:" + "x" * 35, "TELEGRAM_API_URL": server.url, "WEB_PORT": str(free_port())}
        status, said = await outcome(await toklink("run", **settings))
    assert (status, "Telegram refuses BOT_TOKEN" in said, "Traceback" in said) == (1, True, False)


async def test_wrong_settings_are_said_in_plain_words(toklink: Toklink):
    status, said = await outcome(await toklink("run", WEB_PORT="http", DATABASE_URL="mysql://a:geheim@b/c"))
    assert status == 1
    assert "WEB_PORT: " in said
    assert "DATABASE_URL: begins with sqlite" in said
    assert "geheim" not in said


async def test_a_role_alone_wants_a_migrated_database(toklink: Toklink):
    status, said = await outcome(await toklink("web", WEB_PORT=str(free_port())))
    assert (status, "toklink migrate" in said) == (1, True)
    assert (await outcome(await toklink("migrate")))[0] == 0
    process = await toklink("web", WEB_PORT=str(free_port()), LOG_FORMAT="json")
    assert process.stderr is not None
    assert b"the redirect server listens" in await asyncio.wait_for(process.stderr.readline(), PATIENCE_SECONDS)
    process.terminate()
    assert (await outcome(process))[0] == 0


async def test_a_job_runs_once_and_now(toklink: Toklink, tmp_path: Path):
    await outcome(await toklink("migrate"))
    database = sqlite3.connect(tmp_path / "var" / "toklink.db")
    database.execute(
        "INSERT INTO clicks (link_id, at, bot, first_visit) VALUES (1, '2026-01-01 00:00:00.000000', 0, 1)"
    )
    database.commit()
    status, said = await outcome(await toklink("job", "clean-up", "--day", "2026-01-20"))
    assert (status, "raw_clicks=0" in said) == (0, True)
    status, said = await outcome(await toklink("job", "clean-up", "--day", "2026-02-20"))
    assert (status, "raw_clicks=1" in said) == (0, True)
    database.close()


async def test_an_unknown_job_lists_those_that_there_are(toklink: Toklink):
    status, said = await outcome(await toklink("job", "nonsense"))
    assert status == 2
    assert "clean-up" in said


async def test_the_bot_alone_wants_a_token(toklink: Toklink):
    status, said = await outcome(await toklink("bot"))
    assert (status, "BOT_TOKEN is missing" in said) == (1, True)


async def test_several_web_workers_share_a_port_and_end_together(toklink: Toklink):
    await outcome(await toklink("migrate"))
    port = free_port()
    process = await toklink("web", WEB_PORT=str(port), WEB_WORKERS="2", LOG_FORMAT="json")
    assert process.stderr is not None
    for _ in range(2):
        assert b"listens" in await asyncio.wait_for(process.stderr.readline(), PATIENCE_SECONDS)
    async with aiohttp.ClientSession() as browser, browser.get(f"http://127.0.0.1:{port}/readyz") as answer:
        assert answer.status == 200
    process.terminate()
    assert (await outcome(process))[0] == 0
    with pytest.raises(aiohttp.ClientConnectorError):
        async with aiohttp.ClientSession() as browser, browser.get(f"http://127.0.0.1:{port}/healthz"):
            pass
