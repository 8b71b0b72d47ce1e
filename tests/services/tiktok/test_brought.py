"""Clicks that posts seem to have brought: an example by hand, and what is true whatever happened."""

from collections import Counter
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.tiktok.brought import WEEK, WINDOW, Published, brought

SINCE = 1_000_000
NOW = SINCE + 6 * WEEK


def steady(each: int = 1, every: int = 4) -> Counter[int]:
    """``each`` clicks in the first quarter of every hour."""
    return Counter(dict.fromkeys(range(SINCE, NOW, every), each))


def of(posts: list[Published], clicks: Counter[int], *, since: int = SINCE, until: int = NOW) -> dict[str, Fraction]:
    found = brought(posts, clicks, since=since, until=until)
    return {key: each.clicks for key, each in found.items() if each is not None}


def test_a_post_brought_what_came_above_the_usual_of_its_48_hours():
    at = NOW - WEEK
    clicks = steady()
    clicks[at + 10] += 30
    clicks[at + WINDOW - 1] += 5
    clicks[at + WINDOW] += 100
    clicks[at - 1] += 100
    assert of([Published("a", at, 10)], clicks) == {"a": 35}


def test_the_usual_is_the_median_of_four_weeks_so_that_one_loud_week_changes_little():
    at = NOW - WEEK
    clicks = Counter({at: 50, at - WEEK: 10, at - 2 * WEEK: 1_000, at - 3 * WEEK: 20, at - 4 * WEEK: 0})
    # Of 0, 10, 20 and 1,000 the middle is 15.
    assert of([Published("a", at, 10)], clicks) == {"a": 35}


def test_a_quiet_time_after_a_post_counts_as_nothing_and_never_below():
    at = NOW - WEEK
    clicks = steady()
    for bucket in range(at, at + WINDOW):
        clicks[bucket] = 0
    assert of([Published("a", at, 10)], clicks) == {"a": 0}


def test_posts_of_the_same_hours_share_by_their_views():
    at = NOW - WEEK
    clicks = Counter({at + 5: 40})
    assert of([Published("a", at, 300), Published("b", at, 100)], clicks) == {"a": 30, "b": 10}
    assert of([Published("a", at, 0), Published("b", at, 0)], clicks) == {"a": 20, "b": 20}


def test_only_hours_that_overlap_are_shared():
    at = NOW - WEEK
    clicks = Counter({at: 8, at + 100: 10, at + WINDOW + 50: 6})
    assert of([Published("a", at, 1), Published("b", at + 96, 4)], clicks) == {"a": 8 + 2, "b": 8 + 6}


def test_of_a_link_that_is_younger_than_a_week_nothing_is_known():
    at = NOW - WEEK
    posts = [Published("a", at, 1), Published("b", at + WEEK - 10, 1)]
    found = brought(posts, Counter({at: 9}), since=at - WEEK + 1, until=NOW)
    assert found["a"] is None
    assert found["b"] is not None


def test_weeks_in_which_the_link_was_not_there_are_not_weeks_without_clicks():
    at = NOW - WEEK
    clicks = Counter({at: 30, at - WEEK: 10, at - 2 * WEEK: 12})
    found = brought([Published("a", at, 1)], clicks, since=at - 2 * WEEK, until=NOW)
    assert found["a"] is not None
    assert found["a"].clicks == 19


def test_a_young_post_is_still_being_counted_and_one_of_the_future_is_not_there():
    posts = [Published("old", NOW - WINDOW, 1), Published("young", NOW - 1, 1), Published("next", NOW, 1)]
    found = brought(posts, Counter(), since=SINCE, until=NOW)
    assert {key: each.running for key, each in found.items() if each is not None} == {"old": False, "young": True}


buckets = st.integers(SINCE, NOW - 1)
posts_of_any_kind = st.lists(st.tuples(buckets, st.integers(0, 10**9)).map(lambda row: row), max_size=6).map(
    lambda rows: [Published(str(place), *row) for place, row in enumerate(rows)]
)
clicks_of_any_kind = st.dictionaries(buckets, st.integers(0, 1_000), max_size=40).map(Counter)


@settings(max_examples=60, deadline=None)
@given(posts_of_any_kind, clicks_of_any_kind)
def test_no_post_brought_less_than_nothing_and_all_together_no_more_than_there_was(
    posts: list[Published], clicks: Counter[int]
) -> None:
    found = of(posts, clicks)
    assert all(each >= 0 for each in found.values())
    after = {bucket for post in posts for bucket in range(post.bucket, post.bucket + WINDOW)}
    assert sum(found.values()) <= sum(number for bucket, number in clicks.items() if bucket in after)


@settings(max_examples=40, deadline=None)
@given(posts_of_any_kind, clicks_of_any_kind, st.randoms())
def test_the_order_of_posts_means_nothing(posts: list[Published], clicks: Counter[int], rng: object) -> None:
    shuffled = list(posts)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert of(posts, clicks) == of(shuffled, clicks)


@settings(max_examples=40, deadline=None)
@given(posts_of_any_kind, st.integers(1, 50))
def test_clicks_that_are_always_the_same_are_nobody_s(posts: list[Published], each: int) -> None:
    assert all(clicks == 0 for clicks in of(posts, steady(each, every=1)).values())


@settings(max_examples=40, deadline=None)
@given(st.integers(SINCE + WEEK, NOW - 1), clicks_of_any_kind, st.integers(1, 500))
def test_more_clicks_in_its_hours_are_never_fewer_for_a_post(bucket: int, clicks: Counter[int], more: int) -> None:
    post = [Published("a", bucket, 5)]
    assert of(post, clicks + Counter({bucket: more}))["a"] >= of(post, clicks)["a"]
