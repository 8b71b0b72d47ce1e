"""How long links stay in memory before the database is asked again: the longer, the busier the machine is."""

import asyncio
import os
import time
from collections.abc import Callable

import structlog

from services.links.directory import LinkDirectory

LOOK_SECONDS = 60.0
# A share of less time than this says nothing.
SHORTEST_LOOK_SECONDS = 1.0
# With nothing to do, and with all that the machine can do.
SHORTEST_SECONDS, LONGEST_SECONDS = 10.0, 3600.0

log = structlog.get_logger(__name__)


def seconds_to_live(load: float) -> float:
    """10 s at rest, an hour at a load of 1 and above; between them each tenth of load makes it 1.8 times as long.

    ``load``: the share of the machine's processors that is wanted, 0 to 1 and above.
    """
    share = min(max(load, 0.0), 1.0)
    return float(SHORTEST_SECONDS * (LONGEST_SECONDS / SHORTEST_SECONDS) ** share)


def machine_load() -> float:
    """Programs that wanted a processor in the last minute, on average, for each processor that this one may use.

    Linux counts who waits for a disk among them: a busy disk is another reason to ask it less. Raises OSError where
    the system does not say.
    """
    try:
        processors = len(os.sched_getaffinity(0))
    except AttributeError:  # no such thing outside Linux
        processors = os.cpu_count() or 1
    return os.getloadavg()[0] / processors


class Lifetime:
    """Looks at the load once a minute, and sets how long a directory trusts its memory.

    Changes of links reach the directory by themselves; this is about what no change tells, such as a database that
    was restored, and about memory of links that nobody asks for.
    """

    def __init__(self, directory: LinkDirectory, *, load: Callable[[], float] = machine_load) -> None:
        self._directory = directory
        self._load = load
        self._task: asyncio.Task[None] | None = None
        self._looked_at, self._used = time.monotonic(), time.process_time()
        # As last seen.
        self.load = 0.0
        # The share of one processor that this process used between the last two looks.
        self.process_share = 0.0

    def start(self) -> None:
        """Look now and then once a minute, in the running event loop."""
        self._task = asyncio.create_task(self._run(), name="cache lifetime")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def look(self) -> None:
        """Take note of the load, and let the directory follow it."""
        passed, used = time.monotonic() - self._looked_at, time.process_time() - self._used
        if passed >= SHORTEST_LOOK_SECONDS:
            self._looked_at += passed
            self._used += used
            self.process_share = used / passed
        try:
            self.load = self._load()
        except OSError:
            return
        self._directory.seconds_to_live = seconds_to_live(self.load)

    async def _run(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)
