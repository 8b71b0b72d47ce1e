"""Findings hold what they promise: chance is seldom called proven, and what is there is found."""

from dataclasses import replace
from datetime import timedelta
from math import isfinite
from typing import Final

import pytest

from services.guides.content import make_content
from services.guides.facts import Finding, Grade, Topic
from services.guides.findings import find
from services.guides.making import guide_content
from services.guides.materials import pack
from services.tiktok.profiles import Post
from services.time_zones import zone
from tests.services.guides.accounts import AT, Effect, material, posts

MOSCOW: Final = zone("Europe/Moscow")
FIVE = 5
TIMES_AS_MANY = 5.0


def found(effect: Effect, count: int = 100) -> tuple[Finding, ...]:
    return find(posts(count, effect), MOSCOW)


def test_where_nothing_has_an_effect_few_guides_call_anything_proven():
    # One guide in ten may be wrong; without the correction for many tests it would be every other one.
    wrong = [
        seed
        for seed in range(1_000, 1_012)
        if any(finding.grade is Grade.PROVEN for finding in find(posts(60, seed=seed), MOSCOW))
    ]
    assert len(wrong) <= 3, wrong


def test_hours_that_bring_views_are_found_by_the_clock_of_the_person():
    in_moscow = found(lambda post: TIMES_AS_MANY if 16 <= post.published_at.astimezone(MOSCOW).hour < 20 else 1)
    assert (in_moscow[0].topic, in_moscow[0].place, in_moscow[0].grade) == (Topic.HOURS, "16", Grade.PROVEN)
    assert 3 < in_moscow[0].value < 8


@pytest.mark.parametrize(
    ("effect", "topic", "place"),
    [
        (lambda post: TIMES_AS_MANY if 15 < post.duration <= 30 else 1, Topic.DURATION, "to30"),
        (lambda post: TIMES_AS_MANY if "recipes" in post.hashtags else 1, Topic.HASHTAG, "recipes"),
        (lambda post: TIMES_AS_MANY if post.published_at.astimezone(MOSCOW).weekday() >= 5 else 1, Topic.WEEKEND, ""),
        (lambda post: TIMES_AS_MANY if post.sound_original else 1, Topic.SOUND, ""),
        (lambda post: len(post.description) / 20, Topic.CAPTION, ""),
        (lambda post: 2 ** ((post.published_at - AT) / timedelta(days=30)), Topic.TREND, ""),
    ],
)
def test_what_has_a_strong_effect_is_proven_and_stands_first(effect: Effect, topic: Topic, place: str):
    first, *_ = found(effect)
    assert (first.topic, first.place, first.grade) == (topic, place, Grade.PROVEN)
    assert first.interval is not None
    assert first.interval.low > (0 if topic is Topic.CAPTION else 1)


def test_growth_is_not_taken_for_a_lucky_hour():
    def effect(post: Post) -> float:
        return 4.0 ** ((post.published_at - AT) / timedelta(days=30))

    # All of the last month came out in the evening, where growth alone has brought views.
    made = [
        post if post.published_at < AT - timedelta(days=60) else _in_the_evening(post) for post in posts(80, effect)
    ]
    proven = {finding.topic for finding in find(made, MOSCOW) if finding.grade is Grade.PROVEN}
    assert Topic.TREND in proven
    assert Topic.HOURS not in proven


def test_a_few_days_say_nothing_of_a_month():
    day = AT - timedelta(days=4)
    made = [
        Post(str(n), day + timedelta(hours=n), "", False, 9, 1_000 * 2**n, None, 0, 0, 0) for n in range(25)
    ]  # fmt: skip
    assert Topic.TREND not in {finding.topic for finding in find(made, MOSCOW)}


@pytest.mark.parametrize("count", [10, 20, 60])
def test_an_ordinary_account_has_five_findings_however_few_its_posts(count: int):
    findings = found(lambda _post: 1.0, count)
    assert len(findings) == FIVE
    assert len({finding.topic for finding in findings}) == FIVE


@pytest.mark.parametrize("apart", [timedelta(), timedelta(seconds=1), timedelta(days=500)])
@pytest.mark.parametrize("all_alike", [False, True])
def test_posts_of_one_moment_or_of_a_lifetime_have_findings_of_plain_numbers(apart: timedelta, *, all_alike: bool):
    first, *others = posts(40)
    # Most of them came out at once.
    made = [first] + [replace(post, published_at=first.published_at - apart) for post in others]
    if all_alike:
        made = [replace(post, views=0, likes=0, comments=0, shares=0) for post in made]
    for finding in find(made, MOSCOW):
        assert isfinite(finding.value)
        assert finding.interval is None or finding.interval.low <= finding.value <= finding.interval.high


def test_a_hashtag_under_every_post_is_no_finding():
    made = [
        Post(post.post_id, post.published_at, "", False, 20, post.views, None, 0, 0, 0, ("fyp",)) for post in posts(40)
    ]
    assert Topic.HASHTAG not in {finding.topic for finding in find(made, MOSCOW)}


def test_the_same_material_makes_the_same_guide():
    frozen = pack(material(posts(40)))
    assert guide_content(frozen, "Europe/Moscow") == guide_content(frozen, "Europe/Moscow")


def test_hidden_likes_leave_the_rest_of_a_guide():
    made = [
        Post(post.post_id, post.published_at, "", False, 20, post.views, None, 0, 0, 0) for post in posts(12)
    ]  # fmt: skip
    guide = make_content(material(made), "Europe/Moscow")
    assert guide.engagement.value is None
    assert guide.rating is None
    assert guide.typical_views > 0
    assert guide.findings


def _in_the_evening(post: Post) -> Post:
    evening = post.published_at.replace(hour=17)
    return Post(post.post_id, evening, post.description, False, post.duration, post.views, post.likes, 0, 0, 0)
