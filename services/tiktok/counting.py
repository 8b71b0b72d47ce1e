"""What became of fetches is counted, day by day."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from services.operations.tallies import TIKTOK_FAILED, TIKTOK_FETCHED, TIKTOK_REFUSED, Tallies
from services.tiktok.accounts import DATABASE_ERRORS, Ways
from services.tiktok.errors import AccountRefused
from services.tiktok.profiles import Fetched


class Counted:
    """Ways to TikTok as they are, with a tally of what they bring."""

    def __init__(self, ways: Ways, tallies: Tallies, clock: Callable[[], datetime]) -> None:
        self._ways = ways
        self._tallies = tallies
        self._clock = clock

    async def fetch(self, username: str, posts: int) -> Fetched:
        """As the ways."""
        try:
            fetched = await self._ways.fetch(username, posts)
        except AccountRefused:
            await self._count(TIKTOK_REFUSED)
            raise
        except Exception:
            # Silence, or an error of ours.
            await self._count(TIKTOK_FAILED)
            raise
        await self._count(TIKTOK_FETCHED)
        return fetched

    async def resolve(self, url: str) -> str:
        """As the ways; an address that is followed is no fetch."""
        return await self._ways.resolve(url)

    async def _count(self, name: str) -> None:
        # With the database away the number stays behind, and the fetch is not lost.
        with suppress(*DATABASE_ERRORS):
            await self._tallies.count(name, self._clock())
