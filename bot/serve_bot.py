"""The bot role: talks to people."""

import asyncio
import secrets
import traceback

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError, TelegramUnauthorizedError
from aiogram.types import Update
from aiogram.utils.token import TokenValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.container import Container
from bot.dialogues import open_dialogues
from bot.dispatcher import build_dispatcher
from bot.inbox import Inbox
from bot.keys import secret_key
from bot.logs import redactor
from bot.polling import Polling
from bot.refusals import Refused
from bot.sender import open_bot, tell_operators
from bot.settings import Settings
from bot.stopping import Stopping, until
from bot.webhook import Webhook
from handlers.commands import register_commands
from handlers.errors import apologise
from services.people import Person
from services.security import Cipher

log = structlog.get_logger()
REFUSAL = "Telegram refuses BOT_TOKEN. Copy it anew from @BotFather into .env"


async def check_token(settings: Settings) -> None:
    """Raises Refused when Telegram refuses the token; Telegram away is no reason not to start."""
    bot = _open(settings)
    try:
        await bot.get_me(request_timeout=5)
    except TelegramUnauthorizedError as error:
        raise Refused(REFUSAL) from error
    except AiogramError as error:
        log.warning("Telegram does not answer yet", reason=type(error).__name__)
    finally:
        await bot.session.close()


async def serve_bot(container: Container, stopping: Stopping, webhook: Webhook | None = None) -> None:
    """Talk to people until ``stopping``; what is in hand then is finished. Raises Refused for a bad token.

    Updates come by ``webhook``, whose routes somebody else serves; without one they are fetched.
    """
    bot = _open(container.settings)
    try:
        async with open_dialogues(container) as (storage, isolation):
            dispatcher = build_dispatcher(
                container.services, container.catalogue, storage=storage, isolation=isolation, clock=container.clock
            )
            await container.services.pictures.open()
            await _serve(bot, dispatcher, container, stopping, webhook)
    except TelegramUnauthorizedError as error:
        raise Refused(REFUSAL) from error
    finally:
        await bot.session.close()


def _open(settings: Settings) -> Bot:
    assert settings.bot_token is not None
    try:
        return open_bot(settings.bot_token.get_secret_value(), settings.telegram_api_url)
    except TokenValidationError as error:
        raise Refused(REFUSAL) from error


async def _serve(
    bot: Bot, dispatcher: Dispatcher, container: Container, stopping: Stopping, webhook: Webhook | None
) -> None:
    settings = container.settings

    async def handle(update: Update) -> None:
        await dispatcher.feed_update(bot, update)

    inbox = Inbox(
        bot,
        container.database,
        Cipher(secret_key(settings), "inbox"),
        handle=handle,
        give_up=Regrets(bot, container).say,
        clock=container.clock,
        redact=redactor(settings.secrets),
    )
    await inbox.open()
    # Lists that Telegram shows are not worth keeping people waiting.
    registering = asyncio.create_task(_register(bot, container))
    kinds = dispatcher.resolve_used_update_types()
    try:
        if webhook is not None:
            await webhook.serve(bot, inbox, kinds, stopping)
        else:
            polling = Polling(bot, inbox, kinds)
            await until(stopping, polling.run(), polling.stop)
    finally:
        registering.cancel()
        await asyncio.gather(registering, return_exceptions=True)
        await inbox.close()


async def _register(bot: Bot, container: Container) -> None:
    settings = container.settings
    try:
        await register_commands(bot, container.catalogue, settings.admin_ids, settings.admin_chat_id)
    except AiogramError as error:
        log.warning("the command lists were not registered; the next start tries again", reason=type(error).__name__)


class Regrets:
    """What is said of an update that failed for good: an id to the person, the same id and why to the operators."""

    def __init__(self, bot: Bot, container: Container) -> None:
        self._bot = bot
        self._container = container
        self._redact = redactor(container.settings.secrets)

    async def say(self, update: Update, error: Exception) -> None:
        error_id = secrets.token_hex(4)
        log.error("an update is set aside", error_id=error_id, update_id=update.update_id, exc_info=error)
        try:
            await apologise(update, self._container.catalogue, await self._person(update), error_id)
        except AiogramError as trouble:
            log.warning("the person could not be told", error_id=error_id, reason=type(trouble).__name__)
        await self._tell_operators(error_id, error)

    async def _person(self, update: Update) -> Person | None:
        user = getattr(update.callback_query or update.message or update.edited_message, "from_user", None)
        if user is None:
            return None
        try:
            return await self._container.services.people.meet(user.id, user.language_code, self._container.clock())
        except (SQLAlchemyError, OSError):
            return None

    async def _tell_operators(self, error_id: str, error: Exception) -> None:
        settings = self._container.settings
        chats = [settings.admin_chat_id] if settings.admin_chat_id else sorted(settings.admin_ids)
        detail = self._redact("".join(traceback.format_exception(error)))
        await tell_operators(self._bot, chats, f"⚠️ № {error_id}: {type(error).__name__}", detail)
