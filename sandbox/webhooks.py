"""Brings updates to the bot's webhook as Telegram does: in order, bounded, again and again until a 2xx."""

import asyncio
import errno
import json
import os
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from sandbox.bot_api.content import is_loopback
from sandbox.bot_api.parameters import Call, check_texts, fields_of
from sandbox.errors import BotApiError
from sandbox.files import Upload
from sandbox.profile import Webhook
from sandbox.updates import Lane, QueuedUpdate, UpdateQueue

ANSWER_SECONDS: Final = 60.0
RETRY_AFTER_MAX: Final = 3600
LONGEST_DELAY: Final = 60
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 — a header's name
# What the answer of a webhook cannot ask for.
NOT_IN_ANSWERS: Final = ("get", "setwebhook", "deletewebhook", "close", "logout")

# Seconds until an update is sent again, by how often it has failed and by the answer's Retry-After (0 without one).
Delays = Callable[[int, int], float]
Carrier = Callable[[Call], Awaitable[object]]


def telegram_delays(failures: int, retry_after: int) -> float:
    """At once after the first failure, then 2, 4, 8 … 60 seconds; a Retry-After of up to an hour is obeyed."""
    if retry_after > 0:
        return min(retry_after, RETRY_AFTER_MAX)
    return 0.0 if failures <= 1 else float(min(2 ** (failures - 1), LONGEST_DELAY))


class NotReceived(Exception):
    """The webhook did not take an update; the text is what getWebhookInfo tells."""

    def __init__(self, reason: str, *, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Courier:
    """Delivers the queue to a webhook: each lane in order, lanes side by side, at most `max_connections` at once.

    `carry_out` does what the webhook's answer asks for.
    """

    def __init__(
        self,
        updates: UpdateQueue,
        *,
        now: Callable[[], datetime],
        delays: Delays,
        answer_seconds: float,
        carry_out: Carrier,
    ) -> None:
        self._updates = updates
        self._now = now
        self._delays = delays
        self._answer_seconds = answer_seconds
        self._carry_out = carry_out
        self._webhook = Webhook()
        self._http: aiohttp.ClientSession | None = None
        self._lanes: dict[Lane, deque[QueuedUpdate]] = {}
        self._failures: dict[int, int] = {}
        # Lanes whose first update may be sent now, in the order of their turns.
        self._ready: deque[Lane] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._sleeping: dict[Lane, asyncio.TimerHandle] = {}

    async def begin(self, webhook: Webhook) -> None:
        """Deliver to this address from now on, beginning with all that waits."""
        await self.end()
        self._webhook = webhook
        self._http = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._answer_seconds),
            # Bounded by the tasks under way; who waits for a connection must not lose time to it.
            connector=aiohttp.TCPConnector(limit=0),
        )
        for update in self._updates:
            self._take(update)
        self._updates.listener = self._take

    async def end(self) -> None:
        """Deliver no more; what was not received stays in the queue."""
        self._updates.listener = None
        for timer in self._sleeping.values():
            timer.cancel()
        under_way, self._under_way = self._under_way, set()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for kept in (self._lanes, self._failures, self._sleeping, self._ready):
            kept.clear()
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    def _take(self, update: QueuedUpdate) -> None:
        lane = self._lanes.get(update.lane)
        if lane is None:
            self._lanes[update.lane] = deque([update])
            self._turn(update.lane)
        else:
            lane.append(update)

    def _turn(self, lane: Lane) -> None:
        """This lane's first update is to be sent, as soon as a connection is free."""
        self._sleeping.pop(lane, None)
        self._ready.append(lane)
        self._send_ready()

    def _send_ready(self) -> None:
        while self._ready and len(self._under_way) < self._webhook.max_connections:
            task = asyncio.create_task(self._send(self._ready.popleft()))
            self._under_way.add(task)
            task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        # A task of an earlier webhook is not counted any more.
        if task in self._under_way:
            self._under_way.discard(task)
            self._send_ready()

    async def _send(self, lane: Lane) -> None:
        """Send the lane's first update, and say when it is the lane's turn again."""
        updates = self._lanes[lane]
        update = updates[0]
        delay = 0.0
        if self._updates.waiting(update.update_id):
            try:
                await self._post(update)
            except NotReceived as failure:
                delay = self._note(update, failure)
                self._sleeping[lane] = asyncio.get_running_loop().call_later(delay, self._turn, lane)
                return
            self._updates.confirm(update.update_id)
        self._failures.pop(update.update_id, None)
        updates.popleft()
        if updates:
            self._ready.append(lane)
        else:
            del self._lanes[lane]

    def _note(self, update: QueuedUpdate, failure: NotReceived) -> float:
        """Remember a failure; seconds until the next try."""
        self._webhook.last_error_date = int(self._now().timestamp())
        self._webhook.last_error_message = failure.reason
        failures = self._failures.get(update.update_id, 0) + 1
        self._failures[update.update_id] = failures
        return self._delays(failures, failure.retry_after)

    async def _post(self, update: QueuedUpdate) -> None:
        """Send one update and do what the answer asks for; raises NotReceived."""
        webhook = self._webhook
        if not is_loopback(urlsplit(webhook.url).hostname or ""):
            raise NotReceived("The sandbox delivers to this machine alone")
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers[SECRET_HEADER] = webhook.secret_token
        assert self._http is not None
        try:
            async with self._http.post(
                webhook.url, data=json.dumps(update.body), headers=headers, allow_redirects=False, ssl=False
            ) as answer:
                if not 200 <= answer.status <= 299:
                    raw = answer.headers.get("Retry-After", "")
                    reason = f"Wrong response from the webhook: {answer.status} {answer.reason or ''}".strip()
                    raise NotReceived(reason, retry_after=int(raw) if raw.isdecimal() else 0)
                asked = await asked_for(answer)
        except TimeoutError:
            raise NotReceived("Read timeout expired") from None
        except aiohttp.ClientConnectorError as error:
            raise NotReceived(os.strerror(error.os_error.errno or errno.ECONNREFUSED)) from None
        except aiohttp.ClientError:
            raise NotReceived("Webhook connection closed") from None
        # Received, whatever becomes of the wish.
        self._updates.confirm(update.update_id)
        if asked is not None:
            await self._carry_out(asked)


async def asked_for(answer: aiohttp.ClientResponse) -> Call | None:
    """The call that a webhook's answer carries as JSON, as a form or in parts; None for none or one not allowed."""
    try:
        call = await read_answer(answer)
    except (ValueError, BotApiError, aiohttp.ClientPayloadError):
        # Telegram passes over what it cannot read.
        return None
    method = call.method.lower()
    return None if not method or method.startswith(NOT_IN_ANSWERS) else call


async def read_answer(answer: aiohttp.ClientResponse) -> Call:
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    if answer.content_type.startswith("multipart/"):
        fields, files = await read_parts(answer)
    else:
        raw = await answer.read()
        if answer.content_type == "application/json" and raw.strip():
            fields = fields_of(raw)
        elif answer.content_type == "application/x-www-form-urlencoded":
            fields = dict(parse_qsl(raw.decode(), keep_blank_values=True))
    check_texts(fields)
    return Call(fields.pop("method", ""), fields, files)


async def read_parts(answer: aiohttp.ClientResponse) -> tuple[dict[str, str], dict[str, Upload]]:
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    reader = aiohttp.MultipartReader.from_response(answer)
    while (part := await reader.next()) is not None:
        if not isinstance(part, aiohttp.BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read(decode=True))
        if part.filename is None:
            fields[part.name] = content.decode()
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files[part.name] = Upload(part.filename, content, kind)
    return fields, files
