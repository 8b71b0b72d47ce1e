"""What is said of an update that failed for good: an id to the person, the same id and why to the operators."""

import time
from collections import OrderedDict
from collections.abc import Callable

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Update
from sqlalchemy.exc import SQLAlchemyError

from bot.container import Container
from bot.inbox import ANSWERED_AT_ONCE
from bot.outright import tell_operators, with_detail
from bot.updates import kind_of
from handlers.errors import apologise
from services.operations.alerts import AlertKind
from services.operations.errors import fingerprint, new_error_id
from services.people import Person

log = structlog.get_logger()
# With the database away, operators are told of equal errors once in this time, and of so many at all.
SAY_AGAIN_SECONDS, MOST_SAID = 3600.0, 20


class Regrets:
    """Tells those whom it concerns."""

    def __init__(self, bot: Bot, container: Container, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds."""
        self._bot = bot
        self._container = container
        self._clock = clock
        # When an error was told outright, by fingerprint; the oldest first.
        self._told: OrderedDict[str, float] = OrderedDict()

    async def say(self, update: Update, error: Exception) -> None:
        error_id = new_error_id()
        person = await self._person(update)
        log.error("an update failed for good", error_id=error_id, update_id=update.update_id, exc_info=error)
        try:
            await apologise(update, self._container.catalogue, person, error_id)
        except AiogramError as trouble:
            log.warning("the person could not be told", error_id=error_id, reason=type(trouble).__name__)
        await self._tell_operators(update, error_id, error, None if person is None else person.id)

    async def _person(self, update: Update) -> Person | None:
        user = getattr(update.callback_query or update.message or update.edited_message, "from_user", None)
        if user is None:
            return None
        try:
            return await self._container.services.people.meet(user.id, user.language_code, self._container.clock())
        except (SQLAlchemyError, OSError):
            return None

    async def _tell_operators(self, update: Update, error_id: str, error: Exception, person_id: int | None) -> None:
        errors, now = self._container.services.errors, self._container.clock()
        at_once = kind_of(update) in ANSWERED_AT_ONCE
        try:
            await errors.keep(
                error_id,
                "query" if at_once else "update",
                error,
                now,
                person_id=person_id,
                kind=AlertKind.ERROR if at_once else AlertKind.UPDATE_ASIDE,
            )
        except (SQLAlchemyError, OSError) as trouble:
            # Without the database there is no alert that could count them.
            log.warning("an error could not be kept", error_id=error_id, reason=type(trouble).__name__)
            if self._is_news(fingerprint(error)):
                settings = self._container.settings
                said = with_detail(f"⚠️ № {error_id}: {type(error).__name__}", errors.text(error))
                await tell_operators(self._bot, settings.admin_chat_id, sorted(settings.admin_ids), said)

    def _is_news(self, mark: str) -> bool:
        now = self._clock()
        while self._told and now - next(iter(self._told.values())) > SAY_AGAIN_SECONDS:
            self._told.popitem(last=False)
        if mark in self._told or len(self._told) >= MOST_SAID:
            return False
        self._told[mark] = now
        return True
