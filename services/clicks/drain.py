"""The drain: brings clicks from journals into the counters, each exactly once."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from db.engine import Database
from db.queries import clicks as queries
from services.clicks.counting import Batch, count
from services.clicks.folder import JournalFolder
from services.clicks.journal import MAX_ROWS, ClickJournal
from services.clicks.records import ClicksUnreadable, RecordedClick

BATCH = 1_000
# Where more wait, batches grow, for many clicks on one link cost little more than one; but only as long as a
# transaction takes less than this. Others who write wait for it.
MOST_BATCH = 10_000
SHORT_SECONDS, LONG_SECONDS = 0.3, 0.75
# Not even a slow machine goes below this while more wait: small batches would make it slower.
LEAST_BATCH = 2_000
# Of the journal are read at once, with redirects answered in between.
READ_AT_ONCE = 1_000
# Clicks of this long are counted together, so that a single one is seen soon and many cost few transactions.
GATHER_SECONDS = 0.2
# So many times that long where redirects fill the processor: clicks are seen within two seconds all the same.
MOST_GATHERINGS = 5
# Between full batches. Where redirects take all of the processor, they come first and clicks wait in the journal…
BREATH_SECONDS = 0.02
LONG_BREATH_SECONDS = 0.1
# So many times as long as the last batch took.
PATIENCE = 40.0
BUSY_SHARE = 0.9
# …until so many wait that counting has to keep up: half of what a journal holds.
PATIENT_CLICKS = MAX_ROWS // 2
# How often the journals of processes that died are looked for.
SWEEP_SECONDS = 5.0
# How often the write-ahead log of the journal is moved into its file.
WRITE_BACK_SECONDS = 1.0
FIRST_RETRY_SECONDS = 0.25
LONGEST_RETRY_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lag:
    """What is recorded and not counted yet."""

    clicks: int
    # Age of the oldest of them in seconds; 0 when there is none.
    seconds: float


@dataclass(slots=True)
class _Source:
    journal: ClickJournal
    # Up to which click it is counted; None until the database was asked.
    position: int | None = None
    # How many clicks the next batch may have: a small one shows how much there is to do for each of its links.
    batch: int = BATCH


class ClickDrain:
    """Counts the clicks of this process's journal, and of journals that dead processes left in the same folder.

    A batch is one transaction, which also moves the journal's position, provided that it still stands where the
    batch began. So a batch is counted once, however often the drain, the process or the database dies on the way.
    """

    def __init__(
        self,
        database: Database,
        folder: JournalFolder,
        journal: ClickJournal,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._own = _Source(journal)
        self._left: list[_Source] = []
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._moved = asyncio.Condition()
        self._next_sweep = 0.0
        self._next_write_back = 0.0
        self._written_back = (0, 0)
        self._retry_seconds = 0.0

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="click drain")

    async def close(self, seconds: float) -> None:
        """Count what is there, for at most ``seconds``, and stop; the rest waits in the journal."""
        self._closing.set()
        self._own.journal.arrived.set()
        if self._task is None:
            return
        done, _ = await asyncio.wait({self._task}, timeout=seconds)
        if not done:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for source in self._left:
            self._folder.release(source.journal)
        self._left.clear()

    def lag(self) -> Lag:
        journals = [source.journal for source in (self._own, *self._left)]
        oldest = min((at for at in (journal.oldest() for journal in journals) if at is not None), default=None)
        return Lag(
            clicks=sum(journal.rows for journal in journals),
            seconds=0.0 if oldest is None else max(0.0, self._clock() - oldest / 1000),
        )

    async def settled(self) -> None:
        """Return once all is counted that this process's journal holds now."""
        newest = self._own.journal.last_id
        async with self._moved:
            await self._moved.wait_for(lambda: self._own.journal.rows == 0 or self._own.journal.forgotten >= newest)

    async def _run(self) -> None:
        while True:
            # Looked at before the round: the last one begins after all clicks are in.
            closing = self._closing.is_set()
            began = time.monotonic()
            try:
                full = await self._round()
            except Exception as error:
                self._fail(error)
                full = False
            else:
                self._recover()
            if closing:
                if not full:
                    return
            elif self._retry_seconds:
                await self._rest(self._retry_seconds)
            elif full:
                await self._breathe(time.monotonic() - began)
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_SECONDS):
                        await self._own.journal.arrived.wait()
                await self._gather()

    async def _gather(self) -> None:
        """Let some clicks come together; longer where redirects take all of the processor, but not for long."""
        for _ in range(MOST_GATHERINGS):
            began, used = time.monotonic(), time.process_time()
            await self._rest(GATHER_SECONDS)
            busy = time.process_time() - used > BUSY_SHARE * (time.monotonic() - began)
            if not busy or self._closing.is_set() or self._own.journal.rows >= PATIENT_CLICKS:
                return

    async def _breathe(self, seconds: float) -> None:
        """Rest after a full round of so many ``seconds``.

        Where others take all of the processor while the drain rests, it rests many times as long as it worked.
        """
        ends = time.monotonic() + PATIENCE * seconds
        breath = BREATH_SECONDS
        while True:
            began, used = time.monotonic(), time.process_time()
            await self._rest(breath)
            now = time.monotonic()
            busy = time.process_time() - used > BUSY_SHARE * (now - began)
            patient = self._own.journal.rows < PATIENT_CLICKS and not self._closing.is_set()
            if not (busy and patient):
                return
            # A large batch would hold up those who came first.
            self._own.batch = BATCH
            if now >= ends:
                return
            breath = LONG_BREATH_SECONDS

    async def _rest(self, seconds: float) -> None:
        """Wait, but not when the drain is being closed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    async def _round(self) -> bool:
        """Count a batch of each journal; whether there may be more at once."""
        self._own.journal.arrived.clear()
        full = await self._count(self._own)
        self._sweep()
        for source in list(self._left):
            full = await self._count_left(source) or full
        await self._write_back()
        return full

    async def _count(self, source: _Source) -> bool:
        """Count one batch; whether there may be more of it."""
        journal = source.journal
        if source.position is None:
            source.position = await self._attach(journal)
        batch = await _read(journal, source.position, source.batch)
        if not batch.clicks:
            return False
        began = time.monotonic()
        if not await count(self._database, batch, self._now()):
            # The answer to an earlier commit was lost, or another process counts the same journal.
            source.position = None
            return True
        full = len(batch.clicks) >= source.batch
        if full:
            _learn(source, time.monotonic() - began, full)
        else:
            source.batch = BATCH
        source.position = batch.new
        await self._forget(journal, batch.new)
        return full

    async def _attach(self, journal: ClickJournal) -> int:
        """Up to which click the database has counted the journal; those are forgotten here."""
        async with self._database.write() as session:
            await queries.start_journal(session, journal.uuid, journal.forgotten, self._now())
            position = await queries.journal_position(session, journal.uuid)
        assert position is not None
        if position > journal.last_id:
            log.warning("a click journal is behind what was counted of it: was the clock set back?", uuid=journal.uuid)
            journal.skip_to(position)
        if position > journal.forgotten:
            await self._forget(journal, position)
        return position

    async def _forget(self, journal: ClickJournal, position: int) -> None:
        journal.forget(position)
        async with self._moved:
            self._moved.notify_all()

    async def _count_left(self, source: _Source) -> bool:
        """Count a batch of a dead process's journal, and remove the file with its last one."""
        try:
            full = await self._count(source)
        except (sqlite3.Error, ClicksUnreadable) as error:
            self._left.remove(source)
            self._folder.set_aside(source.journal, str(error))
            return False
        if source.journal.rows == 0:
            self._left.remove(source)
            self._folder.remove(source.journal)
            async with self._database.write() as session:
                await queries.forget_journal(session, source.journal.uuid)
        return full

    def _sweep(self) -> None:
        if time.monotonic() >= self._next_sweep:
            self._left.extend(_Source(journal) for journal in self._folder.abandoned())
            self._next_sweep = time.monotonic() + SWEEP_SECONDS

    async def _write_back(self) -> None:
        journal = self._own.journal
        state = (journal.last_id, journal.forgotten)
        if state != self._written_back and time.monotonic() >= self._next_write_back:
            # A disk that fails is found by the commits too, which say so.
            with contextlib.suppress(sqlite3.Error):
                await asyncio.to_thread(journal.write_back)
            self._written_back = state
            self._next_write_back = time.monotonic() + WRITE_BACK_SECONDS

    def _fail(self, error: Exception) -> None:
        if not self._retry_seconds:
            log.warning("clicks cannot be counted now; they wait in the journal", reason=repr(error))
        self._retry_seconds = min(max(FIRST_RETRY_SECONDS, self._retry_seconds * 2), LONGEST_RETRY_SECONDS)

    def _recover(self) -> None:
        if self._retry_seconds:
            log.info("clicks are counted again")
        self._retry_seconds = 0.0

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _learn(source: _Source, seconds: float, full: bool) -> None:
    """How large the next batch may be, after one that took so long."""
    if seconds > LONG_SECONDS:
        source.batch = min(source.batch, max(source.batch // 2, LEAST_BATCH))
    elif full and seconds < SHORT_SECONDS:
        source.batch = min(source.batch * 2, MOST_BATCH)


async def _read(journal: ClickJournal, position: int, most: int) -> Batch:
    """The next ``most`` clicks after ``position`` and the rest of their row, or what there is."""
    clicks: list[RecordedClick] = []
    numbers = [position]
    while len(clicks) < most:
        at_once = min(READ_AT_ONCE, most - len(clicks))
        next_numbers, some = journal.read(numbers[-1], at_once)
        numbers += next_numbers
        clicks += some
        if len(some) < at_once:
            break
        await asyncio.sleep(0)
    return Batch(journal.uuid, position, numbers[-1], clicks, numbers[1:])
