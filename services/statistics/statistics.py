"""What people look at: read from counters alone, so its cost does not grow with clicks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import statistics as queries
from services.links.errors import LinkNotFound
from services.statistics.details import QUARTERS_A_DAY, details_of
from services.statistics.errors import TagNotFound
from services.statistics.periods import (
    Grain,
    Period,
    Slice,
    Span,
    bucket_of,
    moment_of,
    place_of,
    slices,
    span_before,
    span_of,
    stretches,
)

HOURS_A_WEEK = 7 * 24
# Hours of the week are counted from a Thursday, as 1970 began with one; people count from Monday.
THURSDAY = 3


@dataclass(frozen=True, slots=True)
class Scope:
    """One link; or the links with a tag; or, with neither, all of a person's links that stand."""

    link_id: int | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """Clicks of an hour, a day or a month from ``start`` (aware, in the person's zone); ``visitors`` are first visits.

    ``before``: clicks at the same place of the period before; None where that has no such place.
    """

    start: datetime
    clicks: int
    visitors: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Clicks of a period. clicks = visitors (first visits) + repeats; ``bots`` are apart.

    ``before``: clicks of the period before (see periods.span_before); None where there is none to compare with.
    ``first_click``: of all time.
    """

    span: Span
    grain: Grain
    clicks: int
    visitors: int
    bots: int
    before: int | None
    first_click: datetime | None
    points: tuple[Point, ...]

    @property
    def repeats(self) -> int:
        return self.clicks - self.visitors

    @property
    def change(self) -> float | None:
        """By which part clicks grew, 0.5 for half as many again; None where there were none before."""
        return (self.clicks - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How the clicks of a period divide: for each dimension, the clicks of each of its values."""

    span: Span
    by: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Heat:
    """Clicks by local weekday (Monday first) and hour."""

    span: Span
    rows: tuple[tuple[int, ...], ...]

    @property
    def clicks(self) -> int:
        return sum(map(sum, self.rows))


class Statistics:
    """Reads the counters of links. Each method sees one state of them, in a number of queries that never grows.

    All of them raise LinkNotFound for a link that is not the person's, or deleted, or a draft, and TagNotFound.
    """

    def __init__(self, database: Database, *, credit: tuple[str, str] | None = None) -> None:
        """``credit``: whose data countries are, as name and address, where that must be said."""
        self._database = database
        self.credit = credit

    async def overview(self, owner_id: int, scope: Scope, period: Period, zone: tzinfo, now: datetime) -> Overview:
        async with self._database.read() as session:
            link_ids = await _links(session, owner_id, scope)
            first = await queries.first_bucket(session, link_ids)
            span = span_of(period, zone, now, None if first is None else moment_of(first, zone))
            first_click = await queries.first_click(session, link_ids)
            before = span_before(period, span)
            cut = slices(span, span.grain)
            cut_before = [] if before is None else slices(before, span.grain)
            sums = await queries.sums(session, link_ids, [(each.first, each.end) for each in cut + cut_before])
        own, earlier = sums[: len(cut)], [each.clicks for each in sums[len(cut) :]]
        return Overview(
            span=span,
            grain=span.grain,
            clicks=sum(each.clicks for each in own),
            visitors=sum(each.visitors for each in own),
            bots=sum(each.bots for each in own),
            before=None if before is None else sum(earlier),
            first_click=None if first_click is None else first_click.astimezone(zone),
            points=_points(span, before, cut, own, cut_before, earlier),
        )

    async def breakdown(
        self, owner_id: int, scope: Scope, period: Period, zone: tzinfo, now: datetime, dimensions: Sequence[str]
    ) -> Breakdown:
        """By ``dimensions`` of services.clicks.dimensions."""
        async with self._database.read() as session:
            link_ids = await _links(session, owner_id, scope)
            span = await _span(session, link_ids, period, zone, now)
            first, end = (None, None) if period is Period.ALL else (span.first, _whole_day(span, now))
            found = await details_of(session, link_ids, first, end, dimensions)
        by: dict[str, Counter[str]] = {dimension: Counter() for dimension in dimensions}
        for details in found.values():
            for dimension, values in details.items():
                by[dimension].update(values)
        return Breakdown(span, {dimension: dict(values) for dimension, values in by.items()})

    async def heat(self, owner_id: int, scope: Scope, period: Period, zone: tzinfo, now: datetime) -> Heat:
        async with self._database.read() as session:
            link_ids = await _links(session, owner_id, scope)
            span = await _span(session, link_ids, period, zone, now)
            cut = [(each.first, each.end, each.shift) for each in stretches(span)]
            counted = dict(await queries.hours_of_week(session, link_ids, cut))
        hours = [counted.get((hour - THURSDAY * 24) % HOURS_A_WEEK, 0) for hour in range(HOURS_A_WEEK)]
        return Heat(span, tuple(tuple(hours[day * 24 : day * 24 + 24]) for day in range(7)))

    async def tags(self, owner_id: int) -> tuple[str, ...]:
        """All tags of the person's links that stand, by the alphabet."""
        async with self._database.read() as session:
            return tuple(await queries.tags(session, owner_id))


async def _links(session: AsyncSession, owner_id: int, scope: Scope) -> list[int]:
    found = await queries.scope(session, owner_id, link_id=scope.link_id, tag=scope.tag)
    if not found and scope.link_id is not None:
        raise LinkNotFound
    if not found and scope.tag is not None:
        raise TagNotFound
    return list(found)


async def _span(session: AsyncSession, link_ids: Sequence[int], period: Period, zone: tzinfo, now: datetime) -> Span:
    first = await queries.first_bucket(session, link_ids) if period is Period.ALL else None
    return span_of(period, zone, now, None if first is None else moment_of(first, zone))


def _whole_day(span: Span, now: datetime) -> int:
    """The end of the span; of one that runs, the end of its day in UTC: nothing is counted after now anyway.

    So the day is read as one, and not as its up to 96 quarters.
    """
    return span.end if span.end <= bucket_of(now) else -(-span.end // QUARTERS_A_DAY) * QUARTERS_A_DAY


def _points(
    span: Span,
    before: Span | None,
    cut: Sequence[Slice],
    own: Sequence[queries.Sums],
    cut_before: Sequence[Slice],
    earlier: Sequence[int],
) -> tuple[Point, ...]:
    """Each slice beside what stood at its place on the calendar and the clock of the period before."""
    earlier_at: Counter[datetime] = Counter()
    if before is not None:
        back = place_of(span.start, Grain.DAY) - place_of(before.start, Grain.DAY)
        for each, clicks in zip(cut_before, earlier, strict=True):
            earlier_at[place_of(each.start, span.grain) + back] += clicks
    points, seen = [], set[datetime]()
    for each, sums in zip(cut, own, strict=True):
        place = place_of(each.start, span.grain)
        # An hour that comes twice has one of before; an hour that was skipped then has none.
        known = place in earlier_at and place not in seen
        points.append(Point(each.start, sums.clicks, sums.visitors, earlier_at[place] if known else None))
        seen.add(place)
    return tuple(points)
