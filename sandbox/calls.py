"""Carries out the bot's calls: faults that were scripted come first, and every call is recorded."""

import logging
import time
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from sandbox import standing
from sandbox.bot_api import METHODS
from sandbox.bot_api.parameters import Call
from sandbox.call_log import RecordedCall
from sandbox.errors import (
    BLOCKED,
    DEACTIVATED,
    BotApiError,
    bad_request,
    forbidden,
    kicked,
    migrated,
    too_many_requests,
)
from sandbox.faults import Fault
from sandbox.text import Json
from sandbox.world import World

log = logging.getLogger("sandbox")

REFUSALS: Final = {"blocked": BLOCKED, "deactivated": DEACTIVATED}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call gets: Telegram's JSON object under an HTTP status, or, `cut`, no answer at all."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def description(self) -> str | None:
        """The words of an error."""
        return self.body.get("description")

    def response(self, request: web.Request) -> web.Response:
        if self.cut and request.transport is not None:
            request.transport.abort()
        return web.json_response(self.body, status=self.status, headers=self.headers)


def refusal(error: BotApiError) -> Reply:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
        if "retry_after" in error.parameters:
            headers["Retry-After"] = str(error.parameters["retry_after"])
    return Reply(error.code, body, headers)


class Calls:
    """`carry_out` never raises: whatever goes wrong is a Reply."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def carry_out(self, call: Call, *, by_webhook: bool = False) -> Reply:
        began = time.perf_counter()
        fault = self._world.faults.meet(call.method, call.text("chat_id"))
        if fault is None:
            reply = await self._answer(call)
        elif fault.when == "after":
            reply = await self._spoil_after(fault, await self._answer(call))
        else:
            reply = await self._spoil_before(fault, call)
        milliseconds = (time.perf_counter() - began) * 1000
        self.record(call, reply, milliseconds, fault=fault, by_webhook=by_webhook)
        return reply

    def record(
        self, call: Call, reply: Reply, milliseconds: float, *, fault: Fault | None = None, by_webhook: bool = False
    ) -> None:
        # An idle poll says nothing and would push out what matters.
        if call.method.lower() == "getupdates" and reply.status == 200 and fault is None:
            return
        self._world.log.add(
            RecordedCall(
                method=call.method,
                parameters=call.recorded(),
                status=0 if reply.cut else reply.status,
                description=reply.description,
                at=self._world.now(),
                milliseconds=milliseconds,
                fault=None if fault is None else fault.kind,
                by_webhook=by_webhook,
                number=self._world.log.last + 1,
            )
        )
        log.debug("%s %s %s", call.method, reply.status, reply.description or "")

    async def _answer(self, call: Call) -> Reply:
        try:
            method = METHODS.get(call.method.lower())
            if method is None:
                return refusal(BotApiError(404, "Not Found: method not found"))
            result: Any = await method(self._world, call)
        except BotApiError as error:
            return refusal(error)
        except Exception as error:
            # A fault of the sandbox itself: said as Telegram would, and kept where tests look.
            log.exception("The sandbox failed in %s", call.method)
            self._world.violations.append(f"The sandbox itself failed in {call.method}: {error!r}")
            return server_error()
        return Reply(200, {"ok": True, "result": result})

    async def _spoil_before(self, fault: Fault, call: Call) -> Reply:
        """What happens instead of the call; a slow one is carried out in the end."""
        if fault.kind == "slow":
            await self._world.faults.pause(fault.seconds)
            return await self._answer(call)
        if fault.kind == "cut":
            return cut("before")
        if fault.kind == "server_error":
            return server_error()
        try:
            return refusal(self._scripted_error(fault, call))
        except BotApiError as error:
            # The call names no chat that could migrate or be left.
            return refusal(error)

    async def _spoil_after(self, fault: Fault, reply: Reply) -> Reply:
        """What happens to the answer of a call that took effect."""
        if fault.kind == "cut":
            return cut("after")
        if fault.kind == "server_error":
            return server_error()
        await self._world.faults.pause(fault.seconds)
        return reply

    def _scripted_error(self, fault: Fault, call: Call) -> BotApiError:
        if fault.kind == "too_many_requests":
            return too_many_requests(fault.retry_after)
        if fault.kind == "bad_request":
            return BotApiError(400, fault.description)
        if fault.kind in REFUSALS:
            return forbidden(REFUSALS[fault.kind])
        chat = self._world.bot_chat(call.chat_id())
        if chat.is_private:
            return bad_request(f"nobody is {fault.kind} in a private chat")
        return kicked(chat.kind) if fault.kind == "kicked" else migrated(standing.migrate(self._world, chat))


def cut(when: str) -> Reply:
    """No answer; the words are for the record."""
    return Reply(500, {"ok": False, "description": f"connection cut {when} the call took effect"}, cut=True)


def server_error() -> Reply:
    return refusal(BotApiError(500, "Internal Server Error"))
