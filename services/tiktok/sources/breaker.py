"""A circuit breaker: what failed again and again is left alone for a while, and longer each time."""

from dataclasses import dataclass
from datetime import timedelta

from services.tiktok.sources.steady import Steady


@dataclass(frozen=True, slots=True)
class Patience:
    """After ``failures`` in a row a rest of ``first`` begins; each trial that fails doubles it, up to ``longest``."""

    failures: int = 5
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=30)


class Breaker:
    """Closed: asked as one likes. Open: at rest. Half-open, once the rest is over: one trial at a time."""

    def __init__(self, clock: Steady, patience: Patience) -> None:
        self._clock = clock
        self._patience = patience
        self._rest = patience.first
        self._rests_until: timedelta | None = None
        self._trying = False
        self.failures = 0

    @property
    def is_resting(self) -> bool:
        """It is not to be asked just now."""
        if self._rests_until is None:
            return False
        return self._trying or self._clock() < self._rests_until

    def begin(self) -> bool:
        """Whether it may be asked; if so, ``worked``, ``failed`` or ``left`` must follow."""
        if self.is_resting:
            return False
        self._trying = self._rests_until is not None
        return True

    def worked(self) -> None:
        """It answered: all is forgotten."""
        self.failures, self._rest, self._rests_until, self._trying = 0, self._patience.first, None, False

    def failed(self) -> None:
        """It did not answer as it should."""
        self.failures += 1
        if self._rests_until is not None:
            # Asked before the rest began, and answered late: no trial, and no reason for a longer rest.
            if not self._trying:
                return
            self._rest = min(self._rest * 2, self._patience.longest)
        elif self.failures < self._patience.failures:
            return
        self._trying = False
        self._rests_until = self._clock() + self._rest

    def left(self) -> None:
        """The question was given up by who asked; it says nothing of what was asked."""
        self._trying = False
