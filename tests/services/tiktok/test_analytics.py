"""What is reckoned of an account: by hand where the numbers are small, by another way where they are many."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiktok.analytics import Income, Rating, Total, is_flying, measure, outliers, settled, tier
from services.tiktok.constants import CONSTANTS
from services.tiktok.profiles import Post, Profile
from tests.services.tiktok.reckoning import reckon

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def profile(followers: int = 10_000, videos: int = 100, likes: int = 0) -> Profile:
    return Profile(
        username="anna", user_id="1", sec_uid="s", nickname="Анна", verified=False, bio="", bio_url="", region="",
        language="", followers=followers, following=0, likes=likes, videos=videos, liked=None,
    )  # fmt: skip


def post(
    number: int,
    views: int = 1_000,
    likes: int | None = 50,
    comments: int = 5,
    shares: int = 5,
    *,
    age: float | None = None,
    pinned: bool = False,
) -> Post:
    """Post number ``number`` counted from the newest, ``age`` days old (else number + 4)."""
    return Post(
        post_id=str(1_000 - number), published_at=NOW - timedelta(days=number + 4 if age is None else age),
        description="", pinned=pinned, duration=15, views=views, likes=likes, comments=comments, shares=shares, saves=0,
    )  # fmt: skip


def posts(count: int, **figures: int | None) -> list[Post]:
    return [post(number, **figures) for number in range(count)]  # type: ignore[arg-type]


# By hand


def test_the_rating_is_reach_and_twice_the_audience_and_twice_the_engagement():
    # 1 000 views to 10 000 followers are 10 hundredths: nine bounds. 10 000 followers: nine. 60 of 1 000: six.
    assert measure(profile(), posts(10), NOW).rating == Rating(reach=9, audience=9, engagement=6)
    assert Rating(reach=9, audience=9, engagement=6).value == 9 + 2 * 9 + 2 * 6


def test_the_income_is_the_median_of_views_by_the_price_of_a_thousand():
    # Engagement 6 %, the middle of its tier is 6.5 %.
    income = measure(profile(), [post(n, views) for n, views in enumerate([900, 900, 1_000, 9_000, 9_000])], NOW).income
    engaged = 5 * 60 / 20_800
    assert engaged / 0.065 < 0.7, "so it is bounded"
    assert income == Income(low=round(80 * 0.7), mid=round(150 * 0.7), high=round(400 * 0.7))
    assert measure(profile(), posts(10), NOW).income == Income(
        low=round(80 * 60 / 65), mid=round(150 * 60 / 65), high=round(400 * 60 / 65)
    )


def test_totals_are_sums_where_the_posts_are_all_and_estimates_where_they_are_not():
    few = [post(0, 100, comments=1, shares=2), post(1, 301, comments=2, shares=3)]
    all_of_them = measure(profile(videos=2, likes=77), few, NOW)
    assert (all_of_them.views, all_of_them.comments, all_of_them.reposts, all_of_them.likes) == (
        Total(401, exact=True), Total(3, exact=True), Total(5, exact=True), 77,
    )  # fmt: skip
    some = measure(profile(videos=10), few, NOW)
    assert (some.views, some.comments) == (Total(2_005, exact=False), Total(15, exact=False))


def test_of_many_posts_the_newest_thirty_count_in_whatever_order_they_come():
    old = [post(number, views=10**9) for number in range(30, 60)]
    new = posts(30)
    measured = measure(profile(), [*old, *new], NOW)
    assert measured == measure(profile(), [*reversed(new), *old], NOW) == measure(profile(), new, NOW)
    assert (measured.posts, measured.usable, measured.average_views) == (30, 30, 1_000)
    whole = measure(profile(videos=60), [*old, *new], NOW)
    assert whole.views == Total(30 * 10**9 + 30_000, exact=True), "a sum is one of all posts"


def test_young_and_pinned_posts_say_nothing_of_the_usual_views():
    hits = [post(0, 10**7, age=2.9), post(1, 10**7, pinned=True)]
    usual = [post(2, age=3.0), *(post(number) for number in range(3, 8))]
    measured = measure(profile(), [*hits, *usual], NOW)
    assert (measured.usable, measured.median_views, measured.posts) == (6, 1_000, 8)
    assert settled([*hits, *usual], NOW) == usual


# Edges


def test_no_posts_and_no_videos_are_nothing_exactly():
    nothing = measure(profile(videos=0), [], NOW)
    assert nothing.views == nothing.comments == nothing.reposts == Total(0, exact=True)
    assert {nothing.engagement, nothing.income, nothing.rating, nothing.average_views} == {None}
    assert (nothing.posts, nothing.too_few) == (0, True)


def test_videos_whose_posts_nobody_showed_leave_totals_unknown():
    assert measure(profile(videos=7), [], NOW).views == Total(None, exact=False)


@pytest.mark.parametrize("count", [1, 4])
def test_fewer_than_five_posts_have_neither_rating_nor_income(count: int):
    measured = measure(profile(videos=count), posts(count), NOW)
    assert (measured.rating, measured.income, measured.too_few) == (None, None, True)
    assert measured.engagement == pytest.approx(0.06), "which one post has as well"
    assert measured.views == Total(1_000 * count, exact=True)


def test_without_followers_any_view_is_more_than_all_of_them():
    assert measure(profile(followers=0), posts(5), NOW).rating == Rating(reach=20, audience=0, engagement=6)
    unseen = measure(profile(followers=0), posts(5, views=0, likes=0, comments=0, shares=0), NOW)
    assert unseen.rating == Rating(reach=0, audience=0, engagement=0)


def test_without_views_there_is_no_engagement_and_nothing_to_earn():
    measured = measure(profile(), posts(5, views=0, likes=0, comments=0, shares=0), NOW)
    assert measured.engagement is None
    assert measured.income == Income(0, 0, 0)
    assert measured.rating == Rating(reach=0, audience=9, engagement=0)


def test_all_pinned_leave_no_usual_views_and_so_no_income():
    measured = measure(profile(), [post(number, pinned=True) for number in range(6)], NOW)
    assert (measured.income, measured.usable, measured.median_views) == (None, 0, None)
    assert measured.rating == Rating(reach=9, audience=9, engagement=6)


def test_hidden_likes_hide_engagement_and_rating_and_leave_the_rest():
    measured = measure(profile(), posts(10, likes=None), NOW)
    assert (measured.engagement, measured.engagement_posts, measured.rating) == (None, 0, None)
    assert measured.income == Income(80, 150, 400), "as if the engagement were its tier's own"
    assert not measured.too_few


def test_posts_of_which_only_views_are_told_leave_the_rest_unknown():
    bare = posts(6, likes=None, comments=0, shares=0)
    measured = measure(profile(videos=6), bare, NOW)
    assert measured.views == Total(6_000, exact=True)
    assert measured.comments == measured.reposts == Total(None, exact=False)
    assert (measured.engagement, measured.rating) == (None, None)
    mixed = measure(profile(videos=7), [*bare, post(9)], NOW)
    assert mixed.comments == Total(7 * 5, exact=False), "and are not taken for none"


def test_posts_whose_likes_are_hidden_are_left_out_of_the_engagement():
    mixed = [*posts(5), *(post(number, views=10**6, likes=None) for number in range(5, 10))]
    measured = measure(profile(), mixed, NOW)
    assert measured.engagement == pytest.approx(0.06)
    assert measured.engagement_posts == 5


def test_an_engagement_beyond_all_bounds_has_twenty_points():
    rating = measure(profile(), posts(5, views=10, likes=100), NOW).rating
    assert rating is not None
    assert rating.engagement == 20


@pytest.mark.parametrize(
    ("followers", "engagement", "reach"),
    [
        (0, 0.115, 0.5),
        (9_999, 0.115, 0.5),
        (10_000, 0.065, 0.3),
        (99_999, 0.065, 0.3),
        (100_000, 0.045, 0.2),
        (500_000, 0.045, 0.15),
        (999_999, 0.045, 0.15),
        (1_000_000, 0.025, 0.1),
        (10**9, 0.025, 0.1),
    ],
)
def test_an_account_is_compared_with_others_of_its_size(followers: int, engagement: float, reach: float):
    assert (tier(followers).engagement, tier(followers).reach) == (engagement, reach)


# Posts that fly


def test_a_post_with_many_times_the_usual_views_flies_though_it_is_young():
    usual = [post(number, views=views) for number, views in enumerate([900, 1_000, 1_100, 1_000] * 3, 1)]
    hit, good = post(0, 9_000, age=0.2), post(0, 1_400, age=0.2)
    assert outliers([hit, *usual], NOW) == (hit,)
    assert outliers([good, *usual], NOW) == ()


def test_where_the_usual_views_differ_much_more_is_needed():
    wild = [post(number, views=10**power) for number, power in enumerate([2, 3, 4, 3, 5, 2, 4, 3, 2, 4], 1)]
    assert not is_flying(wild, post(0, 200_000, age=1), NOW)
    assert is_flying(wild, post(0, 10**9, age=1), NOW)


def test_alike_posts_do_not_make_a_little_more_fly():
    alike = [post(number) for number in range(1, 20)]
    assert not is_flying(alike, post(0, 1_900, age=1), NOW)
    assert is_flying(alike, post(0, 2_100, age=1), NOW)


def test_with_too_few_others_nobody_knows_what_flies():
    assert not is_flying(posts(9), post(20, 10**9), NOW)
    assert is_flying(posts(10), post(20, 10**9), NOW)
    pinned = [post(number, pinned=True) for number in range(10)]
    assert not is_flying(pinned, post(20, 10**9), NOW)


# By another way


def invented(seed: int, followers: int, videos: int) -> tuple[Profile, list[Post]]:
    """An account of some size whose posts differ as real ones do."""
    chance = random.Random(seed)
    published = []
    for number in range(min(videos, 45)):
        views = int(followers * chance.lognormvariate(-1, 1)) + 40
        likes = int(views * chance.uniform(0.005, 0.2))
        published.append(
            post(number, views, likes, likes // 30, likes // 50, age=number * 1.7, pinned=number % 19 == 7)
        )
    return profile(followers=followers, videos=videos), published


@pytest.mark.parametrize(
    ("followers", "videos"),
    [
        (37, 12), (4_200, 45), (9_300, 300), (27_000, 80), (88_000, 31), (140_000, 30), (460_000, 900),
        (730_000, 45), (1_300_000, 512), (12_400_000, 2_000),
    ],
)  # fmt: skip
def test_ten_accounts_of_all_sizes_come_out_as_reckoned_another_way(followers: int, videos: int):
    who, published = invented(followers, followers, videos)
    measured = measure(who, published, NOW)
    expected = reckon(followers, videos, published, NOW)
    assert measured.views.value == pytest.approx(expected.views, abs=1)
    assert measured.comments.value == pytest.approx(expected.comments, abs=1)
    assert measured.reposts.value == pytest.approx(expected.shares, abs=1)
    assert measured.views.exact == (videos <= 45)
    assert measured.engagement == pytest.approx(expected.engagement)
    assert measured.rating is not None
    assert (measured.rating.reach, measured.rating.audience, measured.rating.engagement) == expected.parts
    assert measured.rating.value == expected.rating
    assert measured.income is not None
    assert (measured.income.low, measured.income.mid, measured.income.high) == pytest.approx(expected.income, abs=1)


# Whatever the numbers


counts = st.integers(0, 10**10)
any_post = st.builds(
    post,
    st.integers(0, 900),
    views=counts,
    likes=st.none() | counts,
    comments=counts,
    shares=counts,
    pinned=st.booleans(),
)
many_posts = st.lists(any_post, max_size=40, unique_by=lambda each: each.post_id)


@given(many_posts, counts, st.integers(0, 10**6))
def test_any_numbers_have_an_answer_within_its_bounds(published: list[Post], followers: int, videos: int):
    measured = measure(profile(followers=followers, videos=videos), published, NOW)
    assert measured.usable <= 30
    assert measured.posts == min(len(published), 30)
    if measured.income is not None:
        assert 0 <= measured.income.low <= measured.income.mid <= measured.income.high
    if measured.rating is not None:
        parts = (measured.rating.reach, measured.rating.audience, measured.rating.engagement)
        assert all(0 <= part <= 20 for part in parts)
        assert 0 <= measured.rating.value <= 100
    assert measured.too_few == (len(published) < 5)
    assert measured.views.exact == (len(published) >= videos)
    outliers(published, NOW)


@given(many_posts, counts, st.integers(2, 1_000))
def test_more_views_never_lower_what_they_bring_and_their_reach(published: list[Post], followers: int, times: int):
    # Reactions grow along, so that the engagement stays.
    grown = [
        replace(
            each,
            views=each.views * times,
            likes=None if each.likes is None else each.likes * times,
            comments=each.comments * times,
            shares=each.shares * times,
        )
        for each in published
    ]
    before = measure(profile(followers=followers), published, NOW)
    after = measure(profile(followers=followers), grown, NOW)
    assert before.engagement == after.engagement
    if before.rating is not None:
        assert after.rating is not None
        assert after.rating.reach >= before.rating.reach
    if before.income is not None:
        assert after.income is not None
        assert after.income.low >= before.income.low


@given(many_posts, st.randoms())
def test_the_order_in_which_posts_come_changes_nothing(published: list[Post], chance: random.Random):
    shuffled = list(published)
    chance.shuffle(shuffled)
    assert measure(profile(), published, NOW) == measure(profile(), shuffled, NOW)


def test_the_settings_change_the_prices():
    dear = replace(CONSTANTS, cpm_low=160, cpm_mid=300, cpm_high=800)
    income, twice = measure(profile(), posts(10), NOW).income, measure(profile(), posts(10), NOW, dear).income
    assert income is not None
    assert twice is not None
    assert twice.high == pytest.approx(2 * income.high, abs=1)
