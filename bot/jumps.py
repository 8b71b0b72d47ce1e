"""A clock that goes back: what is due by it would wait until the same time comes again."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    # It lists this loop among its own.
    from bot.serve_bot import Helm

log = structlog.get_logger()
LOOK_SECONDS = 1.0
# Clocks are put right by less than this all the time.
JUMP_SECONDS = 5.0


class Jumps:
    """Notices that the wall clock went back, by a clock that only goes on."""

    def __init__(self, clock: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._ahead = self._difference()

    def back(self) -> bool:
        """Whether it went back since the last call."""
        before, self._ahead = self._ahead, self._difference()
        return before - self._ahead > JUMP_SECONDS

    def _difference(self) -> float:
        return self._clock().timestamp() - self._monotonic()


async def rest(over: asyncio.Event) -> None:
    """Until it is time to look again, or ``over``."""
    waiting = asyncio.ensure_future(over.wait())
    try:
        await asyncio.wait({waiting}, timeout=LOOK_SECONDS)
    finally:
        waiting.cancel()


async def follow_the_clock(helm: "Helm") -> None:
    """Nothing that is due waits for a time that was here already. The clock may have gone back while nobody led."""
    container = helm.container
    jumps, went_back = Jumps(container.clock), True
    while not helm.reign.over.is_set():
        went_back = jumps.back() or went_back
        if went_back:
            now = container.clock()
            await container.services.deliveries.mend_times(now)
            await container.services.works.mend_times(now)
            went_back = False
        await rest(helm.reign.over)
