"""Who stands where in the top: pure arithmetic over one day's figures and those of a day before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Order(StrEnum):
    """What the top is ordered by. Values stand in callback data."""

    INCOME = "i"
    FOLLOWERS = "f"
    RATING = "r"
    GROWTH = "g"


# What follows from an account's profile alone.
OF_PROFILE = frozenset({Order.FOLLOWERS, Order.GROWTH})


@dataclass(frozen=True, slots=True)
class Figures:
    """An account in the top of one day. ``income``: roubles for one video, the middle of the estimate.

    ``growth``: followers won within seven days. None: not known. ``fresh``: all fetched on that day; else these are its
    last figures, and followers and growth were ``taken_at``. ``lacks_posts``: that was on the day, and income and
    rating are of before, since TikTok did not show its posts.
    """

    account_id: int
    followers: int
    income: int | None
    rating: int | None
    growth: int | None
    taken_at: datetime
    fresh: bool
    lacks_posts: bool = False

    @property
    def has_answered(self) -> bool:
        """On that day, with its posts or without."""
        return self.fresh or self.lacks_posts


@dataclass(frozen=True, slots=True)
class Placed:
    """``place`` from 1. ``moved``: how many places up since the day before (down: negative), None: not known then.

    ``is_new``: it had no place then, though there was a top.
    """

    place: int
    figures: Figures
    moved: int | None
    is_new: bool


def value_of(figures: Figures, order: Order) -> int | None:
    """What an account is ordered by."""
    match order:
        case Order.INCOME:
            return figures.income
        case Order.FOLLOWERS:
            return figures.followers
        case Order.RATING:
            return figures.rating
        case Order.GROWTH:
            return figures.growth


def is_of_the_day(figures: Figures, order: Order) -> bool:
    """Whether what an account is ordered by was fetched on that day."""
    return figures.fresh or (figures.lacks_posts and order in OF_PROFILE)


def placed(today: Sequence[Figures], before: Sequence[Figures], order: Order) -> tuple[Placed, ...]:
    """The top, the greatest first. Who has no value has no place.

    Equal values stand by followers, and then as they came to us first. ``before``: all figures of the day that is
    compared with; empty: there is none, and nobody moved or is new.
    """
    stood = {figures.account_id: place for place, figures in enumerate(_ordered(before, order), 1)}
    found = []
    for place, figures in enumerate(_ordered(today, order), 1):
        was = stood.get(figures.account_id)
        found.append(Placed(place, figures, None if was is None else was - place, bool(stood) and was is None))
    return tuple(found)


def _ordered(all_figures: Sequence[Figures], order: Order) -> list[Figures]:
    known = [(value, figures) for figures in all_figures if (value := value_of(figures, order)) is not None]
    ordered = sorted(known, key=lambda each: (-each[0], -each[1].followers, each[1].account_id))
    return [figures for _value, figures in ordered]
