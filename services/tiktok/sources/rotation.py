"""Tokens and proxies by turns; one that TikTok blocks rests."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Generic, TypeVar

from services.tiktok.sources.steady import Steady

FIRST_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=6)

T = TypeVar("T")


class Rotation(Generic[T]):
    """Round and round over ``items``, past those that rest. None where there are none.

    One that is blocked rests for five minutes, then for twice as long each time, up to six hours; it has a clean
    sheet once it works. Where all rest, the one that will wake first goes on: a blocked one may answer, none cannot.
    """

    def __init__(self, items: Iterable[T], clock: Steady) -> None:
        self._clock = clock
        self._queue = list(dict.fromkeys(items))
        self._rests: dict[T, timedelta] = {}
        self._until: dict[T, timedelta] = {}

    def take(self) -> T | None:
        """The next one whose turn it is."""
        if not self._queue:
            return None
        now = self._clock()
        awake = next((item for item in self._queue if self._until.get(item, now) <= now), None)
        item = awake if awake is not None else min(self._queue, key=self._until.__getitem__)
        self._queue.remove(item)
        self._queue.append(item)
        return item

    def blocked(self, item: T | None) -> None:
        """TikTok refuses who comes with it."""
        if item is None or item not in self._queue or self._is_resting(item):
            # Several that were under way with it come back at once: that is one refusal.
            return
        rest = min(self._rests[item] * 2, LONGEST_REST) if item in self._rests else FIRST_REST
        self._rests[item] = rest
        self._until[item] = self._clock() + rest

    def worked(self, item: T | None) -> None:
        """It was answered."""
        if item is not None and not self._is_resting(item):
            self._rests.pop(item, None)
            self._until.pop(item, None)

    @property
    def resting(self) -> int:
        """How many rest just now."""
        return sum(map(self._is_resting, self._queue))

    @property
    def has_another(self) -> bool:
        """Whether anything that does not rest is left."""
        return self.resting < len(self._queue)

    def has_another_than(self, item: T) -> bool:
        """Whether anything else that does not rest is left."""
        return any(each != item and not self._is_resting(each) for each in self._queue)

    def _is_resting(self, item: T) -> bool:
        until = self._until.get(item)
        return until is not None and self._clock() < until
