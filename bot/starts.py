"""What each command of ``toklink`` starts."""

import asyncio
import gc
import importlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import structlog
from pydantic import SecretStr
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.bot_name import find_bot_url
from bot.container import Container, open_services, utc_now
from bot.keys import webhook_secret
from bot.refusals import Refused, port_needed
from bot.serve_schedule import serve_schedule
from bot.serve_web import serve_web
from bot.settings import Settings
from bot.stopping import Role, Stopping, stopping_on_signals, together
from bot.workers import supervise
from db.engine import Database
from db.migrate import migrate, revisions
from sandbox import people as demo
from sandbox.clock import Clock, KeptClock
from sandbox.server import SandboxServer
from sandbox.world import messages_before
from scheduler.jobs import JOBS, JOBS_OF_A_DAY
from services.time_zones import zone

if TYPE_CHECKING:
    # It imports aiogram, which takes long: at run time only where there is a webhook.
    from bot.webhook import Webhook

log = structlog.get_logger()
# How long a bot whose token was revoked waits before it tries again.
SILENT_SECONDS = 60
# Any token of the right shape: the sandbox knows this one alone.
SANDBOX_TOKEN = "4200000001:" + "Sandbox" * 5
# In DATA_DIR: how far people have put the sandbox's clock forward.
CLOCK_FILE = "sandbox-clock"
TOP_FILE = "sandbox-top.toml"


async def run(settings: Settings) -> int:
    """Everything in one process; without a token the sandbox is the Telegram."""
    try:
        settings.require_for_run()
    except ValueError as error:
        raise Refused(str(error)) from error
    async with AsyncExitStack() as stack:
        stopping = await stack.enter_async_context(stopping_on_signals())
        clock, sandbox_url = _clock(settings), None
        if isinstance(clock, Clock):
            server, resolve = await stack.enter_async_context(_sandbox(settings, clock))
            sandbox_url, settings = server.url, with_sandbox_top(in_sandbox(settings, server.url, resolve))
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await _migrate(settings)
        container = await stack.enter_async_context(open_services(settings, clock))
        bot_url = sandbox_url or await find_bot_url(settings)
        webhook = await _webhook(settings)

        async def welcome() -> None:
            await _settle()
            _welcome(settings, sandbox_url)

        await together(
            stopping,
            lambda stop: serve_web(
                container, stop, bot_url=bot_url, routes=webhook.routes() if webhook else (), on_ready=welcome
            ),
            lambda stop: _talk(container, stop, webhook),
            lambda stop: serve_schedule(container, stop),
        )
    return 0


async def bot(settings: Settings) -> int:
    if settings.bot_token is None:
        raise Refused("BOT_TOKEN is missing: put it into .env, or use `toklink run` for the sandbox")
    await _require_migrated(settings)
    async with stopping_on_signals() as stopping, open_services(settings) as container:
        webhook = await _webhook(settings)
        roles: list[Role] = [lambda stop: _talk(container, stop, webhook)]
        if webhook is not None:
            roles.append(webhook.listen(settings))
        await together(stopping, *roles)
    return 0


async def web(settings: Settings, *, single: bool) -> int:
    """One redirect server, or WEB_WORKERS of them on one port."""
    await _require_migrated(settings)
    if settings.web_workers > 1 and not single:
        return await supervise(settings.web_workers)
    async with stopping_on_signals() as stopping, open_services(settings) as container:
        bot_url = await find_bot_url(settings)
        await together(
            stopping, lambda stop: serve_web(container, stop, bot_url=bot_url, reuse_port=True, on_ready=_settle)
        )
    return 0


async def scheduler(settings: Settings) -> int:
    await _require_migrated(settings)
    async with stopping_on_signals() as stopping, open_services(settings) as container:
        await together(stopping, lambda stop: serve_schedule(container, stop))
    return 0


async def sandbox(settings: Settings) -> int:
    """The local Telegram and TikTok alone, for a bot that is started with the settings that are printed.

    A day that is turned there is turned there alone: a bot in another process goes by a clock of its own.
    """
    async with (
        stopping_on_signals() as stopping,
        _sandbox(settings, Clock()) as (server, resolve),
    ):
        lines = f"BOT_TOKEN={SANDBOX_TOKEN}", f"TELEGRAM_API_URL={server.url}", f"TIKTOK_RESOLVE={resolve}"
        print(f"Sandbox: {server.url}", *lines, sep="\n", flush=True)
        await stopping.wait()
    return 0


async def migrate_database(settings: Settings) -> int:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    await _migrate(settings)
    return 0


async def job(settings: Settings, name: str, day: date | None) -> int:
    """One job, once, beside a running platform.

    ``day`` (DEFAULT_TIMEZONE): what the job makes of that day, or else as if it ran at the end of that day.
    """
    await _require_migrated(settings)
    clock = _clock(settings)
    if settings.bot_token is None:
        # What it owes is sent by the platform with the sandbox, to whom that one knows.
        settings = settings.model_copy(update=_sandbox_operators(settings))
    now = clock()
    if day is not None and name not in JOBS_OF_A_DAY:
        midnight = datetime.combine(day + timedelta(days=1), time(), zone(settings.default_timezone))
        now = midnight - timedelta(seconds=1)
    async with open_services(settings, clock) as container:
        if day is not None and name in JOBS_OF_A_DAY:
            await JOBS_OF_A_DAY[name](container.services, day, now)
        else:
            await JOBS[name](container.services, now)
    return 0


async def _settle() -> None:
    """Spare the garbage collector what stands as long as the process.

    Looked through again and again, that would hold up redirects for a tenth of a second each time, and take a fifth
    of what counting their clicks costs.
    """
    gc.collect()
    gc.freeze()


def in_sandbox(settings: Settings, url: str, tiktok_resolve: str = "") -> Settings:
    """The settings with the sandbox as Telegram and as TikTok, its operator and its admin group."""
    return settings.model_copy(
        update={
            "bot_token": SecretStr(SANDBOX_TOKEN),
            "telegram_api_url": url,
            "allow_private_targets": True,
            "tiktok_resolve": settings.tiktok_resolve or tiktok_resolve,
            **_sandbox_operators(settings),
        }
    )


def _sandbox_operators(settings: Settings) -> dict[str, object]:
    """Who is told what operators are told, where the settings name nobody: as fields of Settings."""
    return {
        "admin_ids": settings.admin_ids or frozenset({demo.OPERATOR_ID}),
        "admin_chat_id": settings.admin_chat_id or demo.ADMIN_GROUP_ID,
    }


def _clock(settings: Settings) -> Clock | Callable[[], datetime]:
    """Everybody's. The sandbox has one that people put forward; `toklink job` beside it goes by that one, too."""
    return KeptClock(settings.data_dir / CLOCK_FILE) if settings.bot_token is None else utc_now


@asynccontextmanager
async def _sandbox(settings: Settings, clock: Clock) -> AsyncIterator[tuple[SandboxServer, str]]:
    """The local Telegram, and beside it the local TikTok: what TIKTOK_RESOLVE must say for it."""
    # Its certificate takes a library that nothing else needs at the start.
    from sandbox.tiktok import TikTokServer

    async with TikTokServer(clock) as tiktok:
        port = settings.sandbox_port
        server = SandboxServer(SANDBOX_TOKEN, port=port, now=clock, past=messages_before(utc_now()), tiktok=tiktok)
        with port_needed("127.0.0.1", port, "SANDBOX_PORT"):
            await server.start()
        try:
            yield server, tiktok.resolve
        finally:
            await server.close()


def with_sandbox_top(settings: Settings) -> Settings:
    """The settings with a top of invented creators, as a file in DATA_DIR; of others the sandbox knows nothing."""
    from sandbox.tiktok.creators import usernames

    if settings.top_file is not None:
        return settings
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / TOP_FILE
    path.write_text(f"accounts = {json.dumps(usernames(russian_only=True), indent=4)}\n", "utf-8")
    return settings.model_copy(update={"top_file": path})


async def _migrate(settings: Settings) -> None:
    async with _database(settings) as database:
        await migrate(database)


async def _require_migrated(settings: Settings) -> None:
    async with _database(settings) as database:
        current, newest = await revisions(database)
    if current != newest:
        raise Refused(f"The database is at revision {current or 'none'}, not {newest}: run `toklink migrate` first")


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """A database that answers; Refused when it does not."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database.open(settings.database)
    try:
        yield database
    except (OperationalError, InterfaceError, OSError) as error:
        raise Refused("The database does not answer. `toklink doctor` says what is wrong with it") from error
    finally:
        await database.close()


async def _webhook(settings: Settings) -> "Webhook | None":
    if not settings.webhook_url:
        return None
    module = await asyncio.to_thread(importlib.import_module, "bot.webhook")
    webhook: Webhook = module.Webhook(settings.webhook_url, webhook_secret(settings))
    return webhook


async def _talk(container: Container, stopping: Stopping, webhook: "Webhook | None") -> None:
    # aiogram takes longer to import than all the rest: only who talks to Telegram pays for it, and redirects go on.
    role = await asyncio.to_thread(importlib.import_module, "bot.serve_bot")
    await role.check_token(container.settings)
    while not stopping.is_set():
        try:
            await role.serve_bot(container, stopping, webhook)
        except Refused as refused:
            # Revoked while we ran: redirects go on, and a token that comes to life again is found.
            log.error("the bot is silent", reason=refused.sentence)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), SILENT_SECONDS)


def _welcome(settings: Settings, sandbox_url: str | None) -> None:
    lines = [f"Short links: {settings.links_url}"]
    if sandbox_url:
        lines += ["", f"Chat with the bot: {sandbox_url}", "(TikTok is invented, too: send it /stats lera_pechet)", ""]
    print("\n".join(lines), flush=True)
