"""The bot role: talks to people."""

import traceback
from collections.abc import Awaitable, Callable

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError

from bot.container import Container
from bot.dialogues import open_dialogues
from bot.dispatcher import build_dispatcher
from bot.logs import redactor
from bot.polling import Polling
from bot.refusals import Refused
from bot.sender import open_bot, tell_operators
from bot.settings import Settings
from bot.stopping import Stopping, until
from handlers.commands import register_commands

log = structlog.get_logger()
REFUSAL = "Telegram refuses BOT_TOKEN. Copy it anew from @BotFather into .env"


async def serve_bot(container: Container, stopping: Stopping) -> None:
    """Talk to people until ``stopping``; what is in hand then is finished. Raises Refused for a bad token."""
    settings = container.settings
    assert settings.bot_token is not None
    try:
        bot = open_bot(settings.bot_token.get_secret_value(), settings.telegram_api_url)
    except TokenValidationError as error:
        raise Refused(REFUSAL) from error
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
            polling = Polling(
                bot,
                dispatcher,
                lambda: register_commands(bot, container.catalogue, settings.admin_ids, settings.admin_chat_id),
            )
            await until(stopping, polling.run(), polling.stop)
    except TelegramUnauthorizedError as error:
        raise Refused(REFUSAL) from error
    finally:
        await bot.session.close()


def _reporter(bot: Bot, settings: Settings) -> Callable[[str, Exception], Awaitable[None]]:
    redact = redactor(settings.secrets)
    chats = [settings.admin_chat_id] if settings.admin_chat_id else sorted(settings.admin_ids)

    async def report(error_id: str, error: Exception) -> None:
        log.error("a handler failed", error_id=error_id, exc_info=error)
        detail = redact("".join(traceback.format_exception(error)))
        await tell_operators(bot, chats, f"⚠️ № {error_id}: {type(error).__name__}", detail)

    return report
