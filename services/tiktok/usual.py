"""What is usual at an account's size: of the accounts that are known, once there are enough of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from db.engine import Database
from db.queries import tiktok_usual as queries
from services.tiktok.analytics import tier
from services.tiktok.constants import Constants, Tier
from services.tiktok.times import is_within

# Of a tier with fewer accounts, a benchmark says more.
LEAST_ACCOUNTS = 50
LOOKED_BACK, MOST_ACCOUNTS = timedelta(days=30), 5_000
RECKONED_EACH = timedelta(days=1)


class Usual:
    """Reckons anew once a day, when somebody asks, and keeps it in memory: each process has its own."""

    def __init__(self, database: Database, constants: Constants, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._constants = constants
        self._clock = clock
        self._reckoned = constants
        self._reckoned_at: datetime | None = None

    async def constants(self) -> Constants:
        """The constants, with the median of views to followers of each tier that has enough accounts."""
        now = self._clock()
        if not is_within(self._reckoned_at, RECKONED_EACH, now):
            self._reckoned, self._reckoned_at = await self._reckon(now), now
        return self._reckoned

    async def _reckon(self, now: datetime) -> Constants:
        async with self._database.read() as session:
            accounts = await queries.seen(session, now - LOOKED_BACK, self._constants.least_posts, MOST_ACCOUNTS)
        reaches: dict[Tier, list[float]] = {each: [] for each in self._constants.tiers}
        for followers, views, videos in accounts:
            reaches[tier(followers, self._constants)].append(views / videos / followers)
        return replace(self._constants, tiers=tuple(_with_reach(each, found) for each, found in reaches.items()))


def _with_reach(of: Tier, reaches: list[float]) -> Tier:
    return of if len(reaches) < LEAST_ACCOUNTS else replace(of, reach=round(median(reaches), 6))
