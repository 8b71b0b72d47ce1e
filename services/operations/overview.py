"""The state of the platform at one glance, for operators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.engine import Database
from db.queries import people as people_queries
from db.queries import statistics as queries


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of what stands now; ``uptime`` of this process."""

    database: str
    people: int
    links: int
    clicks: int
    uptime: timedelta


class Operations:
    """What operators ask the platform."""

    def __init__(self, database: Database, *, started_at: datetime) -> None:
        self._database = database
        self._started_at = started_at

    async def overview(self, now: datetime) -> Overview:
        async with self._database.read() as session:
            people = await people_queries.count(session)
            links, clicks = await queries.totals(session)
        return Overview(self._database.dialect, people, links, clicks, now - self._started_at)
