"""What a guide says, as facts: words and pictures are made of them wherever it is read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.tiktok.analytics import Income, Rating


class Grade(StrEnum):
    """How sure a finding is: by a test that holds among all tests of the guide, by an interval, or a plain count."""

    PROVEN = "proven"
    HYPOTHESIS = "hypothesis"
    COUNTED = "counted"


class Topic(StrEnum):
    """What a finding is about, and what its numbers mean.

    HITS: ``value`` share of videos with twice the median's views and more. TREND: ``value`` times as many views each
    30 days. HOURS: ``value`` times as many views from ``place`` o'clock on, for four hours; WEEKEND: on Saturday and
    Sunday; DURATION: in videos of ``place`` (to15, to30, to60, over60 seconds); HASHTAG: with #``place``; SOUND: with
    a sound of one's own; CAPTION: ``value`` the rank correlation of views with a caption's length. CADENCE: ``value``
    videos a week. COMMENTS, SHARES, SAVES: ``value`` of 1,000 views. LENGTH: ``value`` seconds.
    """

    HITS = "hits"
    TREND = "trend"
    HOURS = "hours"
    WEEKEND = "weekend"
    DURATION = "duration"
    HASHTAG = "hashtag"
    SOUND = "sound"
    CAPTION = "caption"
    CADENCE = "cadence"
    COMMENTS = "comments"
    SHARES = "shares"
    SAVES = "saves"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Interval:
    """Nine times of ten the true value lies in it."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of ``posts`` videos. ``p``: before the correction for many tests; None: nothing was tested."""

    topic: Topic
    grade: Grade
    value: float
    interval: Interval | None
    posts: int
    place: str = ""
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A figure of the account (None: not known) beside what is usual of accounts of its size, from low to high."""

    value: float | None
    interval: Interval | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GuideContent:
    """``usable`` videos of ``posts`` (neither pinned nor too young) from ``since`` to ``until`` make the findings.

    ``typical_views``: their median. ``engagement`` by views; ``reach``: views to followers, its usual one a single
    value. ``time_zone``: the one that hours and days are in. ``tier``: followers from which the account's size counts.
    ``views``: of the usable videos, newest first.
    """

    username: str
    nickname: str
    followers: int
    videos: int
    at: datetime
    posts: int
    usable: int
    since: datetime
    until: datetime
    time_zone: str
    invented: bool
    tier: int
    rating: Rating | None
    income: Income | None
    typical_views: float
    views_interval: Interval
    engagement: Benchmark
    reach: Benchmark
    findings: tuple[Finding, ...]
    views: tuple[int, ...] = ()
