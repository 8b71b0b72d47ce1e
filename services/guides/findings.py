"""What the videos of an account show, and how sure that is. Pure; heavy to import, since scipy is.

Views multiply, so they are compared by their logarithms, without the trend: what began to grow in March must not look
like a lucky hour of March. Whatever is tested in one guide is one family: Benjamini and Hochberg (1995) at 0.1, so that
of all that is called proven one in ten is wrong at most; without that, chance alone gives most accounts a "best hour".
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise
from math import exp, log1p
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from services.guides.facts import Finding, Grade, Interval, Topic
from services.tiktok.profiles import Post

MOST = 5
FALSE_AMONG_PROVEN = 0.1
# How much of an interval lies on one side where something may be, though it is not proven.
MOSTLY = 0.85
# The best of several groups always lies on one side: a hypothesis must be rare by chance, too.
RARE = 0.2
CONFIDENCE = 0.9
ROUNDS = 2_000
SEED = 20_260_101
DAY_SECONDS = 86_400.0
MONTH_DAYS = 30.0
# What grows in a few days says nothing of a month.
TREND_DAYS = 28.0
# Nothing multiplies views by more: beyond, posts of one moment make a slope of any size.
MOST_LOG = 20.0
# Least numbers of posts, as the facts on guides have them.
FOR_HITS = FOR_TREND = 20
FOR_GROUPS, IN_A_GROUP = 30, 5
OF_A_SOUND = 8
HOURS_IN_A_SLOT, DAYS_OF_WORK = 4, 5
HASHTAGS_TRIED = 12
DURATIONS = ((15, "to15"), (30, "to30"), (60, "to60"))
LONG = "over60"

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Tested:
    """A finding before its grade is known. ``effect``: how far from nothing, as a logarithm; ``side``: see MOSTLY."""

    finding: Finding
    effect: float
    side: float


def find(posts: Sequence[Post], zone: tzinfo) -> tuple[Finding, ...]:
    """The five findings that say the most, of usable posts in any order; at least ten of them.

    Proven ones first, then hypotheses, each by the size of what it says; then plain counts.
    """
    ordered = sorted(posts, key=lambda post: (post.published_at, post.post_id))
    tested = list(_tested(ordered, zone))
    proven = _proven([each.finding.p or 0.0 for each in tested])
    graded = [
        (grade, each)
        for each, holds in zip(tested, proven, strict=True)
        if (grade := _grade(each, holds=holds)) is not None
    ]
    graded.sort(key=lambda pair: (pair[0] != Grade.PROVEN, -abs(pair[1].effect)))
    found: list[Finding] = []
    for grade, each in graded:
        # Of hashtags and hours the best one says it: five hashtags are no five findings.
        if each.finding.topic not in {known.topic for known in found}:
            found.append(_as(each.finding, grade))
    return tuple([*found, *_counted(ordered)][:MOST])


def median_interval(values: Sequence[float]) -> Interval:
    """Of the median, by the bootstrap's percentiles."""
    drawn = np.median(_resampled(np.asarray(values, dtype=float)), axis=1)
    return Interval(*(float(np.quantile(drawn, at)) for at in _ends()))


def engagement(posts: Sequence[Post]) -> float | None:
    """(likes + comments + shares) / views, summed over videos that show their likes. None: as below."""
    shown = [post for post in posts if post.likes is not None]
    views = sum(post.views for post in shown)
    return sum((post.likes or 0) + post.comments + post.shares for post in shown) / views if views else None


def engagement_interval(posts: Sequence[Post]) -> Interval | None:
    """Of (likes + comments + shares) / views, by the bootstrap over videos. None: likes are hidden, or nobody looks."""
    shown = [post for post in posts if post.likes is not None]
    views = np.asarray([post.views for post in shown], dtype=float)
    reactions = np.asarray([(post.likes or 0) + post.comments + post.shares for post in shown], dtype=float)
    if not views.sum():
        return None
    places = np.random.default_rng(SEED).integers(len(shown), size=(ROUNDS, len(shown)))
    totals = views[places].sum(axis=1)
    rates = reactions[places].sum(axis=1)[totals > 0] / totals[totals > 0]
    return Interval(*(float(np.quantile(rates, at)) for at in _ends()))


# What is tested


def _tested(posts: Sequence[Post], zone: tzinfo) -> Iterator[_Tested]:
    logs = np.asarray([log1p(post.views) for post in posts])
    days = np.asarray([post.published_at.timestamp() / DAY_SECONDS for post in posts])
    if len(posts) >= FOR_TREND and np.ptp(days) >= TREND_DAYS:
        yield _trend(logs, days)
    if len(posts) < FOR_GROUPS:
        return
    rest = _without_trend(logs, days)
    local = [post.published_at.astimezone(zone) for post in posts]
    slots = [str(at.hour // HOURS_IN_A_SLOT * HOURS_IN_A_SLOT) for at in local]
    yield from _best_group(Topic.HOURS, rest, slots)
    yield from _one_group(Topic.WEEKEND, rest, [at.weekday() >= DAYS_OF_WORK for at in local], IN_A_GROUP)
    lengths = [_length(post.duration) for post in posts]
    yield from _best_group(Topic.DURATION, rest, lengths)
    uses = Counter(tag for post in posts for tag in set(post.hashtags))
    for tag, _count in sorted(uses.most_common(HASHTAGS_TRIED)):
        yield from _one_group(Topic.HASHTAG, rest, [tag in post.hashtags for post in posts], IN_A_GROUP, tag)
    if all(post.sound_id for post in posts):
        yield from _one_group(Topic.SOUND, rest, [post.sound_original for post in posts], OF_A_SOUND)
    yield from _caption(posts, rest)


def _line(logs: Numbers, days: Numbers) -> tuple[float, float, float, float]:
    """Theil and Sen's: slope, intercept, and the slope's interval: no number where most posts are of one moment."""
    with np.errstate(invalid="ignore"):
        slope, intercept, low, high = (float(value) for value in stats.theilslopes(logs, days, CONFIDENCE))
    return slope, intercept, low, high


def _without_trend(logs: Numbers, days: Numbers) -> Numbers:
    if np.ptp(days) == 0:
        return np.asarray(logs - np.median(logs))
    slope, intercept, *_ = _line(logs, days)
    return np.asarray(logs - (slope * days + intercept))


def _trend(logs: Numbers, days: Numbers) -> _Tested:
    """The slope of log views over days, and Kendall's test."""
    slope, _, low, high = _line(logs, days)
    p = float(stats.kendalltau(days, logs).pvalue)
    per_month = [_times(_known(value, 0.0) * MONTH_DAYS) for value in (slope, low, high)]
    places = np.random.default_rng(SEED).integers(len(logs), size=(ROUNDS // 10, len(logs)))
    slopes = [stats.linregress(days[each], logs[each]).slope for each in places if np.ptp(days[each]) > 0]
    interval = _around(per_month[0], per_month[1], per_month[2])
    finding = Finding(Topic.TREND, Grade.COUNTED, per_month[0], interval, len(logs), p=_known(p))
    return _Tested(finding, slope * MONTH_DAYS, _one_side(np.asarray(slopes), slope))


def _best_group(topic: Topic, rest: Numbers, names: Sequence[str]) -> Iterator[_Tested]:
    """The group with the highest median: tested against the best of groups that chance makes of the same posts."""
    counts = Counter(name for name in names if name)
    groups = sorted(name for name, count in counts.items() if count >= IN_A_GROUP)
    if len(groups) < 2:
        return
    members = np.asarray([[name == group for name in names] for group in groups])

    lifts = [float(_lifts(rest[None, :], each)[0]) for each in members]
    best_one = int(np.argmax(lifts))
    chance = _shuffled(rest)
    p = _by_chance(np.max([_lifts(chance, each) for each in members], axis=0), lifts[best_one])
    yield _grouped(topic, rest, members[best_one], p, groups[best_one])


def _one_group(topic: Topic, rest: Numbers, members: Sequence[bool], least: int, place: str = "") -> Iterator[_Tested]:
    """Those in it against those that are not."""
    inside = np.asarray(members, dtype=bool)
    if min(int(inside.sum()), int((~inside).sum())) < least:
        return
    p = _by_chance(np.abs(_lifts(_shuffled(rest), inside)), abs(float(_lifts(rest[None, :], inside)[0])))
    yield _grouped(topic, rest, inside, p, place)


def _grouped(topic: Topic, rest: Numbers, inside: NDArray[np.bool_], p: float, place: str) -> _Tested:
    ones, others = rest[inside], rest[~inside]
    lift = float(_lifts(rest[None, :], inside)[0])
    drawn = np.median(_resampled(ones), axis=1) - np.median(_resampled(others, 1), axis=1)
    # Few uses say little: a lift is drawn towards nothing the more, the fewer there are.
    weight = len(ones) / (len(ones) + IN_A_GROUP) if topic is Topic.HASHTAG else 1.0
    value = _times(weight * lift)
    interval = _around(value, *(_times(weight * float(np.quantile(drawn, at))) for at in _ends()))
    finding = Finding(topic, Grade.COUNTED, value, interval, int(inside.sum()), place, p)
    return _Tested(finding, weight * lift, _one_side(drawn, lift))


def _caption(posts: Sequence[Post], rest: Numbers) -> Iterator[_Tested]:
    """Spearman's rank correlation of views with the length of captions."""
    lengths = np.asarray([float(len(post.description)) for post in posts])
    if np.ptp(lengths) == 0 or np.ptp(rest) == 0:
        return
    found = stats.spearmanr(lengths, rest)
    places = np.random.default_rng(SEED).integers(len(rest), size=(ROUNDS // 10, len(rest)))
    drawn = [
        float(stats.spearmanr(lengths[each], rest[each]).statistic)
        for each in places
        if np.ptp(lengths[each]) > 0 and np.ptp(rest[each]) > 0
    ]
    value = float(found.statistic)
    interval = _around(value, *(float(np.quantile(drawn, at)) for at in _ends()))
    finding = Finding(Topic.CAPTION, Grade.COUNTED, value, interval, len(posts), p=_known(float(found.pvalue)))
    yield _Tested(finding, value, _one_side(np.asarray(drawn), value))


# What is counted


def _counted(posts: Sequence[Post]) -> Iterator[Finding]:
    """Figures that need no test."""
    views = [post.views for post in posts]
    if len(posts) >= FOR_HITS:
        hits = sum(each >= 2 * median(views) for each in views) if median(views) else 0
        around = stats.binomtest(hits, len(posts)).proportion_ci(CONFIDENCE, method="wilson")
        share, interval = hits / len(posts), Interval(float(around.low), float(around.high))
        yield Finding(Topic.HITS, Grade.COUNTED, share, interval, len(posts))
    gaps = [(later.published_at - earlier.published_at).total_seconds() for earlier, later in pairwise(posts)]
    if gaps and sum(gaps):
        yield Finding(Topic.CADENCE, Grade.COUNTED, len(gaps) * 7 * DAY_SECONDS / sum(gaps), None, len(posts))
    of_thousand: list[tuple[Topic, Callable[[Post], int]]] = [
        (Topic.COMMENTS, lambda post: post.comments),
        (Topic.SHARES, lambda post: post.shares),
        (Topic.SAVES, lambda post: post.saves),
    ]
    for topic, figure in of_thousand:
        if sum(views):
            rate = 1_000 * sum(map(figure, posts)) / sum(views)
            yield Finding(topic, Grade.COUNTED, rate, None, len(posts))
    lengths = [post.duration for post in posts if post.duration]
    if lengths:
        yield Finding(Topic.LENGTH, Grade.COUNTED, float(median(lengths)), None, len(lengths))


# Arithmetic


def _grade(tested: _Tested, *, holds: bool) -> Grade | None:
    if holds:
        return Grade.PROVEN
    may_be = tested.side >= MOSTLY and (tested.finding.p or 0.0) <= RARE
    return Grade.HYPOTHESIS if may_be else None


def _proven(ps: Sequence[float]) -> list[bool]:
    if not ps:
        return []
    corrected = stats.false_discovery_control(np.asarray(ps), method="bh")
    return [bool(each <= FALSE_AMONG_PROVEN) for each in corrected]


def _by_chance(drawn: Numbers, seen: float) -> float:
    """How often chance gives as much: the permutation test, which never says never."""
    return (int(np.sum(drawn >= seen - 1e-12)) + 1) / (len(drawn) + 1)


def _shuffled(values: Numbers) -> Numbers:
    """The values in other orders, a row each."""
    return np.random.default_rng(SEED).permuted(np.tile(values, (ROUNDS, 1)), axis=1)


def _lifts(rows: Numbers, inside: NDArray[np.bool_]) -> Numbers:
    """Of each row, the median of those inside less that of the others."""
    return np.asarray(np.median(rows[:, inside], axis=1) - np.median(rows[:, ~inside], axis=1))


def _resampled(values: Numbers, stream: int = 0) -> Numbers:
    places = np.random.default_rng(SEED + stream).integers(len(values), size=(ROUNDS, len(values)))
    return values[places]


def _one_side(drawn: Numbers, value: float) -> float:
    """How much of what was drawn lies on the value's side of nothing."""
    if not len(drawn) or not value:
        return 0.0
    return float(np.mean(drawn > 0 if value > 0 else drawn < 0))


def _known(value: float, otherwise: float = 1.0) -> float:
    """Where all values are alike there is neither p nor interval: nothing was found."""
    return value if np.isfinite(value) else otherwise


def _times(log: float) -> float:
    return exp(min(max(log, -MOST_LOG), MOST_LOG))


def _around(value: float, low: float, high: float) -> Interval:
    """The bootstrap of few values may miss what was seen."""
    return Interval(min(low, value), max(high, value))


def _ends() -> tuple[float, float]:
    return (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2


def _length(seconds: int) -> str:
    """The bin of a duration; empty: not known."""
    return next((name for most, name in DURATIONS if seconds <= most), LONG) if seconds else ""


def _as(finding: Finding, grade: Grade) -> Finding:
    return Finding(finding.topic, grade, finding.value, finding.interval, finding.posts, finding.place, finding.p)
