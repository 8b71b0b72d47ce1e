"""Every press is answered exactly once: the button's spinner ends, whatever happens in the handler."""

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramNetworkError, TelegramServerError
from aiogram.methods import AnswerCallbackQuery, TelegramMethod
from aiogram.methods.base import Response, TelegramType
from aiogram.types import TelegramObject, Update

log = structlog.get_logger()
# Telegram's own words: the press waited longer than it may. There is nobody left to answer.
TOO_OLD = "query is too old"
MOST_ALERT_CHARACTERS = 200
# Far more than can be in hand at once.
MOST_REMEMBERED = 1_000


@dataclass(slots=True)
class _Press:
    answered: bool = False


_press: ContextVar[_Press | None] = ContextVar("press", default=None)


class NotesAnswers(BaseRequestMiddleware):
    """Notes, on the way out, that a press was answered, and answers none twice, though its handler may be tried again.

    An answer that does not arrive stops no handler.
    """

    def __init__(self) -> None:
        self._answered: deque[str] = deque(maxlen=MOST_REMEMBERED)

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        query_id = method.callback_query_id if isinstance(method, AnswerCallbackQuery) else None
        if query_id is None:
            return await make_request(bot, method)
        if query_id in self._answered:
            _note_answered()
            return Response(ok=True, result=True)
        try:
            await make_request(bot, method)
        except TelegramBadRequest as error:
            # Too old counts as answered: nobody waits any more.
            if TOO_OLD not in error.message:
                raise
        except (TelegramNetworkError, TelegramServerError) as error:
            # A courtesy that did not arrive; AnswersPresses tries it once more after the work.
            log.info("a press could not be answered", reason=type(error).__name__)
            return Response(ok=True, result=True)
        self._answered.append(query_id)
        _note_answered()
        return Response(ok=True, result=True)


def _note_answered() -> None:
    press = _press.get()
    if press is not None:
        press.answered = True


class AnswersPresses(BaseMiddleware):
    """Answers what a handler left unanswered."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, Update)
        if event.callback_query is None:
            return await handler(event, data)
        token = _press.set(_Press())
        try:
            return await handler(event, data)
        finally:
            if not is_answered():
                with suppress(TelegramAPIError):
                    await event.callback_query.answer()
            _press.reset(token)


def is_answered() -> bool:
    """Whether the press in hand was answered already; False outside one."""
    press = _press.get()
    return press is not None and press.answered
