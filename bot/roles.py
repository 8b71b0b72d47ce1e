"""The roles: bot, web and scheduler; `toklink run` is all of them in one process."""

import asyncio
import signal
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from bot.commands import register_commands
from bot.container import Container, open_dialogues
from bot.dispatcher import build_dispatcher
from bot.logs import redactor
from bot.polling import Polling
from bot.sender import open_bot, tell_operators
from bot.settings import Settings
from scheduler.schedule import build_clock
from services.time_zones import zone

log = structlog.get_logger()
Stopping = asyncio.Event


def secrets_of(settings: Settings) -> list[str]:
    """What must never be logged or shown to operators."""
    secrets = [settings.bot_token, settings.redis_url]
    return [secret.get_secret_value() for secret in secrets if secret is not None]


async def serve_bot(container: Container, stopping: Stopping) -> None:
    """Talk to people until ``stopping``; what is in hand then is finished."""
    settings = container.settings
    assert settings.bot_token is not None
    bot = open_bot(settings.bot_token.get_secret_value(), settings.telegram_api_url)
    try:
        async with open_dialogues(container) as (storage, isolation):
            dispatcher = build_dispatcher(
                container.services,
                container.catalogue,
                storage=storage,
                isolation=isolation,
                clock=container.clock,
                report=_reporter(bot, settings),
            )
            await container.services.pictures.open()
            polling = Polling(bot, dispatcher, lambda: register_commands(bot, container.catalogue, settings.admin_ids))
            await _until(stopping, polling.run(), polling.stop)
    finally:
        await bot.session.close()


async def serve_schedule(container: Container, stopping: Stopping) -> None:
    """Let the clock run until ``stopping``."""
    clock = build_clock(container.services, zone(container.settings.default_timezone), container.clock)
    clock.start()
    await stopping.wait()
    clock.shutdown()


async def find_bot_url(settings: Settings) -> str | None:
    """Where people talk to the bot; None without a token, or when Telegram does not answer soon."""
    if settings.bot_token is None:
        return None
    bot = open_bot(settings.bot_token.get_secret_value(), settings.telegram_api_url)
    try:
        user = await bot.get_me(request_timeout=3)
    except TelegramAPIError as error:
        log.warning("Telegram does not say the bot's name; pages go without it", reason=type(error).__name__)
        return None
    finally:
        await bot.session.close()
    return f"https://t.me/{user.username}"


@asynccontextmanager
async def stopping_on_signals() -> AsyncIterator[Stopping]:
    """Set by SIGINT or SIGTERM; a second one ends the process at once, as without us."""
    stopping = Stopping()
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        stopping.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        yield stopping
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def together(stopping: Stopping, *roles: Callable[[Stopping], Awaitable[None]]) -> None:
    """Run roles side by side; one that ends or fails takes the others along, each in its orderly way."""

    async def guarded(role: Callable[[Stopping], Awaitable[None]]) -> None:
        try:
            await role(stopping)
        finally:
            stopping.set()

    results = await asyncio.gather(*(guarded(role) for role in roles), return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    if failures:
        raise failures[0]


async def _until(stopping: Stopping, work: Awaitable[None], stop: Callable[[], None]) -> None:
    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    stop()
    waiting.cancel()
    await working


def _reporter(bot: Bot, settings: Settings) -> Callable[[str, Exception], Awaitable[None]]:
    redact = redactor(secrets_of(settings))
    chats = [settings.admin_chat_id] if settings.admin_chat_id else sorted(settings.admin_ids)

    async def report(error_id: str, error: Exception) -> None:
        log.error("a handler failed", error_id=error_id, exc_info=error)
        detail = redact("".join(traceback.format_exception(error)))
        await tell_operators(bot, chats, f"⚠️ № {error_id}: {type(error).__name__}", detail)

    return report
