"""Handled updates are marked as done together: a commit for each would cost more than handling it."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from db.engine import Database
from db.queries import inbox as queries

log = structlog.get_logger()
GATHER_SECONDS = 0.01
# A statement takes only so many.
AT_ONCE = 1_000
# Before the next try, when the database does not take them.
PAUSE_SECONDS = 1.0
# For the last of them, at the end.
LAST_SECONDS = 2.0


class Marks:
    """What is not marked is handled again after a restart, which changes nothing twice."""

    def __init__(self, database: Database, marked: Callable[[Sequence[int]], None]) -> None:
        """``marked`` is told which updates the table knows as done."""
        self._database = database
        self._marked = marked
        self._done: list[int] = []
        self._marking: asyncio.Task[None] | None = None

    def note(self, update_id: int) -> None:
        """The update is done; that is written down in a moment."""
        self._done.append(update_id)
        if self._marking is None or self._marking.done():
            self._marking = asyncio.create_task(self._write_soon())

    async def write(self) -> None:
        """Write down what is noted. Raises what the database raises, and forgets nothing then."""
        while self._done:
            done, self._done = self._done[:AT_ONCE], self._done[AT_ONCE:]
            try:
                async with self._database.write() as session:
                    await queries.mark_done(session, done)
            except BaseException:
                self._done = done + self._done
                raise
            self._marked(done)

    async def close(self) -> None:
        """Write down the last ones, if the database takes them soon."""
        if self._marking is not None:
            await asyncio.wait({self._marking}, timeout=LAST_SECONDS)
            self._marking.cancel()
        try:
            async with asyncio.timeout(LAST_SECONDS):
                await self.write()
        except Exception as error:
            log.warning("handled updates could not be marked", error=type(error).__name__)

    async def _write_soon(self) -> None:
        while self._done:
            await asyncio.sleep(GATHER_SECONDS)
            try:
                await self.write()
            except Exception as error:
                log.warning("handled updates could not be marked", error=type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
