"""What is said of an update that failed for good: an id to the person, the same id and why to the operators."""

import secrets
import traceback

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Update
from sqlalchemy.exc import SQLAlchemyError

from bot.container import Container
from bot.logs import redactor
from bot.sender import tell_operators
from handlers.errors import apologise
from services.people import Person

log = structlog.get_logger()


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
