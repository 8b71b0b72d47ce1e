"""The inbox: an update is recorded, only then confirmed, then handled; what a crash interrupts is handled after it."""

import asyncio
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter

import structlog
from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.lease import Deposed
from bot.marks import Marks
from bot.recorder import Distress, Recorder
from bot.typing import Typing
from bot.updates import UNKNOWN, kind_of, lane_of
from db.engine import Database
from db.queries import inbox as queries
from services.operations.errors import storable
from services.security import Cipher, Unreadable

log = structlog.get_logger()
MOST_ATTEMPTS = 3
# Before the second and the third try. Only the lane itself waits.
PAUSES_SECONDS = (0.5, 2.0)
LONGEST_PAUSE_SECONDS = 15.0
# How many updates are handled at once, and how many of one lane wait in memory; the rest waits in the table.
AT_ONCE, MOST_IN_MEMORY = 64, 50
# Telegram forgets a press after this, and nobody waits for its answer any more.
PRESS_LIFETIME = timedelta(seconds=150)
# Not recorded: the first is answered before anything else, the second comes with every keystroke.
ANSWERED_AT_ONCE = frozenset({"pre_checkout_query", "inline_query"})
PRE_CHECKOUT_SECONDS = 9.0
READ_AGAIN_SECONDS = 1.0

Handle = Callable[[Update], Awaitable[None]]
# Given the update that failed for good, and its last error.
GiveUp = Callable[[Update, Exception], Awaitable[None]]
# Raises Deposed in a transaction that may not record: the successor has looked already for what waits.
Fence = Callable[[AsyncSession], Awaitable[None]]


async def unfenced(_session: AsyncSession) -> None:
    """For an inbox that has no successor."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: int
    received_at: datetime
    update: Update


@dataclass(slots=True)
class _Lane:
    queue: deque[_Waiting] = field(default_factory=deque)
    # The table has more of this lane than the queue, after the row ``newest``.
    more: bool = False
    newest: int = 0
    # The table is being asked; what arrives meanwhile stays in it until it is asked again.
    fetching: bool = False


class Inbox:
    """Keeps updates in order within a lane, handles lanes side by side, and loses none.

    >>> inbox = Inbox(bot, database, cipher, handle=…, give_up=…, clock=…, redact=…)
    >>> await inbox.open()                  # goes on with what was recorded and not done
    >>> await inbox.take(updates)           # returns when they may be confirmed
    >>> await inbox.close()                 # finishes what is in hand
    """

    def __init__(
        self,
        bot: Bot,
        database: Database,
        cipher: Cipher,
        *,
        handle: Handle,
        give_up: GiveUp,
        clock: Callable[[], datetime],
        redact: Callable[[str], str],
        fence: Fence = unfenced,
        distress: Distress | None = None,
    ) -> None:
        self._fence = fence
        self._bot = bot
        self._database = database
        self._cipher = cipher
        self._handle = handle
        self._give_up = give_up
        self._clock = clock
        self._redact = redact
        self._lanes: dict[int, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._typing = Typing(self._answer)
        self._recorder = Recorder(bot, self._record, distress)
        # Updates in memory, and those that are done and not marked yet: the table still says that they wait.
        self._known: set[int] = set()
        self._marks = Marks(database, self._known.difference_update)
        self._closing = False

    async def open(self) -> None:
        """Go on with what was recorded and not done."""
        async with self._database.read() as session:
            lanes = await queries.lanes(session)
        for lane in lanes:
            self._lanes[lane] = _Lane(more=True)
            self._spawn(self._work(lane, self._lanes[lane]))

    async def take(self, updates: Sequence[Update]) -> None:
        """Record what is to be recorded. When this returns, Telegram may forget them; when it raises, it must not."""
        direct = [update for update in updates if kind_of(update) in ANSWERED_AT_ONCE]
        answered = [self._spawn(self._answer(update)) for update in direct if update.pre_checkout_query]
        for update in direct:
            if update.inline_query:
                self._typing.note(update)
                self._spawn(self._typing.answer(update))
        recorded = [update for update in updates if kind_of(update) not in ANSWERED_AT_ONCE]
        if recorded:
            await self._recorder.take(recorded)
        if answered:
            await asyncio.wait(answered, timeout=PRE_CHECKOUT_SECONDS)

    async def settled(self) -> None:
        """Return when nothing is in hand."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        await self._marks.write()

    async def close(self, seconds: float = 20.0) -> None:
        """Finish what is in hand; what takes longer than ``seconds`` is handled after the next start."""
        self._closing = True
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._recorder.close()
        await self._marks.close()

    def _spawn(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _record(self, updates: Sequence[Update]) -> None:
        by_id = {update.update_id: update for update in reversed(updates)}
        arrivals = [self._arrival(by_id[update_id]) for update_id in sorted(by_id)]
        now = self._clock()
        async with self._database.write() as session:
            await self._fence(session)
            rows = await queries.record(session, arrivals, now)
            # Recorded before. The commit of one may have been all that its answer was lost of.
            again = by_id.keys() - rows.keys() - self._known
            lost = await queries.still_waiting(session, sorted(again)) if again else []
        for update_id, row in sorted(rows.items(), key=itemgetter(1)):
            self._put(_Waiting(row, now, by_id[update_id]))
        for row, lane in lost:
            self._look_again(row, lane)

    def _arrival(self, update: Update) -> queries.Arrival:
        payload = update.model_dump_json(exclude_unset=True, by_alias=True).encode()
        locked = self._cipher.lock(payload, str(update.update_id))
        return queries.Arrival(update.update_id, lane_of(update), kind_of(update), locked)

    def _put(self, waiting: _Waiting) -> None:
        lane = self._lane(lane_of(waiting.update), waiting.row)
        if lane.more or lane.fetching or len(lane.queue) >= MOST_IN_MEMORY:
            lane.more = True
        else:
            self._known.add(waiting.update.update_id)
            lane.queue.append(waiting)
            lane.newest = waiting.row

    def _lane(self, number: int, row: int) -> _Lane:
        """The lane; a new one begins at ``row``."""
        lane = self._lanes.get(number)
        if lane is None:
            lane = self._lanes[number] = _Lane(newest=row - 1)
            self._spawn(self._work(number, lane))
        return lane

    def _look_again(self, row: int, number: int) -> None:
        lane = self._lane(number, row)
        lane.more, lane.newest = True, min(lane.newest, row - 1)

    async def _work(self, number: int, lane: _Lane) -> None:
        """Handle a lane until nothing of it waits."""
        while not self._closing:
            if not lane.queue and lane.more:
                await self._fetch(number, lane)
            elif not lane.queue:
                del self._lanes[number]
                return
            else:
                await self._handle_until_done(lane.queue.popleft())

    async def _fetch(self, number: int, lane: _Lane) -> None:
        lane.more, lane.fetching = False, True
        # What is marked as done while the table is read is known no more, and may be read as waiting still.
        known = self._known.copy()
        try:
            async with self._database.read() as session:
                rows = await queries.waiting(session, number, lane.newest, MOST_IN_MEMORY)
        except Exception as error:
            log.warning("the inbox cannot be read, and is asked again", error=type(error).__name__)
            lane.more = True
            await asyncio.sleep(READ_AGAIN_SECONDS)
            return
        finally:
            lane.fetching = False
        lane.more = lane.more or len(rows) == MOST_IN_MEMORY
        for row in rows:
            lane.newest = row.id
            if row.update_id in known or row.update_id in self._known:
                continue
            self._known.add(row.update_id)
            update = self._read(row.update_id, row.payload)
            if update is None:
                self._marks.note(row.update_id)
            else:
                lane.queue.append(_Waiting(row.id, row.received_at, update))

    def _read(self, update_id: int, payload: bytes | None) -> Update | None:
        try:
            plain = self._cipher.open(payload or b"", str(update_id))
            return Update.model_validate_json(plain, context={"bot": self._bot})
        except (Unreadable, ValidationError):
            log.error("a recorded update cannot be read: was SECRET_KEY changed?", update_id=update_id)
            return None

    async def _handle_until_done(self, waiting: _Waiting) -> None:
        update = waiting.update
        too_old = update.callback_query and self._clock() - waiting.received_at > PRESS_LIFETIME
        if too_old or kind_of(update) == UNKNOWN:
            self._marks.note(update.update_id)
            return
        pauses = _pauses()
        while not self._closing:
            error = await self._try(update)
            if error is None:
                return
            attempts = await self._note_failure(update.update_id, error)
            if attempts is not None and attempts >= MOST_ATTEMPTS:
                self._known.discard(update.update_id)
                await self._tell(update, error)
                return
            # What cannot be noted counts as no attempt: with the database away, nothing could have gone well.
            await asyncio.sleep(next(pauses) if attempts is None else PAUSES_SECONDS[attempts - 1])

    async def _try(self, update: Update) -> Exception | None:
        """What went wrong; None when it is done, or waits for the successor."""
        async with self._at_once:
            try:
                await self._handle(update)
            except Deposed:
                return None
            except asyncio.CancelledError as error:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                # Something that the handler waited for was cancelled, not the handler.
                return RuntimeError(f"cancelled from within: {error!r}")
            except Exception as error:
                return error
        self._marks.note(update.update_id)
        return None

    async def _note_failure(self, update_id: int, error: Exception) -> int | None:
        """How often the update failed in all, over restarts; None when that cannot be written down."""
        log.warning("an update failed", update_id=update_id, error=type(error).__name__)
        text = storable(self._redact("".join(traceback.format_exception(error))))
        # Should the database dislike the text itself, the failure counts all the same.
        for words in (text, type(error).__name__):
            try:
                async with self._database.write() as session:
                    return await queries.mark_failed(session, update_id, words, MOST_ATTEMPTS)
            except Exception as trouble:
                log.warning("a failure could not be noted", update_id=update_id, error=type(trouble).__name__)
        return None

    async def _tell(self, update: Update, error: Exception) -> None:
        try:
            await self._give_up(update, error)
        except Exception:
            log.exception("nobody could be told of a failed update", update_id=update.update_id)

    async def _answer(self, update: Update) -> None:
        try:
            await self._handle(update)
        except Deposed:
            return
        except Exception as error:
            await self._tell(update, error)


def _pauses() -> Iterator[float]:
    """While the database is away: seconds, growing."""
    seconds = PAUSES_SECONDS[0]
    while True:
        yield seconds
        seconds = min(2 * seconds, LONGEST_PAUSE_SECONDS)
