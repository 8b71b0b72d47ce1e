"""Throttles of one process."""

from collections import OrderedDict
from datetime import datetime

from services.throttles.bucket import Bucket, Taken, take
from services.throttles.kinds import ThrottleKind

# Who did nothing for longest is forgotten first; by then nearly all of those have full buckets anyway.
MOST_BUCKETS = 100_000


class MemoryThrottle:
    """Buckets in memory: a restart fills them all."""

    def __init__(self, *, most: int = MOST_BUCKETS) -> None:
        self._most = most
        self._buckets: OrderedDict[tuple[str, int], Bucket] = OrderedDict()

    async def take(self, person_id: int, kind: ThrottleKind, now: datetime, *, quietly: bool = False) -> Taken:
        key = kind.name, person_id
        self._buckets[key], taken = take(self._buckets.get(key), kind, now.timestamp(), quietly=quietly)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return taken
