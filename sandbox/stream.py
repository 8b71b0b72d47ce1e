"""The people's events, followed over HTTP: a local picture of all chats that changes as they do."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

import aiohttp

from sandbox.client_views import Message
from sandbox.text import Json

T = TypeVar("T")


class Follower:
    """Keeps every chat's messages and a log of events; waits for conditions by events, never by polling."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._failure: str | None = None
        self.bot_id = 0
        self.world: Json = {}
        self.log: list[Json] = []
        # The number of the newest event that was read.
        self.position = 0
        self.chats: dict[int, dict[int, Message]] = {}
        self.deleted: dict[tuple[int, int], Message] = {}

    async def start(self) -> None:
        self.world = await self._get("/people/world")
        self.bot_id = int(self.world["bot"]["id"])
        for chat in self.world["chats"]:
            answer = await self._get(f"/people/chats/{chat['id']}/messages?limit=1000")
            messages = [Message(raw, self.bot_id) for raw in answer["messages"]]
            self.chats[int(chat["id"])] = {message.message_id: message for message in messages}
        self.position = int(self.world["event_id"])
        stands = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._follow(self.position, stands))
        await stands

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _get(self, path: str) -> Any:
        async with self._http.get(self._url + path) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def until(self, look: Callable[[], T | None], *, timeout: float, complaint: Callable[[], str]) -> T:
        """What `look` finds, as soon as it is not None; AssertionError with the complaint after `timeout` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            found = look()
            if found is not None:
                return found
            if self._failure is not None:
                raise AssertionError(f"{self._failure}\n{complaint()}")
            try:
                async with asyncio.timeout_at(deadline):
                    await self._changed.wait()
            except TimeoutError:
                raise AssertionError(complaint()) from None

    async def _follow(self, after: int, stands: asyncio.Future[None]) -> None:
        try:
            timeout = aiohttp.ClientTimeout(total=None, sock_read=None)
            async with self._http.get(f"{self._url}/people/events?after={after}", timeout=timeout) as answer:
                answer.raise_for_status()
                buffer = b""
                async for chunk in answer.content.iter_any():
                    if not stands.done():
                        stands.set_result(None)
                    *whole, buffer = (buffer + chunk).split(b"\n\n")
                    for block in whole:
                        self._read(block.decode())
            self._fail("The sandbox ended its stream of events.")
        except aiohttp.ClientError as error:
            self._fail(f"The sandbox's stream of events broke: {error!r}")
        finally:
            if not stands.done():
                stands.set_result(None)

    def _fail(self, sentence: str) -> None:
        self._failure = sentence
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _read(self, block: str) -> None:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "data" in fields:
            self._apply(json.loads(fields["data"]))
            self.position = int(fields["id"])
            self._wake()

    async def catch_up(self, *, timeout: float) -> None:
        """Wait until everything that has happened in the sandbox by now is seen here."""
        newest = int((await self._get("/people/world"))["event_id"])
        await self.until(
            lambda: True if self.position >= newest else None,
            timeout=timeout,
            complaint=lambda: f"Event {newest} never came; the newest here is {self.position}.",
        )

    def _apply(self, event: Json) -> None:
        if event["kind"] in {"message", "edited"}:
            message = Message(event["message"], self.bot_id)
            self.chats.setdefault(event["chat_id"], {})[message.message_id] = message
        elif event["kind"] == "world":
            self.world = event["world"]
        elif event["kind"] == "deleted":
            gone = self.chats.get(event["chat_id"], {}).pop(event["message_id"], None)
            if gone is not None:
                place = (event["chat_id"], event["message_id"])
                self.deleted[place] = Message(gone.raw, self.bot_id, deleted=True)
        self.log.append(event)
