"""Who leads: one of several bot processes talks to Telegram, and another takes over when it is gone.

No clock is compared with another's. The leader renews a number; a candidate that sees it stand still for longer than
any leader goes on without renewing, by its own clock, takes over.
"""

import asyncio
import os
import secrets
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.methods import TelegramMethod
from aiogram.methods.base import Response, TelegramType
from sqlalchemy.ext.asyncio import AsyncSession

from bot.stopping import Stopping
from db.engine import Database
from db.queries import leases as queries

log = structlog.get_logger()
NAME = "bot"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. A leader that could not renew for ``hold`` leads no more; a candidate waits for longer: ``wait``."""

    renew: float = 2.0
    hold: float = 8.0
    wait: float = 10.0
    look: float = 0.5


class Deposed(Exception):
    """This process may have a successor already: it changes nothing more, and says nothing more."""


def this_machine() -> str:
    """What only processes that see each other's ids have in common: one boot of a machine, and one space of ids.

    A host's name would not do: two machines may have the same one, and so may containers that share a network.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        boot, space = f"{uuid.getnode():x}", ""
    return f"{socket.gethostname()[:40]}/{boot}/{space}".replace(" ", "")


def seconds_passed() -> float:
    """A clock that nobody sets, and that goes on while the machine sleeps where there is one such."""
    sleepless = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if sleepless is None else time.clock_gettime(sleepless)


@dataclass(frozen=True, slots=True)
class Seat:
    """A process that may lead."""

    machine: str
    process: int
    token: str

    def __str__(self) -> str:
        return f"{self.machine} {self.process} {self.token}"

    def knows_gone(self, holder: str) -> bool:
        """Whether the holder certainly runs no more: it ran on this machine, where one can look."""
        machine, _, rest = holder.partition(" ")
        process, _, token = rest.partition(" ")
        if machine != self.machine or not process.isdigit():
            return False
        # Its number is ours now: it was a process before us.
        return token == self.token or int(process) == self.process or not _runs(int(process))


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    # A zombie has ended, and its parent has not asked after it yet.
    return stat.rpartition(")")[2].split()[:1] != ["Z"]


class Reign:
    """The time for which this process leads."""

    def __init__(self, holder: str, began: float, pace: Pace, clock: Callable[[], float]) -> None:
        # Set when it ends: the process stops, or somebody else may lead.
        self.over = Stopping()
        self._holder = holder
        self._pace = pace
        self._clock = clock
        self._renewed_at = began

    def holds(self) -> bool:
        """Whether certainly nobody else leads."""
        return self.seconds_left() > 0

    def seconds_left(self) -> float:
        return self._renewed_at + self._pace.hold - self._clock()

    def renewed(self, began: float) -> None:
        """The lease was renewed by a request that was made at ``began``."""
        self._renewed_at = began

    async def fence(self, session: AsyncSession) -> None:
        """Whatever the session's transaction writes, it writes as the leader: raises Deposed when it is not."""
        if not self.holds() or not await queries.is_held(session, NAME, self._holder):
            raise Deposed


class SpeaksAsLeader(BaseRequestMiddleware):
    """Lets no call to Telegram pass when somebody else may lead; the innermost, after all waiting. Raises Deposed."""

    def __init__(self, reign: Reign) -> None:
        self._reign = reign

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        if not self._reign.holds():
            raise Deposed
        return await make_request(bot, method)


def _say(said: str, text: str) -> str:
    """Once, not at every look."""
    if text != said:
        log.warning(text)
    return text


class Leadership:
    """Leads whenever nobody else does.

    >>> await Leadership(database).run(stopping, lead)   # lead(reign) is called each time that this process leads
    """

    def __init__(
        self,
        database: Database,
        *,
        machine: str | None = None,
        pace: Pace = Pace(),
        clock: Callable[[], float] = seconds_passed,
    ) -> None:
        """``machine``: where the process believes to be; ``clock`` gives seconds, and is never set."""
        self._database = database
        self._seat = Seat(machine or this_machine(), os.getpid(), secrets.token_hex(4))
        self._pace = pace
        self._clock = clock
        self._current: Reign | None = None

    @property
    def leads(self) -> bool:
        """Whether this process leads just now."""
        return self._current is not None and self._current.holds()

    async def run(self, stopping: Stopping, lead: Callable[[Reign], Awaitable[None]]) -> None:
        """Until ``stopping``. What ``lead`` raises ends it; the lease is released then, as at an orderly stop.

        ``lead`` ends by itself when ``reign.over`` is set, and is cancelled when the lease is lost.
        """
        while not stopping.is_set():
            reign = await self._win(stopping)
            if reign is None:
                return
            log.info("this process leads")
            self._current = reign
            try:
                await self._reign(reign, stopping, lead)
            finally:
                self._current = None

    async def _win(self, stopping: Stopping) -> Reign | None:
        """Wait for the lease; None when ``stopping`` comes first."""
        seen: queries.Held | None = None
        since = self._clock()
        said = ""
        while not stopping.is_set():
            began = self._clock()
            try:
                found = await self._look()
                if found != seen:
                    seen, since = found, self._clock()
                if self._is_free(found, since) and await self._take(found):
                    return Reign(str(self._seat), began, self._pace, self._clock)
            except Exception as error:
                said = _say(said, f"who leads is not known: the database does not answer ({type(error).__name__})")
            else:
                said = _say(said, "another process leads; this one stands by")
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self._pace.look)
        return None

    async def _look(self) -> queries.Held:
        async with self._database.read() as session:
            found = await queries.look(session, NAME)
        if found is None:
            async with self._database.write() as session:
                await queries.add(session, NAME)
            return await self._look()
        return found

    def _is_free(self, lease: queries.Held, since: float) -> bool:
        return lease.holder is None or self._seat.knows_gone(lease.holder) or self._clock() - since >= self._pace.wait

    async def _take(self, seen: queries.Held) -> bool:
        async with self._database.write() as session:
            return await queries.take(session, NAME, seen, str(self._seat))

    async def _reign(self, reign: Reign, stopping: Stopping, lead: Callable[[Reign], Awaitable[None]]) -> None:
        leading = asyncio.ensure_future(lead(reign))
        holding = asyncio.create_task(self._hold(reign))
        ending = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({leading, holding, ending}, return_when=asyncio.FIRST_COMPLETED)
            reign.over.set()
            # The lease is held while what is in hand is finished.
            await asyncio.wait({leading, holding}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            reign.over.set()
            for task in (leading, holding, ending):
                task.cancel()
            results = await asyncio.gather(leading, holding, ending, return_exceptions=True)
            await self._release(reign)
        if isinstance(results[0], Exception) and not isinstance(results[0], Deposed):
            raise results[0]

    async def _hold(self, reign: Reign) -> None:
        """Renew, and return when somebody else may lead."""
        while reign.holds():
            began = self._clock()
            renewing = asyncio.create_task(self._renew())
            await asyncio.wait({renewing}, timeout=reign.seconds_left())
            if not renewing.done():
                renewing.cancel()
                await asyncio.wait({renewing}, timeout=1)
                break
            if renewing.exception() is not None:
                log.warning("the lease could not be renewed", reason=type(renewing.exception()).__name__)
                await asyncio.sleep(self._pace.look)
                continue
            if not renewing.result():
                log.error("another process leads now; this one steps back")
                return
            reign.renewed(began)
            await asyncio.sleep(self._pace.renew)
        log.error("this process could not say that it leads, and steps back")

    async def _renew(self) -> bool:
        async with self._database.write() as session:
            return await queries.renew(session, NAME, str(self._seat))

    async def _release(self, reign: Reign) -> None:
        """So that another need not wait. Where it cannot be said, they see it by themselves."""
        if not reign.holds():
            return
        try:
            async with asyncio.timeout(reign.seconds_left()), self._database.write() as session:
                await queries.release(session, NAME, str(self._seat))
        except Exception as error:
            log.warning("the lease could not be released", reason=type(error).__name__)
