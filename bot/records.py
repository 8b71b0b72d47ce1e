"""Keeps what became of deliveries, however long the database is away."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import structlog

from services.deliveries.outbox import Dispatch, Outbox, Outcome, Sent, Uncertain

log = structlog.get_logger()
# What leaves within so long is marked together, and outcomes are kept together.
GATHER_SECONDS = 0.01
# Telegram cannot be reached, or the database: pauses double up to this.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# How long keeping what is known may hold up the end.
KEEP_SECONDS = 2.0
# So often the database was there and did not take an outcome: it never will.
MOST_REFUSALS = 3

_Known = tuple[Dispatch, Outcome]


class Records:
    """Keeps outcomes, those of one moment in one transaction; however long the database is away.

    One that the database does not take holds up no other, and gives way to one that says less.
    """

    def __init__(self, outbox: Outbox, clock: Callable[[], datetime]) -> None:
        self._outbox = outbox
        self._clock = clock
        self._waiting: list[_Known] = []
        self._kept: dict[int, asyncio.Future[None]] = {}
        self._arrived = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._refusals: Counter[int] = Counter()

    async def keep(self, row: Dispatch, outcome: Outcome) -> None:
        """Return when it is kept."""
        kept = self._kept[row.id] = asyncio.get_running_loop().create_future()
        self._outbox.unkept[row.id] = row, outcome
        self._waiting.append((row, outcome))
        self._arrived.set()
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep_all())
        await kept

    async def keep_left(self, marked: set[int]) -> None:
        """Keep what this process knew when it stopped leading, and could not keep then. ``marked`` as being sent."""
        left = list(self._outbox.unkept.values())
        # Of any other, somebody who led meanwhile has judged already; that it arrived is news all the same.
        self._waiting = [(row, outcome) for row, outcome in left if row.id in marked or isinstance(outcome, Sent)]
        await self._keep_all()
        for row, _ in left:
            self._outbox.unkept.pop(row.id, None)

    async def close(self) -> None:
        """Keep what is known, if that is done soon."""
        if self._keeping is not None:
            await asyncio.wait({self._keeping}, timeout=KEEP_SECONDS)
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def _keep_all(self) -> None:
        pause = FIRST_PAUSE
        while self._waiting:
            await asyncio.sleep(GATHER_SECONDS)
            self._arrived.clear()
            batch, self._waiting = self._waiting, []
            left = await self._keep_batch(batch)
            self._waiting += left
            if len(left) < len(batch):
                pause = FIRST_PAUSE
                continue
            await self._rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _rest(self, seconds: float) -> None:
        """Wait, but not with what comes meanwhile: what is left may be what no database takes."""
        waiting = asyncio.ensure_future(self._arrived.wait())
        try:
            await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()

    async def _keep_batch(self, batch: list[_Known]) -> list[_Known]:
        """Those that could not be kept; they are tried together, and where that fails one by one."""
        if await self._is_kept(batch):
            return []
        left: list[_Known] = []
        for number, (row, outcome) in enumerate(batch, 1):
            if len(batch) > 1 and await self._is_kept([(row, outcome)]):
                continue
            if not await self._is_kept([]):
                # The database is away.
                return [*batch[number:], *left, (row, outcome)]
            left.append((row, self._that_is_taken(row, outcome)))
        return left

    async def _is_kept(self, batch: list[_Known]) -> bool:
        """Whether a transaction with these succeeds; with none, whether any does."""
        try:
            await self._outbox.settle(batch, self._clock())
        except Exception as error:
            log.warning("what became of deliveries could not be kept yet", reason=type(error).__name__)
            return False
        for row, _ in batch:
            self._outbox.unkept.pop(row.id, None)
            self._refusals.pop(row.id, None)
            kept = self._kept.pop(row.id, None)
            if kept is not None and not kept.done():
                kept.set_result(None)
        return True

    def _that_is_taken(self, row: Dispatch, outcome: Outcome) -> Outcome:
        self._refusals[row.id] += 1
        if self._refusals[row.id] < MOST_REFUSALS:
            return outcome
        self._refusals.pop(row.id)
        log.error("what became of a delivery cannot be kept", delivery=row.id, outcome=type(outcome).__name__)
        if isinstance(outcome, Sent) and outcome.message_id is not None:
            return Sent(None)
        return Uncertain("what became of it cannot be kept")
