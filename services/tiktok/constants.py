"""The numbers that analytics reckons with: one table, which the settings can change."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Tier:
    """Accounts of ``followers`` and more, up to the next tier.

    ``engagement_low`` and ``engagement_high``: what is usual of engagement by views (kolens.ai's benchmarks).
    ``reach``: what is usual of a video's views to followers.
    """

    followers: int
    engagement_low: float
    engagement_high: float
    reach: float

    @property
    def engagement(self) -> float:
        """The middle of what is usual."""
        # Without the crumbs of binary fractions.
        return round((self.engagement_low + self.engagement_high) / 2, 6)


@dataclass(frozen=True, slots=True)
class Constants:
    """``cpm_low``, ``cpm_mid`` and ``cpm_high``: roubles for a thousand views of an advertisement.

    ``sample``: of so many of the newest posts an account's figures are; of fewer than ``least_posts`` there is neither
    a rating nor an income. A post is ``settled_after`` so long: by then it has most of its views.
    ``reach_bounds``: views of a post in hundredths of the followers; ``audience_bounds``: followers; one point of 20
    for each bound that is reached (the rating of Checktok). ``factor_low`` and ``factor_high`` bound how far an
    engagement above or below its tier's moves the income. ``flying``: from which z on a post flies, where there are
    ``least_others`` to compare it with; ``least_spread`` of log views: accounts whose posts are all alike spread no
    less, so nothing flies that has not about twice the usual views.
    """

    cpm_low: int = 80
    cpm_mid: int = 150
    cpm_high: int = 400
    sample: int = 30
    least_posts: int = 5
    settled_after: timedelta = timedelta(days=3)
    reach_bounds: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 25, 30, 35, 40, 45, 50, 100)
    audience_bounds: tuple[int, ...] = (
        50, 100, 250, 500, 750, 1_000, 2_500, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 300_000, 500_000,
        750_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
    )  # fmt: skip
    most_points: int = 20
    factor_low: float = 0.7
    factor_high: float = 1.3
    flying: float = 3.5
    least_others: int = 10
    least_spread: float = 0.2
    # From the smallest to the largest.
    tiers: tuple[Tier, ...] = (
        Tier(0, 0.08, 0.15, 0.50),
        Tier(10_000, 0.05, 0.08, 0.30),
        Tier(100_000, 0.03, 0.06, 0.20),
        Tier(500_000, 0.03, 0.06, 0.15),
        Tier(1_000_000, 0.015, 0.035, 0.10),
    )


CONSTANTS = Constants()
