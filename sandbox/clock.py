"""A clock that goes like any other and can be put forward."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Calling it gives the aware time, in UTC."""

    def __init__(self, shift: timedelta = timedelta()) -> None:
        self.shift = shift

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def passes(self, **how_long: float) -> None:
        """Put it forward: ``clock.passes(days=1)``."""
        self.shift += timedelta(**how_long)


class KeptClock(Clock):
    """One that stands, after a restart, as far ahead as it was put: what was kept meanwhile is not from the future."""

    def __init__(self, path: Path) -> None:
        """``path``: a file with the seconds that it is ahead by; none yet, or one that cannot be read: none."""
        self._path = path
        ahead = 0.0
        with suppress(OSError, ValueError):
            ahead = max(0.0, float(path.read_text("ascii")))
        super().__init__(timedelta(seconds=ahead))

    def passes(self, **how_long: float) -> None:
        super().passes(**how_long)
        self._path.write_text(str(self.shift.total_seconds()), "ascii")
