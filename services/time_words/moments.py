"""Moments on earth for what the clocks of a zone show, where daylight saving skips hours and repeats them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum


class Twist(Enum):
    """Why a moment is not simply what was written."""

    # The clocks never show it: they are put forward over it. The moment is as much later.
    SKIPPED = "skipped"
    # The clocks show it twice: they are put back. The moment is the first of the two.
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Moment:
    """``at``: in UTC, a full minute. ``whole_day``: a day was named and no hour; ``at`` is when it begins."""

    at: datetime
    twist: Twist | None = None
    whole_day: bool = False


def resolve(local: datetime, zone: tzinfo, *, whole_day: bool = False) -> Moment:
    """The moment at which the clocks of ``zone`` show ``local``, a time without a zone."""
    first = local.replace(tzinfo=zone, fold=0)
    at = first.astimezone(UTC)
    twist = None
    if at.astimezone(zone).replace(tzinfo=None) != local:
        # The offset from before the gap, which fold=0 stands for, leads just as far past it (PEP 495).
        twist = Twist.SKIPPED
    elif first.utcoffset() != first.replace(fold=1).utcoffset():
        twist = Twist.REPEATED
    return Moment(at, twist, whole_day)


def end_of_day(moment: datetime, zone: tzinfo) -> datetime:
    """When the day of ``zone`` that holds the moment is over, in UTC."""
    midnight = moment.astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    return resolve(midnight + timedelta(days=1), zone).at
