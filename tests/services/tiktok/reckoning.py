"""The figures of an account once more, with floats and loops, from posts of any making."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class Seen(Protocol):
    """What a post must tell."""

    @property
    def published_at(self) -> datetime: ...
    @property
    def pinned(self) -> bool: ...
    @property
    def views(self) -> int: ...
    @property
    def likes(self) -> int | None: ...
    @property
    def comments(self) -> int: ...
    @property
    def shares(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Reckoned:
    """``views``, ``comments`` and ``shares`` of all videos; ``income``: low, mid, high."""

    views: float
    comments: float
    shares: float
    engagement: float
    parts: tuple[int, int, int]
    rating: int
    income: tuple[float, float, float]


def reckon(followers: int, videos: int, published: Sequence[Seen], now: datetime) -> Reckoned:
    """Of an account with followers, views and at least five posts that are neither pinned nor young."""
    in_order = sorted(published, key=lambda each: each.published_at)
    last = in_order[-30:]
    views = sum(each.views for each in last)
    engagement = sum((each.likes or 0) + each.comments + each.shares for each in last) / views
    reach = views / len(last) / followers
    a = sum(reach >= percent / 100 for percent in (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 25, 30, 35, 40, 45, 50))
    a += reach >= 1
    bounds = "50 100 250 500 750 1e3 2.5e3 5e3 1e4 2e4 5e4 1e5 2e5 3e5 5e5 7.5e5 1e6 2.5e6 5e6 1e7"
    b = sum(followers >= float(bound) for bound in bounds.split())
    c = min(20, int(engagement * 100))
    usual = [each for each in in_order if not each.pinned and (now - each.published_at) / timedelta(days=1) >= 3][-30:]
    ordered = sorted(each.views for each in usual)
    middle = (ordered[len(ordered) // 2] + ordered[(len(ordered) - 1) // 2]) / 2
    benchmark = 11.5 if followers < 1e4 else 6.5 if followers < 1e5 else 4.5 if followers < 1e6 else 2.5
    factor = max(0.7, min(1.3, engagement * 100 / benchmark))
    low, mid, high = (middle / 1000 * cpm * factor for cpm in (80, 150, 400))

    def total(figure: str) -> float:
        if len(published) >= videos:
            return float(sum(getattr(each, figure) for each in published))
        return sum(getattr(each, figure) for each in last) / len(last) * videos

    return Reckoned(
        total("views"), total("comments"), total("shares"), engagement, (a, b, c), a + 2 * b + 2 * c, (low, mid, high)
    )
