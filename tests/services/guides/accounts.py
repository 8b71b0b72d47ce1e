"""Accounts that were made up by a rule that the test knows, and guides of them."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.guides.facts import Benchmark, Finding, Grade, GuideContent, Interval, Topic
from services.guides.materials import Material, pack
from services.tiktok.analytics import Income, Rating
from services.tiktok.profiles import Post, Profile
from tests.services.payments.till import ANNA, NOW, Till

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
TAGS = ("home", "recipes", "fyp")
# What a post's views are multiplied by.
Effect = Callable[[Post], float]


def no_effect(_post: Post) -> float:
    return 1.0


def profile(followers: int = 48_200, username: str = "anna", nickname: str = "Анна", videos: int = 310) -> Profile:
    return Profile(username, "1", "sec", nickname, False, "", "", "", "ru", followers, 10, 90_000, videos, None)


def posts(count: int = 60, effect: Effect = no_effect, seed: int = 1) -> tuple[Post, ...]:
    """Newest first, one in a day or two at any hour, views as they spread on TikTok: by a factor of two or so."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        at = AT - timedelta(days=5 + 1.5 * number, hours=chance.uniform(0, 24))
        tags = tuple(tag for tag in TAGS if chance.random() < 0.4)
        duration = chance.choice((9, 14, 22, 28, 45, 80))
        words = "word " * chance.randint(1, 20)
        original = chance.random() < 0.5
        bare = Post(
            str(9_000 - number), at, words, False, duration, 0, None, 0, 0, 0, tags, "s", "", original, "ru"
        )  # fmt: skip
        views = round(math.exp(chance.gauss(9.4, 0.8)) * effect(bare))
        made.append(
            replace(
                bare, views=views, likes=views // 20, comments=views // 200, shares=views // 300, saves=views // 100
            )
        )
    return tuple(made)


def material(made: Sequence[Post], of: Profile | None = None, *, invented: bool = False) -> Material:
    return Material(of or profile(), tuple(made), AT, "browser", "creator", False, invented)


def content(**changes: object) -> GuideContent:
    """A guide that took no time to reckon, with a finding of each grade."""
    findings = (
        Finding(Topic.HOURS, Grade.PROVEN, 1.63, Interval(1.15, 2.3), 19, "16", 0.001),
        Finding(Topic.HASHTAG, Grade.HYPOTHESIS, 1.36, Interval(0.96, 1.78), 46, "recipes", 0.08),
        Finding(Topic.HITS, Grade.COUNTED, 0.25, Interval(0.191, 0.32), 60),
        Finding(Topic.CADENCE, Grade.COUNTED, 5.4, None, 60),
        Finding(Topic.LENGTH, Grade.COUNTED, 22.0, None, 58),
    )
    guide = GuideContent(
        username="anna.films",
        nickname="Анна 🔥",
        followers=48_200,
        videos=310,
        at=AT,
        posts=62,
        usable=60,
        since=AT - timedelta(days=95),
        until=AT - timedelta(days=5),
        time_zone="Europe/Moscow",
        invented=False,
        tier=10_000,
        rating=Rating(18, 10, 6),
        income=Income(1_170, 2_194, 5_850),
        typical_views=15_780.0,
        views_interval=Interval(13_557.0, 17_842.0),
        engagement=Benchmark(0.059, Interval(0.058, 0.06), 0.05, 0.08),
        reach=Benchmark(0.327, Interval(0.281, 0.37), 0.3, 0.3),
        findings=findings,
        views=tuple(post.views for post in posts()),
    )
    return replace(guide, **changes)  # type: ignore[arg-type]


async def sold(till: Till, guide: GuideContent, person_id: int = ANNA) -> tuple[int, int]:
    """The numbers of the order and of the guide that somebody bought."""
    await till.person(person_id)
    order = await till.buy(person_id, await till.material(guide.username))
    await till.orders.charged(till.telegram.pay(person_id, order, NOW), NOW)
    async with till.database.write() as session:
        guide_id = await till.orders.fulfil_in(session, order.id, "ru", pack(guide), NOW)
    assert guide_id is not None
    return order.id, guide_id
