"""Who leads: one of several bot processes talks to Telegram, and another takes over when it is gone.

No clock is compared with another's. The leader renews a number; a candidate that sees it stand still for longer than
any leader goes on without renewing, by its own clock, takes over.
"""

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.methods import TelegramMethod
from aiogram.methods.base import Response, TelegramType
from sqlalchemy.ext.asyncio import AsyncSession

from bot.seat import Seat, this_machine
from bot.stopping import Stopping
from db.engine import Database
from db.queries import leases as queries

log = structlog.get_logger()
NAME = "bot"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. A leader that could not renew for ``hold`` leads no more; a candidate waits for longer: ``wait``.

    Where nothing can be written, but the leader reads that the lease is its own still, it leads for ``seen`` more
    (and reads again, every ``look``). So who takes a lease from somebody who may live leads only after ``courtesy``,
    which is longer.
    """

    renew: float = 2.0
    hold: float = 8.0
    wait: float = 8.5
    look: float = 0.5
    seen: float = 1.5
    courtesy: float = 2.0


class Deposed(Exception):
    """This process may have a successor already: it changes nothing more, and says nothing more."""


def seconds_passed() -> float:
    """A clock that nobody sets, and that goes on while the machine sleeps where there is one such."""
    sleepless = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if sleepless is None else time.clock_gettime(sleepless)


class Reign:
    """The time for which this process leads."""

    def __init__(self, holder: str, until: float, pace: Pace, clock: Callable[[], float]) -> None:
        """``until`` when, by the clock, certainly nobody else leads, unless it is renewed."""
        # Set when it ends: the process stops, or somebody else may lead.
        self.over = Stopping()
        self._holder = holder
        self._pace = pace
        self._clock = clock
        self._until = until

    def holds(self) -> bool:
        """Whether certainly nobody else leads."""
        return self.seconds_left() > 0

    def seconds_left(self) -> float:
        return self._until - self._clock()

    def renewed(self, asked: float) -> None:
        """The lease was renewed by a request that was made at ``asked``."""
        # That may be long ago, where somebody else wrote for long. What was seen meanwhile holds as well.
        self._until = max(self._until, asked + self._pace.hold)

    def seen(self, asked: float) -> None:
        """The lease was our own still, when that was asked at ``asked``."""
        self._until = max(self._until, asked + self._pace.seen)

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


async def _pause(stopping: Stopping, seconds: float) -> None:
    """Wait, unless ``stopping``."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


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
        # Of somebody who may live still: then, they may believe for a moment longer that they lead.
        taken, said = False, ""
        while not stopping.is_set():
            asked = self._clock()
            try:
                found = await self._look()
                if found != seen:
                    seen, since = found, self._clock()
                reign = self._reign_until(asked)
                if found.holder == str(self._seat):
                    # Taken by a request whose answer was lost; or given up when nothing could be known, and still ours.
                    await _pause(stopping, self._pace.courtesy if taken else 0)
                    if await self._read(reign):
                        return reign
                elif found.holder is None or self._seat.knows_gone(found.holder):
                    if await self._take(found):
                        reign.renewed(asked)
                        return reign
                elif self._clock() - since >= self._pace.wait:
                    taken = True
                    await self._take(found)
                    continue
            except Exception as error:
                said = _say(said, f"who leads is not known: the database does not answer ({type(error).__name__})")
            else:
                said = _say(said, "another process leads; this one stands by")
            await _pause(stopping, self._pace.look)
        return None

    def _reign_until(self, moment: float) -> Reign:
        return Reign(str(self._seat), moment, self._pace, self._clock)

    async def _look(self) -> queries.Held:
        async with self._database.read() as session:
            found = await queries.look(session, NAME)
        if found is None:
            async with self._database.write() as session:
                await queries.add(session, NAME)
            return await self._look()
        return found

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
            asked = self._clock()
            renewing = asyncio.create_task(self._renew())
            try:
                await self._wait_for(renewing, reign)
            finally:
                renewing.cancel()
            if not renewing.done():
                await asyncio.wait({renewing}, timeout=1)
                break
            if renewing.exception() is not None:
                log.warning("the lease could not be renewed", reason=type(renewing.exception()).__name__)
                await asyncio.sleep(self._pace.look)
                await self._read(reign)
                continue
            if not renewing.result():
                log.error("another process leads now; this one steps back")
                return
            reign.renewed(asked)
            if reign.seconds_left() > self._pace.renew:
                await asyncio.sleep(self._pace.renew)
        log.error("this process could not say that it leads, and steps back")

    async def _wait_for(self, renewing: asyncio.Task[bool], reign: Reign) -> None:
        """Until it is renewed or that failed, or somebody else may lead."""
        while not renewing.done() and reign.holds():
            await asyncio.wait({renewing}, timeout=min(self._pace.look, reign.seconds_left()))
            if not renewing.done() and reign.seconds_left() < self._pace.hold / 2:
                # Somebody else writes for long. Reading goes on meanwhile.
                await self._read(reign)

    async def _read(self, reign: Reign) -> bool:
        """Whether the lease is our own just now: where nothing can be written, nobody else can take it either."""
        asked = self._clock()
        try:
            async with asyncio.timeout(self._pace.seen), self._database.read() as session:
                found = await queries.look(session, NAME)
                if found is not None and found.holder == str(self._seat) and await queries.is_written(session):
                    reign.seen(asked)
                    return True
        except Exception as error:
            log.debug("the lease could not be read", reason=type(error).__name__)
        return False

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
