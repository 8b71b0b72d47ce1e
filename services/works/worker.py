"""Who does due work: claims it, does it outside of any transaction, renews its lease meanwhile, and settles it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.works.kinds import GiveUp, Later, Progress, Work, WorkKind
from services.works.works import Claimed, Works

log = structlog.get_logger(__name__)
# Of all kinds together in one process: they wait for others more than they do, and each kind has a bound of its own.
AT_ONCE = 20
# Between two looks at what others enqueued; what this process enqueued is seen at once.
LOOK_SECONDS = 0.5
# A lease is renewed when this share of it has passed.
RENEW_SHARE = 1 / 3
# The settling of a work is tried again after these; then it is done again when its lease is over.
PAUSES_SECONDS = (0.1, 0.5, 2.0, 5.0)
GRACE_SECONDS = 5.0
# How long a work may take to end when its person cancels it.
END_SECONDS = 2.0
# How long putting works back, and showing their last texts, may hold up the end of the process.
LEAVE_SECONDS = 5.0
# Operators hear of a work that fails for this time, and when it is given up.
REPORTED = 3
INTERRUPTED = "it was interrupted again and again"

# Given where it happened, the error, and whose work it was.
Report = Callable[[str, Exception, int | None], Awaitable[None]]


class OpenProgress(Progress, Protocol):
    """The message of one work while it is being done."""

    async def close(self) -> None:
        """Return when the last text is shown, or cannot be."""

    async def remove(self) -> None:
        """The message goes: something else says how the work ended."""

    async def drop(self) -> None:
        """From now on the message is somebody else's."""


@dataclass(slots=True)
class _Hand:
    """A work in hand. ``held_until``: when its lease is over, by the monotonic clock."""

    claimed: Claimed
    kind: WorkKind
    doing: asyncio.Task[None]
    held_until: float
    # No longer ours: it was cancelled, or the lease is lost.
    dropped: bool = False
    # Ours, and interrupted: it goes back.
    leaving: bool = False

    def drop(self) -> None:
        self.dropped = True
        self.doing.cancel()

    def leave(self) -> None:
        self.leaving = True
        self.doing.cancel()


class Worker:
    """Does works of the kinds of one role.

    >>> await Worker(works, "bot", open_progress=…, report=…, clock=utc_now).run(stopping)

    A work whose process dies is claimed again when its lease is over. One that fails is tried again after growing
    pauses, and given up in the end: its person is told, and the error reported.
    """

    def __init__(
        self,
        works: Works,
        role: str,
        *,
        open_progress: Callable[[Work], OpenProgress],
        report: Report,
        clock: Callable[[], datetime],
        at_once: int = AT_ONCE,
        look_seconds: float = LOOK_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._works = works
        self._role = role
        self._open_progress = open_progress
        self._report = report
        self._clock = clock
        self._at_once = at_once
        self._look_seconds = look_seconds
        self._grace_seconds = grace_seconds
        self._monotonic = monotonic
        self._hands: dict[int, _Hand] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._failing = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Do works until ``stopping``; what is in hand then has a few seconds, or goes back; at once when cancelled."""
        self._works.tell_cancelled(self._end)
        grace = 0.0
        try:
            while not stopping.is_set():
                self._works.arrived.clear()
                await self._claim()
                await self._rest(stopping)
            grace = self._grace_seconds
        finally:
            self._works.tell_cancelled(None)
            await self._leave(grace)

    async def _claim(self) -> None:
        rooms = self._rooms()
        most = self._at_once - len(self._hands)
        if not rooms or most <= 0:
            return
        try:
            claimed = await self._works.claim(rooms, most, self._hands.keys(), self._clock())
        except Exception as error:
            if not self._failing:
                log.warning("due work cannot be claimed now", reason=repr(error))
            self._failing = True
            return
        self._failing = False
        for each in claimed:
            self._take(each)

    def _rooms(self) -> dict[str, int]:
        """How many more works of each kind may be in hand."""
        in_hand = [hand.kind.name for hand in self._hands.values()]
        kinds = self._works.kinds_of(self._role).values()
        rooms = {kind.name: kind.at_once - in_hand.count(kind.name) for kind in kinds}
        return {name: room for name, room in rooms.items() if room > 0}

    def _take(self, claimed: Claimed) -> None:
        kind = self._works.kinds_of(self._role)[claimed.work.kind]
        progress = self._open_progress(claimed.work)
        doing = asyncio.create_task(self._do(kind, claimed.work, progress))
        hand = _Hand(claimed, kind, doing, self._monotonic() + kind.lease.total_seconds())
        self._hands[claimed.work.id] = hand
        task = asyncio.create_task(self._see_to(hand, progress), name=f"work {claimed.work.id} ({kind.name})")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, kind: WorkKind, work: Work, progress: Progress) -> None:
        if work.attempts > kind.most_attempts:
            # Not by errors, which are counted below: whoever did it died each time.
            raise GiveUp(INTERRUPTED)
        await kind.do(work, progress)

    async def _see_to(self, hand: _Hand, progress: OpenProgress) -> None:
        work = hand.claimed.work
        try:
            while not hand.doing.done():
                await asyncio.wait({hand.doing}, timeout=hand.kind.lease.total_seconds() * RENEW_SHARE)
                if not hand.doing.done() and not hand.dropped and not hand.leaving:
                    await self._renew(hand)
            error = None if hand.doing.cancelled() else hand.doing.exception()
            if hand.dropped:
                await progress.drop()
            elif hand.leaving and hand.doing.cancelled():
                # First this: showing the last text, below, may take all the time that there is left.
                await self._put_back(hand, timedelta(), uncounted=True)
            elif isinstance(error, Later):
                await self._put_back(hand, error.pause, uncounted=True)
            elif error is None and not hand.doing.cancelled():
                await self._surely(lambda: self._works.done(hand.claimed, self._clock()))
            else:
                await self._fail(hand, error or asyncio.CancelledError(), progress)
        finally:
            del self._hands[work.id]
            self._works.arrived.set()
        await progress.close()

    async def _renew(self, hand: _Hand) -> None:
        began = self._monotonic()
        try:
            held = await self._works.renew(hand.claimed, self._clock())
        except Exception as error:
            log.warning("a lease cannot be renewed now", work=hand.claimed.work.id, reason=repr(error))
            held = began < hand.held_until
        else:
            hand.held_until = began + hand.kind.lease.total_seconds()
        if not held:
            hand.drop()

    async def _fail(self, hand: _Hand, error: BaseException, progress: OpenProgress) -> None:
        work, kind = hand.claimed.work, hand.kind
        log.warning("a work failed", work=work.id, kind=work.kind, attempt=work.attempts, error=type(error).__name__)
        if not isinstance(error, GiveUp) and work.attempts < kind.most_attempts:
            if await self._put_back(hand, kind.pause_after(work.attempts)) and work.attempts == REPORTED:
                await self._tell_operators(work, error)
            return
        reason = error.reason if isinstance(error, GiveUp) else type(error).__name__
        regret = None
        if kind.regret is not None:
            try:
                regret = await kind.regret(work)
            except Exception:
                log.exception("there are no words for a work that failed", work=work.id)
        if await self._surely(lambda: self._works.fail(hand.claimed, reason, regret, self._clock())):
            await progress.remove()
            await self._tell_operators(work, error)

    async def _put_back(self, hand: _Hand, pause: timedelta, *, uncounted: bool = False) -> bool:
        now = self._clock()
        return await self._surely(lambda: self._works.put_back(hand.claimed, now, pause, uncounted=uncounted))

    async def _tell_operators(self, work: Work, error: BaseException) -> None:
        try:
            await self._report("work", error if isinstance(error, Exception) else GiveUp(repr(error)), work.person_id)
        except Exception:
            log.exception("operators could not be told of a work that failed", work=work.id)

    async def _surely(self, settle: Callable[[], Awaitable[bool]]) -> bool:
        """Settle a work, again when the database stumbles; False where it is not ours any more, or cannot be."""
        for pause in (*PAUSES_SECONDS, None):
            try:
                return await settle()
            except Exception as error:
                log.warning("a work cannot be settled now", reason=repr(error))
                if pause is not None:
                    await asyncio.sleep(pause)
        return False

    async def _rest(self, stopping: asyncio.Event) -> None:
        """Until something arrives or ends, the next look is due, or it is time to stop."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (self._works.arrived, stopping)]
        try:
            await asyncio.wait(waiting, timeout=self._look_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    async def _end(self, work_ids: Collection[int]) -> None:
        """These works were cancelled: those in hand end, before this returns unless they are slow to."""
        ended = [hand for work_id in work_ids if (hand := self._hands.get(work_id)) is not None]
        for hand in ended:
            hand.drop()
        if ended:
            await asyncio.wait({hand.doing for hand in ended}, timeout=END_SECONDS)

    async def _leave(self, grace: float) -> None:
        if self._tasks and grace:
            await asyncio.wait(set(self._tasks), timeout=grace)
        for hand in self._hands.values():
            if not hand.doing.done():
                hand.leave()
        if self._tasks:
            # A work that is not settled by then is done again when its lease is over.
            _, late = await asyncio.wait(set(self._tasks), timeout=LEAVE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
