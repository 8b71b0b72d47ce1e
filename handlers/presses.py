"""Every press is answered exactly once: the button's spinner ends, whatever happens in the handler."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import AnswerCallbackQuery, TelegramMethod
from aiogram.methods.base import Response, TelegramType
from aiogram.types import TelegramObject, Update

# Telegram's own words: the press waited longer than it may. There is nobody left to answer.
TOO_OLD = "query is too old"
MOST_ALERT_CHARACTERS = 200


@dataclass(slots=True)
class _Press:
    answered: bool = False


_press: ContextVar[_Press | None] = ContextVar("press", default=None)


class NotesAnswers(BaseRequestMiddleware):
    """Notes, on the way out, that the press in hand was answered."""

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        press = _press.get()
        if press is not None and isinstance(method, AnswerCallbackQuery):
            press.answered = True
        try:
            return await make_request(bot, method)
        except TelegramBadRequest as error:
            if isinstance(method, AnswerCallbackQuery) and TOO_OLD in error.message:
                # The work goes on: an old press that is replayed still does what it says.
                return Response(ok=True, result=True)
            raise


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
                await event.callback_query.answer()
            _press.reset(token)


def is_answered() -> bool:
    """Whether the press in hand was answered already; False outside one."""
    press = _press.get()
    return press is not None and press.answered
