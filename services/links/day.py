"""A day of links, hour by hour as a person's own clock has it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta, tzinfo

from services.clicks.dimensions import COMPUTERS, DEVICE, PHONES
from services.statistics.details import Details
from services.statistics.periods import at, bucket_of, moment_of

HOURS = 24


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a zone: its quarters of an hour, ``first`` <= bucket < ``end``: 92 to 100 of them and usually 96."""

    date: date
    zone: tzinfo
    first: int
    end: int

    @property
    def hours(self) -> tuple[int | None, ...]:
        """No clicks in any of the 24 hours that clocks show; None where they skip one."""
        shown = self.quarters()
        return tuple(0 if hour in shown else None for hour in range(HOURS))

    @property
    def doubled(self) -> tuple[int, ...]:
        """The hours that clocks show twice. Their clicks are one sum."""
        shown = self.quarters()
        return tuple(hour for hour in range(HOURS) if shown.get(hour, 0) > 4)

    def quarters(self) -> Mapping[int, int]:
        """How many quarters of the day clocks show each hour for."""
        shown: dict[int, int] = {}
        for bucket in range(self.first, self.end):
            hour = self.hour_of(bucket)
            shown[hour] = shown.get(hour, 0) + 1
        return shown

    def hour_of(self, bucket: int) -> int:
        """What hour clocks show in this quarter."""
        return moment_of(bucket, self.zone).hour

    def by_hours(self, counted: Iterable[tuple[int, int]]) -> tuple[int | None, ...]:
        """(bucket, clicks) as sums of the 24 hours; None where clocks skip one."""
        sums = list(self.hours)
        for bucket, clicks in counted:
            hour = self.hour_of(bucket)
            sums[hour] = (sums[hour] or 0) + clicks
        return tuple(sums)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Clicks of one link, or of several: clicks = visitors (first visits) + repeats = computers + phones + unknown.

    ``hours``: the clicks of each of the 24 hours; None: clocks skipped it.
    """

    clicks: int
    visitors: int
    computers: int
    phones: int
    hours: tuple[int | None, ...]

    @property
    def repeats(self) -> int:
        return self.clicks - self.visitors

    @property
    def unknown(self) -> int:
        """From devices of other kinds, and from those that did not say what they are."""
        return self.clicks - self.computers - self.phones


@dataclass(frozen=True, slots=True)
class LinkOfDay:
    """A link that was clicked on the day; ``name`` may be empty."""

    id: int
    short_url: str
    name: str
    figures: DayFigures


@dataclass(frozen=True, slots=True)
class DailyReport:
    """What a person's links did on ``day``.

    ``links``: how many were clicked; ``listed``: the most clicked of them, the best first; ``total``: of all of them,
    and ``first_visits`` in each of its hours.
    """

    day: Day
    links: int
    listed: tuple[LinkOfDay, ...]
    total: DayFigures
    first_visits: tuple[int, ...] = field(default=(0,) * HOURS)

    @property
    def rest(self) -> DayFigures | None:
        """Of the links that are not listed together; None: all are."""
        if self.links == len(self.listed):
            return None
        figures = [link.figures for link in self.listed]
        return DayFigures(
            clicks=self.total.clicks - sum(each.clicks for each in figures),
            visitors=self.total.visitors - sum(each.visitors for each in figures),
            computers=self.total.computers - sum(each.computers for each in figures),
            phones=self.total.phones - sum(each.phones for each in figures),
            hours=tuple(_without(hour, hours) for hour, *hours in zip(self.total.hours, *_hours(figures), strict=True)),
        )


def day_of(of: date, zone: tzinfo) -> Day:
    """The date as ``zone`` has it, from its first moment to the next date's."""
    midnight = time()
    return Day(of, zone, bucket_of(at(of, midnight, zone)), bucket_of(at(of + timedelta(days=1), midnight, zone)))


def devices(details: Details) -> tuple[int, int]:
    """How many clicks came from computers and how many from phones."""
    counted = details.get(DEVICE, {})
    computers = sum(clicks for device, clicks in counted.items() if device in COMPUTERS)
    return computers, sum(clicks for device, clicks in counted.items() if device in PHONES)


def _hours(figures: Sequence[DayFigures]) -> Iterator[tuple[int | None, ...]]:
    return (each.hours for each in figures)


def _without(hour: int | None, listed: Iterable[int | None]) -> int | None:
    return None if hour is None else hour - sum(clicks or 0 for clicks in listed)
