"""toklink doctor: checks what the platform needs, says in plain words what is wrong and how to mend it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot.sender import open_bot
from bot.settings import Settings, env_file_is_open
from db.engine import Database
from db.migrate import revisions
from services.tiktok.sources.chromium import OFF, find_chromium, why_none
from services.tiktok.top_file import SHIPPED, TopFileWrong, read_top_file

ANSWER_SECONDS = 10
LEAST_FREE_BYTES = 500 * 1024 * 1024
POSTGRESQL_REFUSALS = {
    "28P01": "it refuses the name or the password in DATABASE_URL",
    "28000": "it refuses this name from this machine: look at DATABASE_URL and at pg_hba.conf",
    "3D000": "there is no database of the name in DATABASE_URL: create it",
}


class Verdict(StrEnum):
    """``WRONG`` stops the platform; ``NOTE`` only costs something."""

    GOOD = "✅"
    NOTE = "ℹ️ "
    WRONG = "❌"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and one sentence on it: how to mend it where something is wrong."""

    subject: str
    verdict: Verdict
    sentence: str


async def examine(settings: Settings) -> int:
    """Print a line for each check; 1 when something that is needed is missing, else 0."""
    wrong = False
    async for finding in findings(settings):
        print(f"{finding.verdict} {finding.subject}: {finding.sentence}", flush=True)
        wrong = wrong or finding.verdict is Verdict.WRONG
    return 1 if wrong else 0


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """All checks, one after the other; none takes longer than ANSWER_SECONDS."""
    yield _settings(settings)
    yield _disk(settings.data_dir)
    checks: list[tuple[str, Callable[[Settings], Awaitable[Finding]]]] = [
        ("Database", _database),
        ("Redis", _redis),
        ("Telegram", _telegram),
    ]
    for subject, check in checks:
        try:
            yield await asyncio.wait_for(check(settings), ANSWER_SECONDS)
        except TimeoutError:
            sentence = f"no answer within {ANSWER_SECONDS} s; look at its address and network"
            yield Finding(subject, Verdict.WRONG, sentence)
        except Exception as error:
            # Its words may repeat an address with a password.
            yield Finding(subject, Verdict.WRONG, f"it cannot be used ({type(error).__name__}); look at its settings")
    yield _metrics(settings)
    yield _chromium(settings.tiktok_chromium)
    yield await asyncio.to_thread(_top, settings.top_file)


def _settings(settings: Settings) -> Finding:
    if env_file_is_open():
        return Finding("Settings", Verdict.NOTE, "other accounts can read .env with its token: chmod 600 .env")
    return Finding("Settings", Verdict.GOOD, f"short links begin with {settings.links_url}")


def _metrics(settings: Settings) -> Finding:
    if settings.metrics_token is None and not settings.is_local:
        return Finding("Metrics", Verdict.NOTE, "a proxy on this machine may show /metrics to all: set METRICS_TOKEN")
    return Finding("Metrics", Verdict.GOOD, "/metrics answers this machine, or whoever has METRICS_TOKEN")


def _disk(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"written")
        probe.unlink()
    except OSError as error:
        return Finding("Disk", Verdict.WRONG, f"{folder} cannot be written ({error.strerror}): choose another DATA_DIR")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        return Finding("Disk", Verdict.WRONG, f"{free // 2**20} MB free in {folder}: make room, 500 MB at least")
    return Finding("Disk", Verdict.GOOD, f"{folder} can be written, {free // 2**30} GB free")


async def _database(settings: Settings) -> Finding:
    if not settings.is_on_postgresql and _disk(settings.data_dir).verdict is Verdict.WRONG:
        return Finding("Database", Verdict.WRONG, "it lies on that disk")
    database = Database.open(settings.database)
    try:
        current, newest = await revisions(database)
    except (SQLAlchemyError, OSError) as error:
        return Finding("Database", Verdict.WRONG, _why(error))
    finally:
        await database.close()
    if current == newest:
        return Finding("Database", Verdict.GOOD, f"{database.dialect}, at the newest revision")
    remedy = f"`toklink run` or `toklink migrate` brings it to {newest}"
    return Finding("Database", Verdict.NOTE, f"{database.dialect}, at revision {current or 'none'}: {remedy}")


def _why(error: Exception) -> str:
    """In plain words, by PostgreSQL's code of the error where there is one."""
    cause: BaseException | None = error
    while cause is not None:
        known = POSTGRESQL_REFUSALS.get(str(getattr(cause, "sqlstate", "")))
        if known:
            return known
        cause = cause.__cause__
    reason = type(getattr(error, "orig", None) or error).__name__
    return f"it does not answer ({reason}): look at the host and port in DATABASE_URL, and whether it runs"


async def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("Redis", Verdict.NOTE, "none (REDIS_URL is empty): fine for one machine")
    client = Redis.from_url(settings.redis_url.get_secret_value())
    try:
        await client.ping()
    except AuthenticationError:
        return Finding("Redis", Verdict.WRONG, "it refuses the password: look at REDIS_URL")
    except (RedisError, OSError) as error:
        return Finding("Redis", Verdict.WRONG, f"it does not answer ({type(error).__name__}): look at REDIS_URL")
    finally:
        await client.aclose()
    return Finding("Redis", Verdict.GOOD, "it answers")


async def _telegram(settings: Settings) -> Finding:
    try:
        settings.require_for_run()
    except ValueError as error:
        return Finding("Telegram", Verdict.WRONG, str(error))
    if settings.bot_token is None:
        return Finding("Telegram", Verdict.NOTE, "no BOT_TOKEN: `toklink run` starts the sandbox instead")
    try:
        bot = open_bot(settings.bot_token.get_secret_value(), settings.telegram_api_url)
    except TokenValidationError:
        return Finding("Telegram", Verdict.WRONG, "BOT_TOKEN does not look like a token: copy it anew from @BotFather")
    try:
        user = await bot.get_me()
    except TelegramUnauthorizedError:
        return Finding("Telegram", Verdict.WRONG, "BOT_TOKEN is refused: copy it anew from @BotFather")
    except (ClientDecodeError, TelegramNotFound):
        return Finding("Telegram", Verdict.WRONG, "what answers at TELEGRAM_API_URL is no Bot API server")
    except AiogramError as error:
        reason = type(error).__name__
        return Finding("Telegram", Verdict.WRONG, f"no answer ({reason}): look at TELEGRAM_API_URL and the network")
    finally:
        await bot.session.close()
    return Finding("Telegram", Verdict.GOOD, f"@{user.username} answers")


def _top(file: Path | None) -> Finding:
    try:
        names = read_top_file(file or SHIPPED)
    except TopFileWrong as error:
        return Finding("Top", Verdict.WRONG, f"TOP_FILE: {error}")
    whose = "the list that comes along" if file is None else "TOP_FILE"
    return Finding("Top", Verdict.GOOD, f"{whose} has {len(names)} accounts")


def _chromium(setting: str) -> Finding:
    found = find_chromium(setting)
    if found is not None:
        return Finding("Chromium", Verdict.GOOD, f"TikTok is asked with {found}")
    remedy = "" if setting == OFF else "; more accounts answer with one: install it, or name it in TIKTOK_CHROMIUM"
    return Finding("Chromium", Verdict.NOTE, f"{why_none(setting)}{remedy}")
