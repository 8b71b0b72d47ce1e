"""Time that only goes on: what rests are counted by, whatever becomes of the machine's clock."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

# Since some moment or other; only differences mean anything.
Steady = Callable[[], timedelta]


def steady(clock: Callable[[], datetime], monotonic_ns: Callable[[], int] = time.monotonic_ns) -> Steady:
    """Goes on with whichever of the two clocks has gone further since it was last asked.

    ``clock`` can be put back by whoever keeps the machine, and then no rest grows longer; where it is put forward (as
    the sandbox's is) rests are over as if that time had passed, which costs a trial that comes too early.
    """
    passed, wall, machine = timedelta(), clock(), monotonic_ns()

    def read() -> timedelta:
        nonlocal passed, wall, machine
        wall_now, machine_now = clock(), monotonic_ns()
        passed += max(wall_now - wall, timedelta(microseconds=(machine_now - machine) // 1_000))
        wall, machine = wall_now, machine_now
        return passed

    return read
