"""Tallies: how often something happened, where only the number matters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import tallies as queries

# Presses of buttons that are somebody else's, or forged.
REFUSED_PRESSES = "refused-presses"
# People who wrote or pressed something, each once a day.
ACTIVE_PEOPLE = "active-people"
# What became of fetches of TikTok's accounts: the account came, TikTok refuses it, no way answered.
TIKTOK_FETCHED, TIKTOK_REFUSED, TIKTOK_FAILED = "tiktok-fetched", "tiktok-refused", "tiktok-failed"
# Promo codes that there are none of.
WRONG_CODES = "wrong-promo-codes"
NAMES = (REFUSED_PRESSES, ACTIVE_PEOPLE, TIKTOK_FETCHED, TIKTOK_REFUSED, TIKTOK_FAILED)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often: ``today``, and in the ``week`` that ends with today."""

    today: int
    week: int


class Tallies:
    """Counts by name and day of ``zone``, which is DEFAULT_TIMEZONE."""

    def __init__(self, database: Database, zone: tzinfo = UTC) -> None:
        self._database = database
        self._zone = zone

    def day(self, now: datetime) -> date:
        """Which day it is for what is counted."""
        return now.astimezone(self._zone).date()

    async def count(self, name: str, now: datetime) -> None:
        """Once more."""
        async with self._database.write() as session:
            await self.count_in(session, name, now)

    async def count_in(self, session: AsyncSession, name: str, now: datetime) -> None:
        """As :meth:`count`, in the caller's transaction: best at its end, since all others wait for the number."""
        await queries.grow(session, name, self.day(now))

    async def of_day(self, day: date) -> Mapping[str, int]:
        """Of each of NAMES, how often on that day; what did not happen is left out."""
        async with self._database.read() as session:
            return await queries.of_day(session, NAMES, day)

    async def read(self, name: str, now: datetime) -> Tally:
        today = self.day(now)
        async with self._database.read() as session:
            counts = await queries.after(session, name, today - WEEK)
        return Tally(counts.get(today, 0), sum(count for day, count in counts.items() if day <= today))
