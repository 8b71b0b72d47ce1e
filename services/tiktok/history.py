"""How an account changed: pure functions over its snapshots, numbers in, numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from services.tiktok.stored import Snapshot

# What changes are told of.
CHANGE_DAYS = (1, 7, 30)
# A snapshot so near the moment in question is taken for that moment.
NEAR = timedelta(hours=2)
# Between two snapshots that lie further apart nothing is known, and a line is broken. Accounts are fetched daily.
GAP = timedelta(days=3)
# A change over few days bears shorter gaps: at most this part of the days, and never less than LEAST_GAP.
GAP_PART, LEAST_GAP = 0.5, timedelta(days=2)


class Figure(StrEnum):
    """What is looked at; one letter, as buttons carry it."""

    FOLLOWERS = "f"
    VIEWS = "v"
    ENGAGEMENT = "e"
    INCOME = "i"


class Range(StrEnum):
    """How far back; the number of days, as buttons carry it."""

    WEEK = "7"
    MONTH = "30"
    QUARTER = "90"
    ALL = "a"

    def since(self, now: datetime) -> datetime | None:
        """Where it begins; None: with the first snapshot."""
        return None if self is Range.ALL else now - timedelta(days=int(self.value))


@dataclass(frozen=True, slots=True)
class Known:
    """A figure at a moment; of an estimated one, its ``low`` and ``high`` too."""

    at: datetime
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a figure changed within ``days`` until the newest snapshot.

    ``before``: what it was then. ``exact``: somebody looked then; else it lies on the straight line between the looks
    before and after that moment.
    """

    days: int
    now: float
    before: float
    exact: bool

    @property
    def difference(self) -> float:
        return self.now - self.before

    @property
    def part(self) -> float | None:
        """0.5: it grew by half; None: it was nothing before."""
        return self.difference / self.before if self.before else None


def known(snapshots: Sequence[Snapshot], figure: Figure) -> tuple[Known, ...]:
    """The figure at each of the snapshots that has it, oldest first."""
    found = []
    for each in sorted(snapshots, key=lambda each: each.at):
        low, value, high = _values(each, figure)
        if value is not None:
            found.append(Known(each.at, value, low, high))
    return tuple(found)


def change(figures: Sequence[Known], days: int) -> Change | None:
    """Over the last ``days`` before the newest of ``figures``, which are in their order.

    None where nobody looked that long ago, or the looks around that moment lie too far apart to say.
    """
    if not figures:
        return None
    newest = figures[-1]
    moment = newest.at - timedelta(days=days)
    nearest = min(figures[:-1], key=lambda each: abs(each.at - moment), default=None)
    if nearest is not None and abs(nearest.at - moment) <= NEAR:
        return Change(days, newest.value, nearest.value, exact=True)
    widest = max(timedelta(days=days) * GAP_PART, LEAST_GAP)
    for before, after in pairwise(figures):
        if before.at < moment < after.at and after.at - before.at <= widest:
            part = (moment - before.at) / (after.at - before.at)
            then = before.value + (after.value - before.value) * part
            return Change(days, newest.value, then, exact=False)
    return None


def stretches(figures: Sequence[Known], gap: timedelta = GAP) -> tuple[tuple[Known, ...], ...]:
    """The figures parted where nobody looked for longer than ``gap``; together they are all of them, in their order."""
    parted: list[list[Known]] = []
    for each in figures:
        if parted and each.at - parted[-1][-1].at <= gap:
            parted[-1].append(each)
        else:
            parted.append([each])
    return tuple(map(tuple, parted))


def thinned(figures: Sequence[Known], most: int) -> tuple[Known, ...]:
    """At most ``most`` of them, spread evenly over their time; the first and the newest always stay."""
    if len(figures) <= most:
        return tuple(figures)
    if most < 2:
        raise ValueError(f"{most} figures")
    first, newest = figures[0], figures[-1]
    slot = (newest.at - first.at) / (most - 1)
    # The last of each slot of time: what was known at its end.
    last_of = {int((each.at - first.at) / slot): each for each in figures[1:-1]} if slot else {}
    kept = [each for place, each in sorted(last_of.items())][: most - 2]
    return (first, *kept, newest)


def _values(of: Snapshot, figure: Figure) -> tuple[float | None, float | None, float | None]:
    """(low, value, high); low and high of estimates alone."""
    if figure is Figure.INCOME:
        return of.income_low, of.income_mid, of.income_high
    values: dict[Figure, float | None] = {
        Figure.FOLLOWERS: of.followers,
        Figure.VIEWS: of.views,
        Figure.ENGAGEMENT: of.engagement,
    }
    return None, values[figure], None
