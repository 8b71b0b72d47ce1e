"""Heartbeats: every process says that it runs, what it does, and how it fares."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import structlog

from db.engine import Database
from db.queries import heartbeats as queries

log = structlog.get_logger()
BEAT_SECONDS = 10.0
# What is said at the end need not keep anybody waiting.
LAST_WORD_SECONDS = 2.0

Facts = Callable[[], Mapping[str, Any]]


class Pulse:
    """This process's heartbeat, for as long as it has a role.

    >>> async with pulse.role("web", lambda: {"clicks": 7, "seconds": 0.2}):   # numbers and words, as JSON takes them
    ...     await serve()

    A process that ends in an orderly way leaves no trace; one that dies is missed, and so is a role that fails.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._process = str(uuid.uuid4())
        self._started_at = clock()
        self._roles: dict[str, Facts] = {}
        self._changed = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def role(self, name: str, facts: Facts = dict) -> AsyncIterator[None]:
        """The process has this role until the end of the block."""
        self._roles[name] = facts
        self.changed()
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat(), name="heartbeat")
        try:
            yield
        except Exception:
            await self._failed(name)
            raise
        del self._roles[name]
        if self._roles:
            self.changed()
        else:
            await self._stop(last_word=True)

    async def _failed(self, name: str) -> None:
        """Whatever the process does now, this role is to be missed; its others are as well as before."""
        del self._roles[name]
        if not self._roles:
            await self._stop(last_word=False)
            return
        self.changed()
        # The last that is heard of it, as if it had been a process of its own.
        try:
            async with asyncio.timeout(LAST_WORD_SECONDS):
                await self._keep(str(uuid.uuid4()), {name: {}})
        except Exception as error:
            log.warning("that a role failed could not be kept", role=name, reason=type(error).__name__)

    def changed(self) -> None:
        """The facts are others now: they are told at once."""
        self._changed.set()

    async def _stop(self, *, last_word: bool) -> None:
        beating, self._beating = self._beating, None
        if beating is None:
            return
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        if last_word:
            try:
                async with asyncio.timeout(LAST_WORD_SECONDS), self._database.write() as session:
                    await queries.stop(session, self._process)
            except Exception as error:
                log.info("the last heartbeat could not be kept", reason=type(error).__name__)

    async def _beat(self) -> None:
        while True:
            self._changed.clear()
            try:
                await self._keep(self._process, {name: dict(given()) for name, given in self._roles.items()})
            except Exception as error:
                log.warning("a heartbeat could not be kept", reason=type(error).__name__)
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _keep(self, process: str, facts: dict[str, dict[str, Any]]) -> None:
        """``facts`` by role."""
        async with self._database.write() as session:
            await queries.beat(
                session,
                process,
                roles=" ".join(sorted(facts)),
                host=f"{socket.gethostname()[:240]} {os.getpid()}",
                started_at=self._started_at,
                seen_at=self._clock(),
                facts=facts,
            )
