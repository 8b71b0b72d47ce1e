"""Periods on a person's own calendar, in quarters of an hour: exact in every time zone, daylight saving included.

A bucket is the number of a quarter of an hour since 1970-01-01T00:00Z, as counters have it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

QUARTER_SECONDS = 900
# Hours are shown of up to so many days, days of up to so many more; beyond, months.
MOST_DAYS_IN_HOURS, MOST_DAYS = 2, 92
# A week is looked at for a change of the clocks, and then the quarter of it. No zone changes twice in one week.
WEEK_OF_QUARTERS = 7 * 96


class Period(StrEnum):
    """What a person looks at. All but ``YESTERDAY`` run until now; the last 7 and 30 days have today as their last."""

    TODAY = "t"
    YESTERDAY = "y"
    WEEK = "w"
    DAYS_7 = "7"
    DAYS_30 = "3"
    MONTH = "m"
    ALL = "a"


class Grain(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Span:
    """The quarters with ``first`` <= bucket < ``end``, of which ``zone`` shows dates and hours."""

    first: int
    end: int
    zone: tzinfo

    @property
    def start(self) -> datetime:
        return moment_of(self.first, self.zone)

    @property
    def last_day(self) -> date:
        """The date of the last quarter."""
        return moment_of(max(self.end - 1, self.first), self.zone).date()

    @property
    def grain(self) -> Grain:
        """What it is shown in: hours up to two days, days up to 92, months beyond."""
        days = (self.last_day - self.start.date()).days + 1
        if days <= MOST_DAYS_IN_HOURS:
            return Grain.HOUR
        return Grain.DAY if days <= MOST_DAYS else Grain.MONTH


@dataclass(frozen=True, slots=True)
class Slice:
    """One hour, day or month of a span, or as much of it as the span has.

    ``start`` is aware, in the person's zone. Where clocks go back, an hour that comes twice is two slices.
    """

    start: datetime
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Quarters with ``first`` <= bucket < ``end`` in which clocks do not change: ``shift`` quarters ahead of UTC."""

    first: int
    end: int
    shift: int


def bucket_of(moment: datetime) -> int:
    """The quarter of an hour since 1970-01-01T00:00Z that ``moment`` is in."""
    return int(moment.timestamp() // QUARTER_SECONDS)


def moment_of(bucket: int, zone: tzinfo) -> datetime:
    """When the quarter begins, as ``zone`` has it."""
    return datetime.fromtimestamp(bucket * QUARTER_SECONDS, UTC).astimezone(zone)


def start_of_day(now: datetime, zone: tzinfo) -> datetime:
    """Local midnight, or the first moment of the day where daylight saving skips midnight."""
    return at(now.astimezone(zone).date(), time(), zone)


def at(day: date, clock: time, zone: tzinfo) -> datetime:
    """When clocks show this: the first time where they show it twice, the moment they jump to where they skip it."""
    wall = datetime.combine(day, clock.replace(fold=0), zone)
    # There and back: a time that does not exist becomes one that does.
    return wall.astimezone(UTC).astimezone(zone)


def span_of(period: Period, zone: tzinfo, now: datetime, since: datetime | None = None) -> Span:
    """The period at ``now``; a running one ends with the quarter that runs.

    ``since``: for ``ALL``, the first click; the period begins with its day, or with today where there is none.
    """
    today = now.astimezone(zone).date()
    running = bucket_of(now) + 1
    starts: dict[Period, Callable[[], date]] = {
        Period.TODAY: lambda: today,
        Period.YESTERDAY: lambda: today - timedelta(days=1),
        Period.WEEK: lambda: today - timedelta(days=today.weekday()),
        Period.DAYS_7: lambda: today - timedelta(days=6),
        Period.DAYS_30: lambda: today - timedelta(days=29),
        Period.MONTH: lambda: today.replace(day=1),
        Period.ALL: lambda: today if since is None else min(since.astimezone(zone).date(), today),
    }
    first = bucket_of(at(starts[period](), time(), zone))
    end = bucket_of(at(today, time(), zone)) if period is Period.YESTERDAY else running
    return Span(first, end, zone)


def span_before(period: Period, span: Span) -> Span | None:
    """What ``span`` is compared with; None for ``ALL``, before which there is nothing.

    It begins a period earlier on the calendar (a day, 7 days, 30 days, the first of the month before) and ends where
    clocks showed then what they show at the end of ``span``: today until 14:15 is compared with yesterday until
    14:15, whatever daylight saving does. It never reaches into ``span``: 31 March until noon has all of February.
    """
    start = span.start.date()
    back = back_by(period, start)
    if back is None:
        return None
    first = bucket_of(at(start - back, time(), span.zone))
    over = moment_of(span.end, span.zone)
    end = bucket_of(at(over.date() - back, over.time(), span.zone))
    return Span(first, max(first, min(end, span.first)), span.zone)


def back_by(period: Period, start: date) -> timedelta | None:
    """How far before ``start``, the period's first day, the period before it begins."""
    if period is Period.ALL:
        return None
    if period is Period.MONTH:
        return start - (start - timedelta(days=1)).replace(day=1)
    days = {Period.WEEK: 7, Period.DAYS_7: 7, Period.DAYS_30: 30}.get(period, 1)
    return timedelta(days=days)


def slices(span: Span, grain: Grain) -> list[Slice]:
    """The span's hours, days or months in their order: without gaps, and together the whole span."""
    edges = [*_hours(span), span.end] if grain is Grain.HOUR else [*_days(span, grain), span.end]
    return [Slice(moment_of(first, span.zone), first, end) for first, end in pairwise(edges) if first < end]


def place_of(start: datetime, grain: Grain) -> datetime:
    """Where a slice that begins at ``start`` stands on the calendar and the clock, whatever the zone: naive."""
    wall = start.replace(tzinfo=None, fold=0, minute=0)
    return wall if grain is Grain.HOUR else wall.replace(hour=0)


def stretches(span: Span) -> list[Stretch]:
    """The span cut where clocks change: without gaps, and together the whole span."""
    found, first, known = [], span.first, span.first
    while known < span.end - 1:
        shift, ahead = _shift(first, span.zone), min(known + WEEK_OF_QUARTERS, span.end - 1)
        if _shift(ahead, span.zone) == shift:
            known = ahead
        else:
            change = _change(known, ahead, span.zone, shift)
            found.append(Stretch(first, change, shift))
            first = known = change
    return [*found, Stretch(first, span.end, _shift(first, span.zone))] if first < span.end else found


def _hours(span: Span) -> Iterator[int]:
    """Buckets at which clocks begin another hour, or the same one again."""
    before = None
    for bucket in range(span.first, span.end):
        local = moment_of(bucket, span.zone)
        hour = local.date(), local.hour, local.utcoffset()
        if hour != before:
            yield bucket
        before = hour


def _days(span: Span, grain: Grain) -> Iterator[int]:
    yield span.first
    day = span.start.date() + timedelta(days=1)
    while day <= span.last_day:
        if grain is Grain.DAY or day.day == 1:
            # A date that a zone left out begins when the next one does, and has no slice.
            yield min(bucket_of(at(day, time(), span.zone)), span.end)
        day += timedelta(days=1)


def _shift(bucket: int, zone: tzinfo) -> int:
    shift = moment_of(bucket, zone).utcoffset() or timedelta()
    return int(shift.total_seconds() // QUARTER_SECONDS)


def _change(before: int, after: int, zone: tzinfo, shift: int) -> int:
    """The first bucket after ``before`` whose clocks are not ``shift`` ahead; ``after`` is one of those."""
    while after - before > 1:
        middle = (before + after) // 2
        if _shift(middle, zone) == shift:
            before = middle
        else:
            after = middle
    return after
