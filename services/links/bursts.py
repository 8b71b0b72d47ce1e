"""Bursts: an hour with far more clicks than a link usually has."""

from collections.abc import Sequence
from statistics import median

# Fewer clicks in an hour are no burst of anything.
LEAST_CLICKS = 50
TIMES = 5
# What is usual is what the week before was like.
HOURS = 7 * 24


def usual(hours: Sequence[int]) -> float:
    """Clicks an hour that nobody would be surprised at: the median and the median distance from it.

    One good evening moves neither, as it would move a mean: the next one is told as well. 0 for no hours.
    """
    if not hours:
        return 0.0
    middle = median(hours)
    return middle + median(abs(clicks - middle) for clicks in hours)


def is_burst(clicks: int, hours: Sequence[int]) -> bool:
    """Whether ``clicks`` of an hour stand out from ``hours``, the clicks of each hour of the week before."""
    return clicks >= LEAST_CLICKS and clicks > TIMES * usual(hours)
