"""A burst is what nobody would have expected of the link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.links.bursts import HOURS, LEAST_CLICKS, is_burst, usual

weeks = st.lists(st.integers(0, 10_000), min_size=HOURS, max_size=HOURS)


@pytest.mark.parametrize(
    ("clicks", "before", "told"),
    [
        (50, [0] * 168, True),
        (49, [0] * 168, False),
        (60, [10] * 168, True),
        (50, [10] * 168, False),
        (51, [10] * 168, True),
        # Half of the hours are of 10 clicks, half of 30: up to 30 are usual.
        (150, [10, 30] * 84, False),
        (151, [10, 30] * 84, True),
        # Last week's burst does not hide this one.
        (500, [10] * 160 + [5_000] * 8, True),
        (1_000, [], True),
    ],
)
def test_a_burst_stands_out_from_the_week_before(clicks: int, before: list[int], told: bool):
    assert is_burst(clicks, before) is told


@given(weeks, st.integers(0, 100_000))
def test_more_clicks_are_never_less_of_a_burst(before: list[int], clicks: int):
    if is_burst(clicks, before):
        assert is_burst(clicks + 1, before)


@given(weeks)
def test_an_hour_like_those_before_is_no_burst(before: list[int]):
    assert not is_burst(LEAST_CLICKS - 1, before)
    middle = sorted(before)[HOURS // 2]
    assert middle == 0 or not is_burst(middle, before)


@given(weeks, st.integers(10_001, 10**9))
def test_one_wild_evening_does_not_change_what_is_usual_by_more_than_its_hours(before: list[int], wild: int):
    """However wild it was: it counts as some hours above the middle, and no further."""
    a_little = [10_001] * 5 + before[5:]
    assert usual([wild] * 5 + before[5:]) <= usual(a_little) + max(before) + 10_001
    assert usual(before) <= 2 * max(before)


@given(weeks, st.randoms())
def test_the_order_of_the_hours_does_not_matter(before: list[int], random):
    shuffled = before.copy()
    random.shuffle(shuffled)
    assert usual(shuffled) == usual(before)
