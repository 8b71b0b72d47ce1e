"""The dispatcher: routers in their order, and what every update passes on its way to them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware, Dispatcher
from aiogram.fsm.storage.base import BaseEventIsolation, BaseStorage
from aiogram.types import TelegramObject, User

from handlers.dialogue import CommandsEndDialogues
from handlers.errors import Report, TellsErrors
from handlers.presses import AnswersPresses
from handlers.routers import routers
from services.language import Catalogue, speaking
from services.services import Services

Clock = Callable[[], datetime]


def build_dispatcher(
    services: Services,
    catalogue: Catalogue,
    *,
    storage: BaseStorage,
    isolation: BaseEventIsolation,
    clock: Clock,
    report: Report,
) -> Dispatcher:
    """A dispatcher that handles any update: every error ends as a sentence to the person."""
    dispatcher = Dispatcher(
        storage=storage,
        events_isolation=isolation,
        services=services,
        catalogue=catalogue,
    )
    # The outermost first: a press is answered last of all, after an error had its chance to be its answer.
    dispatcher.update.outer_middleware(AnswersPresses())
    dispatcher.update.outer_middleware(TellsErrors(catalogue, report))
    dispatcher.update.outer_middleware(MeetsPerson(services, catalogue, clock))
    dispatcher.message.outer_middleware(CommandsEndDialogues())
    dispatcher.include_routers(*routers())
    return dispatcher


class MeetsPerson(BaseMiddleware):
    """Gives handlers ``person`` and ``now``, and sets the language in use."""

    def __init__(self, services: Services, catalogue: Catalogue, clock: Clock) -> None:
        self._services = services
        self._catalogue = catalogue
        self._clock = clock

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        now = data["now"] = self._clock()
        user: User | None = data.get("event_from_user")
        if user is None or user.is_bot:
            return None
        person = data["person"] = await self._services.people.meet(user.id, user.language_code, now)
        with speaking(self._catalogue, person.language):
            return await handler(event, data)
