"""Updates by webhook: 2xx only after the inbox has them."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramUnauthorizedError
from aiogram.types import Update
from aiohttp import web
from pydantic import ValidationError

from bot.inbox import Inbox
from bot.refusals import port_needed
from bot.settings import Settings
from bot.stopping import Stopping, unless
from redirect_server.application import listening

log = structlog.get_logger()
PATH = "/telegram/webhook"
SHOWN_IN = "X-Telegram-Bot-Api-Secret-Token"
# The largest update that Telegram makes is far smaller.
MOST_BYTES = 1024 * 1024
# How many deliveries Telegram may have under way at once.
CONNECTIONS = 40
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0


class Webhook:
    """The door for Telegram. Closed (503: bring it again) until the bot role has opened its inbox."""

    def __init__(self, url: str, secret: str) -> None:
        """``url`` is what Telegram is told; ``secret`` has 1 to 256 of ``A-Za-z0-9_-``."""
        self.url = url
        self._secret = secret
        self._open: tuple[Bot, Inbox] | None = None

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self.receive)]

    def listen(self, settings: Settings) -> Callable[[Stopping], Awaitable[None]]:
        """A role that opens the door on WEB_PORT, where no redirect server of this process does."""

        async def role(stopping: Stopping) -> None:
            application = web.Application()
            application.add_routes(self.routes())
            with port_needed(settings.web_host, settings.web_port, "WEB_PORT"):
                async with listening(application, host=settings.web_host, port=settings.web_port):
                    await stopping.wait()

        return role

    async def serve(self, bot: Bot, inbox: Inbox, kinds: list[str], stopping: Stopping) -> None:
        """Take updates of ``kinds`` until ``stopping``. Afterwards Telegram keeps them for who opens next.

        Raises TelegramUnauthorizedError; waits out any other trouble of Telegram's.
        """
        self._open = bot, inbox
        try:
            await self._announce(bot, kinds, stopping)
            await stopping.wait()
        finally:
            self._open = None

    async def _announce(self, bot: Bot, kinds: list[str], stopping: Stopping) -> None:
        pause = FIRST_PAUSE
        while not stopping.is_set():
            try:
                # Nobody waits at the end for a Telegram that does not answer.
                await unless(stopping, self._tell(bot, kinds))
            except TelegramUnauthorizedError:
                raise
            except AiogramError as error:
                log.warning("Telegram was not told of the webhook", reason=str(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    async def _tell(self, bot: Bot, kinds: list[str]) -> None:
        await bot.set_webhook(self.url, secret_token=self._secret, allowed_updates=kinds, max_connections=CONNECTIONS)

    async def receive(self, request: web.Request) -> web.Response:
        """401 without the secret, 413, 400 for what is no update, 503 when it cannot be kept, else 200."""
        given = request.headers.get(SHOWN_IN, "")
        # In constant time: how long a refusal takes says nothing about the secret.
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), self._secret.encode()):
            return web.Response(status=401)
        body = await _body(request)
        if body is None:
            return web.Response(status=413)
        raw = _json(body)
        if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
            return web.Response(status=400)
        if self._open is None:
            return _again()
        bot, inbox = self._open
        try:
            update = Update.model_validate(raw, context={"bot": bot})
        except ValidationError:
            log.error("an update that cannot be read is left out", update_id=raw["update_id"])
            return web.Response()
        try:
            await inbox.take([update])
        except Exception as error:
            log.warning("an update could not be recorded", error=type(error).__name__)
            return _again()
        return web.Response()


async def _body(request: web.Request) -> bytes | None:
    """None when it is too large; no more than that is ever read."""
    body = bytearray()
    async for part in request.content.iter_chunked(64 * 1024):
        body += part
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _again() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": "1"})
