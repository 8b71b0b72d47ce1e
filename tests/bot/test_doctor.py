from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.doctor import Finding, Verdict, findings
from bot.settings import Settings
from bot.starts import SANDBOX_TOKEN
from sandbox import SandboxServer
from tests.servers import free_port


async def examined(folder: Path, **values: Any) -> dict[str, Finding]:
    settings = Settings(_env_file=None, data_dir=folder, **values)
    return {finding.subject: finding async for finding in findings(settings)}


async def test_on_a_fresh_machine_nothing_that_is_needed_is_missing(tmp_path: Path):
    found = await examined(tmp_path)
    assert all(finding.verdict is not Verdict.WRONG for finding in found.values())
    assert "sandbox" in found["Telegram"].sentence
    assert "toklink run" in found["Database"].sentence


async def test_metrics_behind_a_proxy_want_a_token(tmp_path: Path):
    assert (await examined(tmp_path))["Metrics"].verdict is Verdict.GOOD
    public = {"public_url": "https://tok.example", "bot_token": SANDBOX_TOKEN}
    found = (await examined(tmp_path, **public, telegram_api_url=f"http://127.0.0.1:{free_port()}"))["Metrics"]
    assert (found.verdict, "METRICS_TOKEN" in found.sentence) == (Verdict.NOTE, True)


async def test_a_grown_up_platform_is_looked_at_over_its_connections(tmp_path: Path, postgres: str, valkey: str):
    async with SandboxServer(SANDBOX_TOKEN) as telegram:
        found = await examined(
            tmp_path,
            bot_token=SANDBOX_TOKEN,
            telegram_api_url=telegram.url,
            database_url=f"{postgres}/postgres",
            redis_url=valkey,
        )
    assert found["Telegram"] == Finding("Telegram", Verdict.GOOD, "@toklink_demo_bot answers")
    assert found["Redis"].verdict is Verdict.GOOD
    assert "postgresql" in found["Database"].sentence


@pytest.mark.parametrize(
    ("subject", "values", "remedy"),
    [
        ("Database", {"database_url": "postgresql+asyncpg://a:geheim@127.0.0.1:{port}/x"}, "DATABASE_URL"),
        ("Redis", {"redis_url": "redis://:geheim@127.0.0.1:{port}"}, "REDIS_URL"),
        ("Telegram", {"bot_token": SANDBOX_TOKEN, "telegram_api_url": "http://127.0.0.1:{port}"}, "TELEGRAM_API_URL"),
        ("Telegram", {"bot_token": "no token"}, "BOT_TOKEN"),
        ("Telegram", {"public_url": "https://tok.example"}, "BOT_TOKEN"),
    ],
)
async def test_what_does_not_answer_is_named_with_its_remedy(
    tmp_path: Path, subject: str, values: dict[str, str], remedy: str
):
    nobody = free_port()
    found = await examined(tmp_path, **{name: value.format(port=nobody) for name, value in values.items()})
    assert found[subject].verdict is Verdict.WRONG
    assert remedy in found[subject].sentence
    assert "geheim" not in found[subject].sentence


async def test_a_missing_database_and_a_stranger_are_told_apart(tmp_path: Path, postgres: str):
    found = await examined(tmp_path, database_url=f"{postgres}/nowhere")
    assert "there is no database of the name" in found["Database"].sentence
    found = await examined(tmp_path, database_url=postgres.replace("postgres@", "stranger:geheim@") + "/postgres")
    assert "refuses this name" in found["Database"].sentence


async def test_what_answers_but_is_no_telegram_is_said_so(tmp_path: Path):
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<h1>Welcome</h1>", content_type="text/html")

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", page)
    async with TestServer(application) as server:
        address = str(server.make_url("")).rstrip("/")
        found = await examined(tmp_path, bot_token=SANDBOX_TOKEN, telegram_api_url=address)
    assert found["Telegram"].sentence == "what answers at TELEGRAM_API_URL is no Bot API server"


async def test_a_refused_token_is_said_to_be_refused(tmp_path: Path):
    async with SandboxServer(SANDBOX_TOKEN) as telegram:
        found = await examined(tmp_path, bot_token="77:" + "x" * 35, telegram_api_url=telegram.url)
    assert "refused" in found["Telegram"].sentence


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    found = await examined(tmp_path / "file" / "var")
    assert found["Disk"].verdict is Verdict.WRONG
    assert "DATA_DIR" in found["Disk"].sentence
    assert found["Database"].verdict is Verdict.WRONG


async def test_it_says_what_tiktok_is_asked_with(tmp_path: Path):
    off = (await examined(tmp_path, tiktok_chromium="off"))["Chromium"]
    assert off == Finding("Chromium", Verdict.NOTE, "TIKTOK_CHROMIUM is off: TikTok is asked without a browser")
    away = (await examined(tmp_path, tiktok_chromium=str(tmp_path / "chromium")))["Chromium"]
    assert (away.verdict, "there is no program at TIKTOK_CHROMIUM" in away.sentence) == (Verdict.NOTE, True)
    program = tmp_path / "chromium"
    program.touch(mode=0o755)
    there = (await examined(tmp_path, tiktok_chromium=str(program)))["Chromium"]
    assert there == Finding("Chromium", Verdict.GOOD, f"TikTok is asked with {program}")


async def test_a_wrong_list_of_the_top_is_named(tmp_path: Path):
    assert (await examined(tmp_path))["Top"].verdict is Verdict.GOOD
    found = (await examined(tmp_path, top_file=tmp_path / "none.toml"))["Top"]
    assert (found.verdict, "cannot be read" in found.sentence) == (Verdict.WRONG, True)
