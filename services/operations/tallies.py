"""Tallies: how often something happened, where only the number matters."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from db.engine import Database
from db.queries import tallies as queries

# Presses of buttons that are somebody else's, or forged.
REFUSED_PRESSES = "refused-presses"
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often: ``today`` (UTC), and in the ``week`` that ends with today."""

    today: int
    week: int


class Tallies:
    """Counts by name and day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, name: str, now: datetime) -> None:
        """Once more."""
        async with self._database.write() as session:
            await queries.grow(session, name, now.astimezone(UTC).date())

    async def read(self, name: str, now: datetime) -> Tally:
        today = now.astimezone(UTC).date()
        async with self._database.read() as session:
            counts = await queries.after(session, name, today - WEEK)
        return Tally(counts.get(today, 0), sum(count for day, count in counts.items() if day <= today))
