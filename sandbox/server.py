"""The local Telegram itself: one HTTP server for the Bot API, the people and the chat page."""

import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from aiohttp import web

from sandbox.bot_api.parameters import Call, read_call
from sandbox.call_log import RecordedCall
from sandbox.calls import Calls, refusal
from sandbox.errors import BotApiError
from sandbox.faults import Faults
from sandbox.limits import CHECKOUT_ANSWER
from sandbox.people import Account, Group, demo_groups, demo_people
from sandbox.people_api import people_errors, people_routes
from sandbox.queries import Press
from sandbox.stars import Stars
from sandbox.text import Json
from sandbox.webhooks import ANSWER_SECONDS, Courier, Delays, telegram_delays
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.tiktok.server import TikTokServer

PAGE: Final = Path(__file__).resolve().parent / "page"
# The pages that have an address of their own.
PAGES: Final = {"/": "index.html", "/calls": "calls.html"}
# Above the largest upload, so that too big a file gets Telegram's own words.
BODY_BYTES_MAX: Final = 64 * 1024 * 1024
TOKEN: Final = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{10,100}")
PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def wall_clock() -> datetime:
    return datetime.now(UTC)


class SandboxServer:
    """A strict Bot API server for one bot, with people to talk to it.

    Usable as an async context manager. `token` must look like a real one (`123456:letters`); `port` 0 takes a free
    one. `now` gives aware times: ages of queries and messages are measured by it. `enforce_rates` turns on
    Telegram's 429; `inline_feedback` the chosen_inline_result updates. `webhook_delays` says how long an update waits
    that the webhook did not take, by its failures so far and the answer's Retry-After; the webhook must answer within
    `webhook_seconds`, a pre-checkout query within `checkout_seconds` of real time. `past` is how many messages there
    were before; see `messages_before`. `tiktok` is one that people can turn a day of here; it is started elsewhere.
    """

    def __init__(
        self,
        token: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        now: Callable[[], datetime] = wall_clock,
        bot_username: str = "toklink_demo_bot",
        bot_name: str = "Toklink",
        enforce_rates: bool = False,
        inline_feedback: bool = True,
        people: Iterable[Account] | None = None,
        groups: Iterable[Group] | None = None,
        webhook_delays: Delays = telegram_delays,
        webhook_seconds: float = ANSWER_SECONDS,
        checkout_seconds: float = CHECKOUT_ANSWER.total_seconds(),
        past: int = 0,
        tiktok: "TikTokServer | None" = None,
    ) -> None:
        if not TOKEN.fullmatch(token):
            raise ValueError("A bot token looks like 123456:ABC-letters-and-digits")
        self._token = token
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self.world = World(
            bot=bot_user(int(token.partition(":")[0]), bot_name, bot_username),
            people=demo_people() if people is None else people,
            groups=demo_groups() if groups is None else groups,
            now=now,
            enforce_rates=enforce_rates,
            inline_feedback=inline_feedback,
            checkout_seconds=checkout_seconds,
            past=past,
        )
        self.world.tiktok = tiktok
        self._calls = Calls(self.world)
        self.world.courier = Courier(
            self.world.updates,
            now=now,
            delays=webhook_delays,
            answer_seconds=webhook_seconds,
            carry_out=lambda call: self._calls.carry_out(call, by_webhook=True),
        )

    @property
    def url(self) -> str:
        """The server's address, without a slash at its end; known once started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def calls(self) -> deque[RecordedCall]:
        """The newest calls of the bot, oldest first."""
        return self.world.log.calls

    @property
    def faults(self) -> Faults:
        """Where faults are scripted: `server.faults.add(Fault("cut", method="sendMessage"))`."""
        return self.world.faults

    @property
    def stars(self) -> Stars:
        """The bot's Stars: `server.stars.ledger`, `.balance`, `.charges`."""
        return self.world.stars

    @property
    def violations(self) -> list[str]:
        """What the bot did that it must not, as sentences."""
        return self.world.violations

    def unanswered_presses(self) -> list[Press]:
        """Presses that reached the bot's queue and were never answered."""
        return self.world.presses.unanswered()

    async def start(self) -> None:
        application = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[self._expire, people_errors])
        application.router.add_route("*", "/bot{token:[^/]+}/{method:[^/]*}", self._bot_api)
        application.router.add_get("/file/bot{token:[^/]+}/{path:.+}", self._file)
        for path in PAGES:
            application.router.add_get(path, self._page)
        application.router.add_get("/page/{name:.+}", self._page)
        application.add_routes(people_routes(self.world))
        application.on_shutdown.append(self._end_streams)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """End long polls and streams, then the server."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "SandboxServer":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    @web.middleware
    async def _expire(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.world.expire()
        return await handler(request)

    async def _end_streams(self, _: web.Application) -> None:
        await self.world.courier.end()
        self.world.close()

    # The Bot API

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if not TOKEN.fullmatch(token):
            raise BotApiError(404, "Not Found")
        if token != self._token:
            raise BotApiError(401, "Unauthorized")

    async def _bot_api(self, request: web.Request) -> web.Response:
        call = Call(request.match_info["method"])
        began = time.perf_counter()
        try:
            self._check_token(request)
            call = await read_call(request)
        except BotApiError as error:
            reply = refusal(error)
        except web.HTTPRequestEntityTooLarge:
            reply = refusal(BotApiError(413, "Request Entity Too Large"))
        else:
            return (await self._calls.carry_out(call)).response(request)
        self._calls.record(call, reply, (time.perf_counter() - began) * 1000)
        return reply.response(request)

    async def _file(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request)
        except BotApiError as error:
            return refusal(error).response(request)
        stored = self.world.files.by_path(request.match_info["path"])
        if stored is None:
            return refusal(BotApiError(404, "Not Found")).response(request)
        return web.Response(body=stored.content, content_type="application/octet-stream")

    # The page

    async def _page(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("name") or PAGES[request.path]
        path = (PAGE / name).resolve()
        if not path.is_relative_to(PAGE) or not path.is_file():
            raise web.HTTPNotFound(text="There is no such page.")
        return web.FileResponse(path, headers=PAGE_HEADERS)


def bot_user(bot_id: int, name: str, username: str) -> Json:
    """The User object of getMe."""
    return {
        "id": bot_id,
        "is_bot": True,
        "first_name": name,
        "username": username,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
