"""Who may press what: every handler of operators names its right, and it is checked at each press and each message."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Router
from aiogram.dispatcher.event.handler import CallbackType
from aiogram.dispatcher.flags import get_flag
from aiogram.filters import BaseFilter
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message, TelegramObject

from handlers.dialogue import AnswersQuestion
from handlers.operations.errors import ReasonTooLong
from handlers.operations.notices import MOST_REASON
from services.operations.tallies import REFUSED_PRESSES
from services.people import NotAllowed, Person, Right
from services.services import Services

RIGHT = "right"


class InOffice(BaseFilter):
    """Somebody with a role writes, in private or in the admin group."""

    async def __call__(self, message: Message, person: Person, services: Services) -> bool:
        if not person.is_support:
            return False
        return message.chat.type == "private" or await services.desk.is_admin_group(message.chat.id)


class ChecksRights(BaseMiddleware):
    """Raises NotAllowed before a handler whose right the person has not, or has no longer."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        right: Right | None = get_flag(data, RIGHT)
        assert right is not None, "a handler of operators without a right"
        data["person"].require(right)
        return await handler(event, data)


class CountsRefusals(BaseMiddleware):
    """Counts presses of buttons that the person has no right to."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        try:
            return await handler(event, data)
        except NotAllowed:
            services: Services = data["services"]
            await services.tallies.count(REFUSED_PRESSES, data["now"])
            raise


def guarded(name: str) -> Router:
    """A router whose handlers are registered by :func:`on_press` and its like alone."""
    router = Router(name=name)
    router.message.filter(InOffice())
    router.message.middleware(ChecksRights())
    router.callback_query.middleware(ChecksRights())
    return router


def on_press(router: Router, handler: CallbackType, right: Right, *filters: CallbackType) -> None:
    router.callback_query.register(handler, *filters, flags={RIGHT: right})


def on_message(router: Router, handler: CallbackType, right: Right, *filters: CallbackType) -> None:
    router.message.register(handler, *filters, flags={RIGHT: right})


def on_answer(router: Router, handler: CallbackType, right: Right, step: State, *filters: CallbackType) -> None:
    """``handler`` takes the answer to the question of ``step``."""
    on_message(router, handler, right, step, AnswersQuestion(), *filters)


def in_group(event: Message | CallbackQuery) -> bool:
    """Whether others read along; there the bot is only shown what answers it."""
    message = event.message if isinstance(event, CallbackQuery) else event
    return message is not None and message.chat.type != "private"


def words(message: Message) -> str:
    return message.text or message.caption or ""


def reason_in(message: Message) -> str:
    """The reason that an operator gave. Raises ReasonTooLong."""
    # PostgreSQL takes no NUL.
    text = words(message).replace("\0", "").strip()
    if len(text) > MOST_REASON:
        raise ReasonTooLong(len(text), MOST_REASON)
    return text
