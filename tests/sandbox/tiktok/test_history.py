"""Histories of invented creators: they go on from day to day, and never contradict themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.tiktok import TikTokServer
from sandbox.tiktok.creators import creators, everybody, find, usernames
from sandbox.tiktok.history import History
from sandbox.tiktok.serving import Creator, Moment
from tests.sandbox.conftest import Clock

NEW_YEAR = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
DAY = 86_400
NAMES = st.sampled_from(sorted(set(everybody()) - {"fading_star"}))
TIMES = st.integers(NEW_YEAR, NEW_YEAR + 900 * DAY)


def seen(name: str, at: int) -> Creator:
    creator = find(name)
    assert creator is not None
    return Moment(creator, at).whole()


@settings(deadline=None, max_examples=30)
@given(NAMES, TIMES, st.integers(0, 60 * DAY))
def test_no_count_shrinks_and_no_post_changes_its_nature(name: str, at: int, later: int) -> None:
    before, after = seen(name, at), seen(name, at + later)
    assert after.followers >= before.followers
    assert after.likes >= before.likes
    assert after.videos >= before.videos
    old = {post.post_id: post for post in after.posts}
    for post in before.posts:
        now = old[post.post_id]
        assert (now.published_at, now.description, now.duration, now.sound_id) == (
            post.published_at, post.description, post.duration, post.sound_id,
        )  # fmt: skip
        for count in ("views", "likes", "comments", "shares", "saves"):
            assert getattr(now, count) >= getattr(post, count)


@settings(deadline=None, max_examples=30)
@given(NAMES, TIMES)
def test_what_is_told_at_one_moment_fits_together(name: str, at: int) -> None:
    creator = seen(name, at)
    assert creator.videos == len(creator.posts) == len({post.post_id for post in creator.posts})
    assert creator.likes == sum(post.likes for post in creator.posts)
    published = [post.published_at.timestamp() for post in creator.posts]
    assert published == sorted(published, reverse=True)
    assert all(time <= at for time in published)
    for post in creator.posts:
        assert post.likes + post.comments + post.shares <= post.views
        assert 0 < post.duration <= 140
        assert all(f"#{tag}" in post.description for tag in post.hashtags)


@settings(deadline=None, max_examples=15)
@given(NAMES, TIMES, TIMES)
def test_it_does_not_matter_when_or_in_what_order_one_looks(name: str, first: int, second: int) -> None:
    creator = find(name)
    assert creator is not None
    fresh = History(creator)
    fresh.likes(second)
    assert (fresh.followers(first), fresh.likes(first)) == (seen(name, first).followers, _likes(name, first))
    assert [post.at for post in fresh.posts(first)] == [
        int(post.published_at.timestamp()) for post in reversed(seen(name, first).posts)
    ]


def _likes(name: str, at: int) -> int:
    creator = find(name)
    assert creator is not None
    return History(creator).likes(at)


async def test_a_turned_day_brings_posts_views_and_followers(clock: Clock) -> None:
    tiktok = TikTokServer(clock)
    names = usernames()[:100:4]
    before = {name: tiktok.creator(name) for name in names}
    tiktok.turn_day()
    after = {name: tiktok.creator(name) for name in names}
    assert clock.time == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert all(after[name].followers > before[name].followers for name in names)
    assert all(after[name].likes > before[name].likes for name in names)
    assert 5 < sum(after[name].videos - before[name].videos for name in names) < 40
    tiktok.turn_day(30)
    assert tiktok.creator(names[0]).posts[0].published_at > clock.time - timedelta(days=10)


async def test_a_star_fades(clock: Clock) -> None:
    tiktok = TikTokServer(clock)
    before = tiktok.creator("fading_star")
    tiktok.turn_day(7)
    after = tiktok.creator("fading_star")
    assert after.followers < before.followers
    assert after.likes > before.likes


def test_views_follow_the_size_of_an_account() -> None:
    def typical(name: str) -> float:
        views = sorted(post.views for post in seen(name, NEW_YEAR).posts[:40])
        return views[len(views) // 2]

    large = [typical(name) for name in usernames()[:20]]
    small = [typical(name) for name in usernames()[-20:]]
    assert min(large) > 20 * max(small)


@pytest.mark.parametrize("name", [one.username for one in creators()][::10])
def test_a_creator_has_lucky_hits_and_a_caption_in_their_language(name: str) -> None:
    creator = seen(name, NEW_YEAR + 100 * DAY)
    views = sorted(post.views for post in creator.posts)
    assert views[-1] > 4 * views[len(views) // 2]
    assert {post.language for post in creator.posts} == {creator.language}
    assert len({post.description for post in creator.posts}) > 10


async def test_a_post_flies_and_followers_come_where_a_test_says_so(clock: Clock) -> None:
    tiktok = TikTokServer(clock)
    before = tiktok.creator("gosha_sad")
    tiktok.twist("gosha_sad", followers=5_000, flying=20.0, bio_url="https://example.com/x")
    after = tiktok.creator("gosha_sad")
    assert after.followers == before.followers + 5_000
    assert after.posts[0].views > 19 * before.posts[0].views
    assert after.posts[1:] == before.posts[1:]
    assert after.likes == sum(post.likes for post in after.posts) > before.likes
    assert after.bio_url == "https://example.com/x"
    assert TikTokServer(clock).creator("gosha_sad") == before
    with pytest.raises(ValueError, match="shoes cannot be changed"):
        tiktok.twist("gosha_sad", shoes="red")
