"""What people look at: read from counters alone, so its cost does not grow with clicks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from db.engine import Database
from db.queries import links as link_queries
from db.queries import statistics as queries
from services.links.errors import LinkNotFound

BUCKET = timedelta(minutes=15)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HourClicks:
    """Clicks in the hour from ``start`` (aware, in the person's zone); ``visitors`` are first visits among them."""

    start: datetime
    clicks: int
    visitors: int


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """All of a link's time, its today, and its last 24 hours (the last of them is the one that runs)."""

    clicks: int
    visitors: int
    bots: int
    today_clicks: int
    today_visitors: int
    hours: tuple[HourClicks, ...]

    @property
    def repeats(self) -> int:
        return self.clicks - self.visitors


class Statistics:
    """Reads the counters of links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_link(self, owner_id: int, link_id: int, zone: tzinfo, now: datetime) -> LinkStatistics:
        """Days and hours as ``zone`` has them. Raises LinkNotFound."""
        starts = last_hours(now, zone)
        midnight = start_of_day(now, zone)
        async with self._database.read() as session:
            link = await link_queries.of_owner(session, link_id, owner_id)
            if link is None or link.deleted_at is not None:
                raise LinkNotFound
            rows = await queries.buckets(
                session, link_id, bucket_of(min(starts[0], midnight)), bucket_of(starts[-1] + HOUR)
            )
        today = [row for row in rows if row[0] >= bucket_of(midnight)]
        return LinkStatistics(
            clicks=link.clicks,
            visitors=link.visitors,
            bots=link.bots,
            today_clicks=sum(clicks for _, clicks, _ in today),
            today_visitors=sum(visitors for _, _, visitors in today),
            hours=tuple(by_hours(starts, rows)),
        )


def bucket_of(moment: datetime) -> int:
    """The quarter of an hour since 1970-01-01T00:00Z that ``moment`` is in."""
    return int(moment.timestamp() // BUCKET.total_seconds())


def start_of_day(now: datetime, zone: tzinfo) -> datetime:
    """Local midnight, or the first moment of the day where daylight saving skips midnight."""
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    # There and back: a midnight that does not exist becomes the moment that the clocks jump to.
    return midnight.astimezone(UTC).astimezone(zone)


def last_hours(now: datetime, zone: tzinfo, count: int = 24) -> list[datetime]:
    """Starts of the last ``count`` hours, oldest first, in real time: daylight saving repeats or skips labels."""
    local = now.astimezone(zone)
    running = now.astimezone(UTC) - timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    return [(running - HOUR * back).astimezone(zone) for back in reversed(range(count))]


def by_hours(starts: Sequence[datetime], rows: Iterable[tuple[int, int, int]]) -> list[HourClicks]:
    """Puts (bucket, clicks, visitors) into the hours that begin at ``starts``; the rest is left out."""
    sums = [[0, 0] for _ in starts]
    first = bucket_of(starts[0])
    for bucket, clicks, visitors in rows:
        place = (bucket - first) // 4
        if 0 <= place < len(sums):
            sums[place][0] += clicks
            sums[place][1] += visitors
    return [HourClicks(start, *counted) for start, counted in zip(starts, sums, strict=True)]
