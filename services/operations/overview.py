"""The state of the platform at one glance, for operators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.engine import Database
from db.queries import people as people_queries
from db.queries import statistics as queries
from services.deliveries import Deliveries
from services.operations.alerts import Alerts
from services.operations.health import Health, read_health
from services.works import Works


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

    def __init__(
        self, database: Database, deliveries: Deliveries, works: Works, alerts: Alerts, *, started_at: datetime
    ) -> None:
        self._database = database
        self._deliveries = deliveries
        self._works = works
        self._alerts = alerts
        self._started_at = started_at

    async def overview(self, now: datetime) -> Overview:
        async with self._database.read() as session:
            people = await people_queries.count(session)
            links, clicks = await queries.totals(session)
        return Overview(self._database.dialect, people, links, clicks, now - self._started_at)

    async def health(self, now: datetime) -> Health:
        """Who runs, what waits, what failed."""
        return await read_health(self._database, self._deliveries, self._works, self._alerts, now)
