"""A clock that goes like any other and can be put forward."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Calling it gives the aware time, in UTC."""

    def __init__(self, shift: timedelta = timedelta()) -> None:
        self.shift = shift

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def passes(self, **how_long: float) -> None:
        """Put it forward: ``clock.passes(days=1)``."""
        self.shift += timedelta(**how_long)
