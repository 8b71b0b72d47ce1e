"""What can be reckoned of an account from its posts: pure functions, numbers in, dataclasses out.

Where a number cannot be had, it is None, and the dataclass says of how many posts the others are: nothing is guessed.
The rating is that of Checktok, Toklink's forerunner, and so are its bounds (:mod:`services.tiktok.constants`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import log
from statistics import median

from services.tiktok.constants import CONSTANTS, Constants, Tier
from services.tiktok.profiles import Post, Profile

# The median absolute deviation of a normal distribution is its standard deviation by this (Iglewicz and Hoaglin, 1993).
MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True, slots=True)
class Total:
    """Of all videos of an account. ``exact``: a sum; else their average by the number of videos. None: not known."""

    value: int | None
    exact: bool


@dataclass(frozen=True, slots=True)
class Income:
    """What an advertisement in one video may bring, in roubles: an estimate."""

    low: int
    mid: int
    high: int


@dataclass(frozen=True, slots=True)
class Rating:
    """``reach``, ``audience`` and ``engagement``: 0 to 20 points each."""

    reach: int
    audience: int
    engagement: int

    @property
    def value(self) -> int:
        """A + 2·B + 2·C, 0 to 100, as Checktok had it."""
        return self.reach + 2 * self.audience + 2 * self.engagement


@dataclass(frozen=True, slots=True)
class Measures:
    """What an account's posts say of it.

    ``views``, ``comments`` and ``reposts`` are of all its videos; ``likes`` too, as TikTok itself shows them.
    ``posts``: of how many posts the figures are. ``engagement_posts``: how many of these show their likes.
    ``average_views``: of these posts, rounded; None without any. ``usable``: how many are neither pinned nor too young
    for the income, and ``median_views`` are theirs. ``too_few``: not enough posts for a rating.
    """

    views: Total
    comments: Total
    reposts: Total
    likes: int
    engagement: float | None
    engagement_posts: int
    average_views: int | None
    median_views: int | None
    income: Income | None
    rating: Rating | None
    posts: int
    usable: int
    too_few: bool


def measure(profile: Profile, posts: Sequence[Post], now: datetime, constants: Constants = CONSTANTS) -> Measures:
    """Everything at once, of the newest ``constants.sample`` of ``posts``, which come in any order.

    ``now``: when the posts were seen. Totals are exact where ``posts`` are all that the account has.
    """
    newest = sorted(posts, key=lambda post: (post.published_at, post.post_id), reverse=True)
    sample = newest[: constants.sample]
    usable = settled(newest, now, constants)[: constants.sample]
    told = [post for post in newest if not is_bare(post)]
    told_lately = [post for post in sample if not is_bare(post)]
    shown = [post for post in sample if post.likes is not None]
    engaged = _engagement(shown)
    return Measures(
        views=_total(profile, newest, sample, lambda post: post.views),
        comments=_total(profile, told, told_lately, lambda post: post.comments),
        reposts=_total(profile, told, told_lately, lambda post: post.shares),
        likes=profile.likes,
        engagement=None if engaged is None else float(engaged),
        engagement_posts=len(shown),
        average_views=round(_average(sample, lambda post: post.views)) if sample else None,
        median_views=round(_typical(usable)) if usable else None,
        income=_income(usable, engaged, profile.followers, constants),
        rating=_rating(profile.followers, sample, shown, constants),
        posts=len(sample),
        usable=len(usable),
        too_few=len(sample) < constants.least_posts,
    )


def tier(followers: int, constants: Constants = CONSTANTS) -> Tier:
    """The accounts that this one is compared with."""
    return max((each for each in constants.tiers if each.followers <= followers), key=lambda each: each.followers)


def settled(posts: Sequence[Post], now: datetime, constants: Constants = CONSTANTS) -> list[Post]:
    """Posts that show what is usual, in their order: a pinned one is a chosen hit, a young one still gathers views."""
    return [post for post in posts if not post.pinned and now - post.published_at >= constants.settled_after]


def is_bare(post: Post) -> bool:
    """Whether only its views are known: some of TikTok's pages tell nothing else of a post."""
    return post.likes is None and not (post.comments or post.shares or post.saves)


def is_flying(posts: Sequence[Post], post: Post, now: datetime, constants: Constants = CONSTANTS) -> bool:
    """Whether a post has far more views than the account's others: z > 3.5 by the median absolute deviation.

    z = (log views - median) / (1.4826 · MAD), after Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (1993).
    Of logarithms, because views multiply: without them every twelfth post of an ordinary account would fly. The post
    itself may be young; those it is compared with are settled. Fewer than ``least_others`` of these: it is not known.
    """
    others = [_log(each) for each in settled(posts, now, constants) if each.post_id != post.post_id]
    if len(others) < constants.least_others:
        return False
    middle = median(others)
    deviation = MAD_TO_DEVIATION * median([abs(value - middle) for value in others])
    return (_log(post) - middle) / max(deviation, constants.least_spread) > constants.flying


def outliers(posts: Sequence[Post], now: datetime, constants: Constants = CONSTANTS) -> tuple[Post, ...]:
    """The posts that fly, in their order."""
    return tuple(post for post in posts if is_flying(posts, post, now, constants))


def _log(post: Post) -> float:
    # A post that nobody saw has a logarithm, too.
    return log(post.views + 1)


def _average(posts: Sequence[Post], figure: Callable[[Post], int]) -> Fraction:
    return Fraction(sum(figure(post) for post in posts), len(posts))


def _total(profile: Profile, posts: Sequence[Post], sample: Sequence[Post], figure: Callable[[Post], int]) -> Total:
    """The sum of all posts where these are all; else the sample's average by the number of videos."""
    if len(posts) >= profile.videos:
        return Total(sum(figure(post) for post in posts), exact=True)
    if not sample:
        return Total(None, exact=False)
    return Total(round(_average(sample, figure) * profile.videos), exact=False)


def _engagement(posts: Sequence[Post]) -> Fraction | None:
    """(likes + comments + shares) / views, summed over posts that show their likes (HypeAuditor, help article 4089895).

    None where there are no such posts, or nobody saw them.
    """
    views = sum(post.views for post in posts)
    return Fraction(_reactions(posts), views) if views else None


def _reactions(posts: Sequence[Post]) -> int:
    return sum((post.likes or 0) + post.comments + post.shares for post in posts)


def _typical(posts: Sequence[Post]) -> Fraction:
    """The median of their views."""
    return Fraction(median([post.views for post in posts]))


def _income(usable: Sequence[Post], engagement: Fraction | None, followers: int, constants: Constants) -> Income | None:
    """V / 1000 · CPM · clamp(ER / ER of the tier, 0.7, 1.3); V: median views of the posts that count.

    CPM: what advertisers pay for a thousand views. Where likes are hidden, the engagement is taken for the tier's own.
    None: too few posts.
    """
    if len(usable) < constants.least_posts:
        return None
    factor = Fraction(1)
    if engagement is not None:
        ratio = engagement / Fraction(str(tier(followers, constants).engagement))
        factor = min(max(ratio, Fraction(str(constants.factor_low))), Fraction(str(constants.factor_high)))
    thousands = _typical(usable) / 1_000 * factor
    return Income(*(round(thousands * cpm) for cpm in (constants.cpm_low, constants.cpm_mid, constants.cpm_high)))


def _rating(followers: int, sample: Sequence[Post], shown: Sequence[Post], constants: Constants) -> Rating | None:
    """Checktok's three parts over the same posts. None: too few posts, or none of them shows its likes.

    Reach: average views to followers; with no followers any view is more than every bound, and no view is none.
    Engagement: its whole hundredths; nobody saw the posts, no points.
    """
    if len(sample) < constants.least_posts or not shown:
        return None
    # In whole numbers, so that a bound that is just reached is reached.
    views = 100 * sum(post.views for post in sample)
    base = len(sample) * followers
    seen = sum(post.views for post in shown)
    return Rating(
        reach=sum(views > 0 and views >= bound * base for bound in constants.reach_bounds),
        audience=sum(followers >= bound for bound in constants.audience_bounds),
        engagement=min(100 * _reactions(shown) // seen, constants.most_points) if seen else 0,
    )
