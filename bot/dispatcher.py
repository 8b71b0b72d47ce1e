"""The dispatcher: routers in their order, and what every update passes on its way to them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware, Dispatcher
from aiogram.fsm.storage.base import BaseEventIsolation, BaseStorage
from aiogram.types import TelegramObject, Update, User

from bot.admission import Admits, AdmitsToSupport
from handlers.errors import TellsErrors
from handlers.presses import AnswersPresses
from handlers.routers import routers
from handlers.standing import FollowsChats
from services.language import Catalogue, speaking
from services.people import Person
from services.services import Services

Clock = Callable[[], datetime]


def build_dispatcher(
    services: Services,
    catalogue: Catalogue,
    *,
    storage: BaseStorage,
    isolation: BaseEventIsolation,
    clock: Clock,
) -> Dispatcher:
    """A dispatcher that handles any update. What it raises is nobody's mistake but ours."""
    dispatcher = Dispatcher(
        storage=storage, events_isolation=isolation, disable_fsm=True, services=services, catalogue=catalogue
    )
    # The outermost first: a press is answered last of all, after an error had its chance to be its answer.
    dispatcher.update.outer_middleware(AnswersPresses())
    dispatcher.update.outer_middleware(TellsErrors(catalogue))
    dispatcher.update.outer_middleware(FollowsChats(services.deliveries, clock))
    dispatcher.update.outer_middleware(MeetsPerson(services, catalogue, clock))
    dispatcher.update.outer_middleware(Admits(services.throttle, services.tickets))
    # aiogram would put this before all of ours, and its storage can be away like any other.
    dispatcher.update.outer_middleware(Dialogues(dispatcher.fsm))
    dispatcher.update.outer_middleware(AdmitsToSupport())
    dispatcher.include_routers(*routers())
    return dispatcher


class Dialogues(BaseMiddleware):
    """aiogram's own, for all but payers: whether they may pay waits for nothing else that they do, and asks nothing."""

    def __init__(self, fsm: BaseMiddleware) -> None:
        self._fsm = fsm

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, Update)
        if event.pre_checkout_query is not None:
            return await handler(event, data)
        return await self._fsm(handler, event, data)


class MeetsPerson(BaseMiddleware):
    """Gives handlers ``person``, ``now`` and ``cause``, and sets the language in use.

    Whoever writes or presses is remembered from then on.
    """

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
        assert isinstance(event, Update)
        now = data["now"] = self._clock()
        # What handlers name when they change something: the same update changes nothing twice.
        data["cause"] = event.update_id
        user: User | None = data.get("event_from_user")
        if user is None or user.is_bot:
            # Of a refund Telegram tells in the bot's own name; whose it was, the charge says.
            is_refund = event.message is not None and event.message.refunded_payment is not None
            return await handler(event, data) if is_refund else None
        person = await self._known(event, user, now)
        if person is None:
            return None
        data["person"] = person
        if person.unreachable and event.message is not None and event.message.chat.type == "private":
            # Whoever writes can be written to, though Telegram's own word of it was lost.
            await self._services.deliveries.person_returned(person.id, now)
        with speaking(self._catalogue, person.language):
            return await handler(event, data)

    async def _known(self, event: Update, user: User, now: datetime) -> Person | None:
        if event.my_chat_member is not None:
            # Nobody said anything. Least of all is met who was erased, and blocks the bot after its last message.
            return await self._services.people.find(user.id)
        if event.pre_checkout_query is not None:
            # Telegram waits for seconds only, and a write may have to wait for others. A payment is heard of by itself.
            return await self._services.people.recognise(
                user.id, user.language_code, username=user.username, first_name=user.first_name
            )
        return await self._services.people.meet(
            user.id, user.language_code, now, username=user.username, first_name=user.first_name
        )
