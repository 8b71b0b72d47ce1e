"""The loop that sends what the product owes: each message once, as fast as Telegram allows, whatever goes wrong."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramRetryAfter
from aiogram.methods import SendPhoto

from bot.calls import Method, NoWay, as_document, call, message
from bot.lease import Deposed
from bot.rates import LONGEST_HOLD_SECONDS, Rates
from bot.records import FIRST_PAUSE, GATHER_SECONDS, LONGEST_PAUSE, Records
from db.queries.deliveries import Head
from services.deliveries import Deliveries
from services.deliveries.outbox import Dispatch, Fence, NotSent, Outcome, Refused, Uncertain
from services.security import Unreadable

log = structlog.get_logger()
Report = Callable[[Exception, int], Awaitable[None]]
# How many are under way at once, and how many of them hold a file in memory.
AT_ONCE, FILES_AT_ONCE = 32, 4
# How many chats one look at the table finds.
MOST_HEADS = 256
# How often other processes' deliveries are looked for; this process's own are known at once.
LOOK_SECONDS = 0.5
# How often it is looked whether something is marked as being sent that nobody sends.
STRAYS_SECONDS = 60.0
# How long what is under way may take at an orderly stop.
FINISH_SECONDS = 20.0


class Sending:
    """Sends deliveries, one at a time in each chat, in order, chats side by side.

    >>> sending = Sending(open_bot(token, url, patient=False), services.deliveries, Rates(), clock=…)
    >>> await sending.run(over)        # until ``over`` is set; then what is under way is finished

    A process that dies leaves deliveries marked as being sent: the next one's first deed is to send those again whose
    kind may repeat, and to give up on the others, of which nobody knows. Only one process may run this at a time.
    """

    def __init__(
        self,
        bot: Bot,
        deliveries: Deliveries,
        rates: Rates,
        *,
        clock: Callable[[], datetime],
        fence: Fence | None = None,
        report: Report | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        """``bot`` tries nothing again by itself. ``fence`` raises where this process may not send any more.

        ``report`` hears of errors that nobody foresaw, and of the chat's id.
        """
        self._bot = bot
        self._deliveries = deliveries
        self._outbox = deliveries.outbox
        self._rates = rates
        self._clock = clock
        self._fence = fence
        self._report = report
        self._at_once = at_once
        self._files = asyncio.Semaphore(FILES_AT_ONCE)
        # Chats in which something is under way, and what does it.
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._under_way: set[int] = set()
        self._heads: deque[Head] = deque()
        self._look_at = 0.0
        self._freed = asyncio.Event()
        self._records = Records(deliveries.outbox, clock)
        self._no_way_pause, self._no_way_until = FIRST_PAUSE, 0.0
        self._strays: set[int] = set()
        self._strays_at = 0.0

    async def run(self, over: asyncio.Event) -> None:
        """Until ``over`` is set; what is under way then is finished. Cancelled, it leaves that to its successor."""
        await self._records.keep_left(await self._outbox.sending())
        await self._disown(await self._outbox.sending())
        try:
            pause, trouble = 0.0, FIRST_PAUSE
            while not over.is_set():
                self._freed.clear()
                try:
                    pause, trouble = await self._turn(), FIRST_PAUSE
                except Deposed:
                    raise
                except Exception as error:
                    log.warning("deliveries cannot be looked at just now", reason=type(error).__name__)
                    pause, trouble = trouble, min(trouble * 2, LONGEST_PAUSE)
                await self._rest(pause, over)
            if self._busy:
                await asyncio.wait(self._busy.values(), timeout=FINISH_SECONDS)
        finally:
            await self._records.close()
            left = list(self._busy.values())
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _turn(self) -> float:
        """Send what may leave now. For how many seconds there is nothing more to do, unless something happens."""
        if time.monotonic() >= self._strays_at:
            await self._look_for_strays()
        if self._deliveries.arrived.is_set():
            self._deliveries.arrived.clear()
            self._look_at = 0.0
        if len(self._busy) >= self._at_once:
            return LOOK_SECONDS
        if wait := self._rates.wait():
            return min(wait, LOOK_SECONDS)
        if not self._heads or time.monotonic() >= self._look_at:
            await self._look()
        chosen, pause = self._choose()
        if chosen:
            for row in await self._outbox.claim([head.id for head in chosen], self._clock(), self._fence):
                self._under_way.add(row.id)
                self._busy[row.chat_id] = asyncio.create_task(self._deliver(row))
        return pause

    async def _look(self) -> None:
        self._look_at = time.monotonic() + LOOK_SECONDS
        # Those that must wait a little must not hide the others.
        self._heads = deque(await self._outbox.heads(self._clock(), MOST_HEADS + self._rates.waiting()))

    def _choose(self) -> tuple[list[Head], float]:
        """Who leaves now, and when to choose again."""
        chosen: list[Head] = []
        later: list[Head] = []
        pause = LOOK_SECONDS
        while self._heads and len(self._busy) + len(chosen) < self._at_once:
            if wait := self._rates.wait():
                pause = min(pause, wait)
                break
            head = self._heads.popleft()
            if head.chat_id in self._busy:
                continue
            if wait := self._rates.wait_of(head.chat_id):
                later.append(head)
                pause = min(pause, wait)
                continue
            self._rates.note(head.chat_id, owed=True)
            chosen.append(head)
        self._heads.extendleft(reversed(later))
        return chosen, pause

    async def _deliver(self, row: Dispatch) -> None:
        try:
            await self._records.keep(row, await self._outcome(row))
        except Deposed:
            log.info("a delivery is left to who leads now", delivery=row.id)
        finally:
            self._under_way.discard(row.id)
            del self._busy[row.chat_id]
            self._freed.set()

    async def _outcome(self, row: Dispatch) -> Outcome:
        async with self._files if row.file else nullcontext():
            try:
                method = message(row, await self._outbox.file(row) if row.file else None)
            except Unreadable:
                return Refused("unreadable: was SECRET_KEY changed?")
            except Exception as error:
                # Nothing has left. The database may be away just now; anything else is given up after a day.
                await self._tell(error, row)
                return NotSent(f"our own {type(error).__name__}")
            return await self._called(row, method)

    async def _called(self, row: Dispatch, method: Method) -> Outcome:
        try:
            outcome = await self._call(row, method)
        except Deposed:
            raise
        except TelegramRetryAfter as error:
            self._rates.refused(row.chat_id, error.retry_after)
            wait = min(error.retry_after, LONGEST_HOLD_SECONDS)
            return NotSent("Telegram asks to wait", timedelta(seconds=wait))
        except NoWay as error:
            self._wait_for_a_way(error)
            return NotSent("Telegram cannot be reached", timedelta())
        except AiogramError as error:
            # A token that was revoked, say: the message was refused, and none of this is its own fault.
            return NotSent(type(error).__name__)
        except Exception as error:
            await self._tell(error, row)
            return Uncertain(f"our own {type(error).__name__}")
        if not isinstance(outcome, Uncertain):
            self._no_way_pause = FIRST_PAUSE
            self._rates.accepted()
        return outcome

    async def _call(self, row: Dispatch, method: Method) -> Outcome:
        try:
            return await call(self._bot, method)
        except TelegramBadRequest:
            assert isinstance(method, SendPhoto)
            self._rates.note(row.chat_id, owed=True)
            return await call(self._bot, as_document(method))

    def _wait_for_a_way(self, error: NoWay) -> None:
        """All that were under way find out at once: that is one failure."""
        now = time.monotonic()
        if now < self._no_way_until:
            return
        log.warning("Telegram cannot be reached", reason=str(error))
        self._rates.hold_all(self._no_way_pause)
        self._no_way_until = now + self._no_way_pause
        self._no_way_pause = min(self._no_way_pause * 2, LONGEST_PAUSE)

    async def _tell(self, error: Exception, row: Dispatch) -> None:
        log.exception("a delivery failed", delivery=row.id)
        if self._report is not None:
            await self._report(error, row.chat_id)

    async def _look_for_strays(self) -> None:
        """A process that was cut off while it claimed may leave marks after our first look: seen twice, they are."""
        self._strays_at = time.monotonic() + STRAYS_SECONDS
        seen = await self._outbox.sending() - self._under_way
        lost = seen & self._strays
        self._strays = seen - lost
        await self._disown(lost)

    async def _disown(self, ids: set[int]) -> None:
        again, unknown = await self._outbox.disown(ids, self._clock(), self._fence)
        if again or unknown:
            log.warning("a process died while it was sending", sent_again=again, unknown=unknown)

    async def _rest(self, seconds: float, over: asyncio.Event) -> None:
        """Wait, unless something was enqueued or a place became free, or it is over."""
        events = (over, self._deliveries.arrived, self._freed)
        waiting = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        await asyncio.sleep(GATHER_SECONDS)
