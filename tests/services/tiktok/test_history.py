"""How an account changed: days are found though nobody looked at the exact moment, and gaps are admitted."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiktok.history import GAP, Change, Figure, Known, Range, change, known, stretches, thinned
from services.tiktok.stored import Snapshot

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def snapshot(days_ago: float, followers: int = 0, **figures: object) -> Snapshot:
    facts: dict[str, object] = {
        "at": NOW - timedelta(days=days_ago), "followers": followers, "following": 0, "likes": 0, "videos": 0,
        "views": None, "engagement": None, "income_low": None, "income_mid": None, "income_high": None, "rating": None,
        "posts": 0, "source": "browser",
    }  # fmt: skip
    return Snapshot(**(facts | figures))  # type: ignore[arg-type]


def followers(*rows: tuple[float, int]) -> tuple[Known, ...]:
    return known([snapshot(days_ago, count) for days_ago, count in rows], Figure.FOLLOWERS)


def test_a_look_at_the_same_hour_is_compared_as_it_is():
    rows = followers((30, 100), (7, 150), (1.05, 190), (0, 200))
    assert [change(rows, days) for days in (1, 7, 30)] == [
        Change(1, 200, 190, True), Change(7, 200, 150, True), Change(30, 200, 100, True),
    ]  # fmt: skip
    grown = change(rows, 30)
    assert grown is not None
    assert (grown.difference, grown.part) == (100, 1.0)


def test_between_two_looks_a_straight_line_is_taken_and_called_an_estimate():
    found = change(followers((1.5, 100), (0.5, 200), (0, 260)), 1)
    assert found == Change(1, 260, 150, False)


@pytest.mark.parametrize("rows", [(), ((0, 5),), ((0.5, 1), (0, 5))])
def test_on_the_first_day_nothing_is_said_to_have_changed(rows: tuple[tuple[float, int], ...]):
    assert [change(followers(*rows), days) for days in (1, 7, 30)] == [None] * 3


def test_looks_too_far_apart_say_nothing_of_the_days_between():
    assert change(followers((40, 100), (3, 200), (0, 260)), 7) is None
    assert change(followers((40, 100), (29, 200), (0, 260)), 30) is not None
    assert change(followers((5, 100), (0, 260)), 1) is None


def test_what_was_nothing_grew_by_no_part():
    found = change(followers((1, 0), (0, 5)), 1)
    assert found is not None
    assert (found.difference, found.part) == (5, None)


def test_a_figure_that_was_not_known_then_is_left_out():
    rows = [snapshot(2, views=None), snapshot(1, views=10), snapshot(0, views=20)]
    assert [each.value for each in known(rows, Figure.VIEWS)] == [10, 20]
    income = known([snapshot(0, income_low=1, income_mid=2, income_high=5), snapshot(1)], Figure.INCOME)
    assert [(each.low, each.value, each.high) for each in income] == [(1, 2, 5)]
    assert [each.value for each in known([snapshot(0, engagement=0.05)], Figure.ENGAGEMENT)] == [0.05]


def test_looks_come_in_any_order():
    assert followers((0, 3), (2, 1), (1, 2)) == followers((2, 1), (1, 2), (0, 3))


def test_a_range_begins_so_many_days_ago_or_with_the_first_look():
    assert Range.WEEK.since(NOW) == NOW - timedelta(days=7)
    assert Range.ALL.since(NOW) is None


some_looks = st.lists(st.tuples(st.floats(0, 400), st.integers(0, 10**9)), max_size=40, unique_by=lambda row: row[0])


@given(some_looks)
def test_parted_looks_are_all_looks_and_only_gaps_part_them(rows: list[tuple[float, int]]):
    figures = followers(*rows)
    parted = stretches(figures)
    assert tuple(each for part in parted for each in part) == figures
    assert all(after.at - before.at <= GAP for part in parted for before, after in pairwise(part))
    assert all(after[0].at - before[-1].at > GAP for before, after in pairwise(parted))


@given(some_looks, st.integers(2, 20))
def test_thinned_looks_are_few_and_keep_both_ends(rows: list[tuple[float, int]], most: int):
    figures = followers(*rows)
    kept = thinned(figures, most)
    assert len(kept) <= max(most, 0)
    assert kept == tuple(sorted(kept, key=lambda each: each.at))
    assert set(kept) <= set(figures)
    if figures:
        assert (kept[0], kept[-1]) == (figures[0], figures[-1])


@given(st.lists(st.floats(0.1, 400), min_size=3, max_size=40, unique=True), st.sampled_from([1, 7, 30]))
def test_steady_growth_is_found_as_it_is_wherever_looks_lie(days: list[float], over: int):
    figures = [Known(NOW - timedelta(days=each), 1_000 - each) for each in sorted([0, *days], reverse=True)]
    found = change(figures, over)
    if found is not None:
        assert found.difference == pytest.approx(over, abs=0.1)
