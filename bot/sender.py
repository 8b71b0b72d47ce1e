"""The bot that speaks to Telegram: its server, its defaults, and patience where Telegram asks for it."""

import asyncio
from functools import cache
from typing import Any

import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import GetUpdates, TelegramMethod
from aiogram.methods.base import Response, TelegramType
from aiohttp import ClientConnectorError, ClientTimeout

from handlers.presses import NotesAnswers

log = structlog.get_logger()
# Longer waits are for deliveries; whoever waits in the chat has turned away by then.
LONGEST_WAIT_SECONDS = 60
PAUSES_SECONDS = (0.2, 1.0)
# A connection that is not made in time was never made; an answer may take as long as a large file does.
TIMEOUT = ClientTimeout(total=180, sock_connect=10)
# Methods that change nothing more when they are called twice.
REPEATABLE = ("edit", "answer", "delete", "set", "get")


class Session(AiohttpSession):
    """Is closed as soon as its connections are, and keeps the types of answers."""

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        # pydantic forgets the type of an answer when nobody holds it, and takes milliseconds to make it anew.
        _keep(method.__returning__)
        return super().check_response(bot, method, status_code, content)

    async def close(self) -> None:
        # aiohttp waits until each connection is closed, TLS or not. aiogram then waits for a quarter of a second more,
        # which every orderly stop would take longer.
        if self._session is not None:
            await self._session.close()


@cache
def _keep(kind: Any) -> object:
    return Response[kind]


class TriesAgain(BaseRequestMiddleware):
    """Tries a call again where that can do nothing twice.

    Telegram asked to wait: the call was refused. The connection was never made. Or the call may be repeated at
    will: it edits, answers, deletes, sets or asks. A message whose answer was lost may have been sent, and is not
    sent again from here.
    """

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        waited, pauses = 0, list(PAUSES_SECONDS)
        while True:
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as error:
                waited += error.retry_after
                if isinstance(method, GetUpdates) or waited > LONGEST_WAIT_SECONDS:
                    raise
                log.info("Telegram asks to wait", seconds=error.retry_after, method=method.__api_method__)
                await asyncio.sleep(error.retry_after)
            except (TelegramNetworkError, TelegramServerError) as error:
                if isinstance(method, GetUpdates) or not pauses or not _may_repeat(method, error):
                    raise
                await asyncio.sleep(pauses.pop(0))


def _may_repeat(method: TelegramMethod[Any], error: Exception) -> bool:
    never_connected = isinstance(error.__cause__, ClientConnectorError)
    return never_connected or method.__api_method__.startswith(REPEATABLE)


def open_bot(token: str, api_url: str, *, patient: bool = True) -> Bot:
    """A bot that speaks HTML; close its session after use.

    Not ``patient``, it tries nothing again: whatever goes wrong is its caller's to judge.
    """
    session = Session(api=TelegramAPIServer.from_base(api_url))
    if patient:
        session.middleware(NotesAnswers())
        session.middleware(TriesAgain())
    else:
        # aiogram hands it to aiohttp as it is.
        session.timeout = TIMEOUT  # type: ignore[assignment]
    return Bot(token, session=session, default=DefaultBotProperties(parse_mode=ParseMode.HTML))
