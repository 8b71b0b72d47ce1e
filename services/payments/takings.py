"""What was taken in Stars, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from db.engine import Database
from db.queries import payments as order_queries
from db.queries import takings as queries
from services.operations import audit
from services.operations.audit import Audit
from services.people import Person, Right


@dataclass(frozen=True, slots=True)
class Day:
    """``taken`` and ``returned`` in Stars, the latter by ``refunds``; ``guides`` bought, ``free`` ones among them."""

    day: date
    taken: int = 0
    returned: int = 0
    refunds: int = 0
    guides: int = 0
    free: int = 0

    @property
    def net(self) -> int:
        return self.taken - self.returned


@dataclass(frozen=True, slots=True)
class Taken:
    """Days in DEFAULT_TIMEZONE, the oldest first; the last one is not over."""

    days: tuple[Day, ...]

    @property
    def total(self) -> Day:
        """All of them together, under the last day's name."""
        return Day(
            self.days[-1].day,
            sum(each.taken for each in self.days),
            sum(each.returned for each in self.days),
            sum(each.refunds for each in self.days),
            sum(each.guides for each in self.days),
            sum(each.free for each in self.days),
        )


class Takings:
    """Read from the ledger of Stars, which only grows, by its index of time."""

    def __init__(self, database: Database, log: Audit, *, zone: tzinfo) -> None:
        """``zone``: DEFAULT_TIMEZONE."""
        self._database = database
        self._log = log
        self._zone = zone

    async def of_days(self, actor: Person, days: int, now: datetime) -> Taken:
        """Of the last ``days`` (from 1), today among them."""
        actor.require(Right.SEE_TAKINGS)
        last = now.astimezone(self._zone).date()
        taken = await self._read(last - timedelta(days=days - 1), days)
        await self._log.note_look(actor.id, audit.of_stars(), now)
        return Taken(taken)

    async def of_day(self, day: date) -> Day:
        return (await self._read(day, 1))[0]

    async def _read(self, first: date, count: int) -> tuple[Day, ...]:
        bounds = [self._start_of(first + timedelta(days=number)) for number in range(count + 1)]
        async with self._database.read() as session:
            moved = await queries.movements(session, bounds)
            sold = await queries.sold(session, bounds)
        return tuple(_day(first + timedelta(days=number), number, moved, sold) for number in range(count))

    def _start_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)


def _day(day: date, number: int, moved: Sequence[queries.Moved], sold: Sequence[queries.Sold]) -> Day:
    taken = [each.stars for each in moved if (each.span, each.direction) == (number, order_queries.IN)]
    returned = [each for each in moved if (each.span, each.direction) == (number, order_queries.OUT)]
    bought = [each for each in sold if each.span == number]
    return Day(
        day,
        sum(taken),
        sum(each.stars for each in returned),
        sum(each.times for each in returned),
        sum(each.guides for each in bought),
        sum(each.free for each in bought),
    )
