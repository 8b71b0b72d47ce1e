"""Whose videos brought the clicks: an estimate, by a pure function.

Of the 48 hours after a post, the clicks above what the same hours of the week had in the four weeks before (their
median), never below 0; where the hours of several posts overlap, shared among these by their views.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from statistics import median

# In quarters of an hour, as clicks are counted.
WINDOW, WEEK = 48 * 4, 7 * 24 * 4
WEEKS_BEFORE = 4


@dataclass(frozen=True, slots=True)
class Published:
    """A post: ``bucket`` is the quarter of an hour in which it appeared (services.statistics.periods.bucket_of)."""

    key: str
    bucket: int
    views: int


@dataclass(frozen=True, slots=True)
class Brought:
    """``clicks`` that a post seems to have brought. ``running``: its 48 hours are not over."""

    clicks: Fraction
    running: bool

    def __add__(self, other: "Brought") -> "Brought":
        return Brought(self.clicks + other.clicks, self.running or other.running)


def brought(
    posts: Iterable[Published], clicks: Mapping[int, int], *, since: int, until: int
) -> dict[str, Brought | None]:
    """By post, what it brought one link. ``clicks``: by quarter of an hour, with ``since`` <= bucket < ``until``.

    ``since``: the first quarter in which the link was there; ``until``: the one after now. None: the link was not there
    a week before the post, so that nobody knows what is usual. Nothing is said of posts of the future.

    The hours are cut where a post's 48 begin or end. What a piece has above its usual is shared by views among the
    posts whose hours it belongs to (evenly where nobody saw any); a post's shares are added up, and are 0 where that is
    less. So all posts together never have more clicks than there were.
    """
    known = sorted((post for post in posts if post.bucket < until), key=lambda post: post.bucket)
    counted = _Counted(clicks, since, until)
    sums: dict[str, Fraction | None] = {post.key: Fraction() for post in known}
    for first, end in _pieces(known, until):
        active = [post for post in known if post.bucket < end and first < post.bucket + WINDOW]
        if not active:
            continue
        above = counted.above_usual(first, end)
        for post, share in _shares(active):
            before = sums[post.key]
            sums[post.key] = None if above is None or before is None else before + above * share
    return {post.key: _result(sums[post.key], post, until) for post in known}


def _result(total: Fraction | None, post: Published, until: int) -> Brought | None:
    return None if total is None else Brought(max(total, Fraction()), post.bucket + WINDOW > until)


def _pieces(posts: Sequence[Published], until: int) -> Iterable[tuple[int, int]]:
    edges = {edge for post in posts for edge in (post.bucket, min(post.bucket + WINDOW, until))}
    return pairwise(sorted(edges))


def _shares(posts: Sequence[Published]) -> list[tuple[Published, Fraction]]:
    views = sum(post.views for post in posts)
    return [(post, Fraction(post.views, views) if views else Fraction(1, len(posts))) for post in posts]


class _Counted:
    """Clicks of any span, by one subtraction."""

    def __init__(self, clicks: Mapping[int, int], since: int, until: int) -> None:
        self._since = since
        self._sums = list(accumulate((clicks.get(bucket, 0) for bucket in range(since, until)), initial=0))

    def above_usual(self, first: int, end: int) -> Fraction | None:
        """How many clicks more than the median of the four weeks before, of as many of them as there were."""
        before = [
            self._within(first - back, end - back)
            for back in range(WEEK, WEEKS_BEFORE * WEEK + 1, WEEK)
            if first - back >= self._since
        ]
        return Fraction(self._within(first, end)) - Fraction(median(before)) if before else None

    def _within(self, first: int, end: int) -> int:
        return self._sums[end - self._since] - self._sums[first - self._since]
