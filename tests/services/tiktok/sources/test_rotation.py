"""Tokens and proxies go by turns, past those that TikTok has blocked."""

from hypothesis import given
from hypothesis import strategies as st

from services.tiktok.sources.rotation import Rotation
from services.tiktok.sources.steady import steady
from tests.platform import Clock


def test_they_go_round_and_round():
    turns = Rotation(["a", "b", "c"], steady(Clock()))
    assert [turns.take() for _ in range(5)] == ["a", "b", "c", "a", "b"]


def test_without_any_there_is_none():
    turns: Rotation[str] = Rotation([], steady(Clock()))
    assert turns.take() is None
    turns.blocked(None)
    turns.worked(None)
    assert not turns.has_another


def test_a_blocked_one_rests_and_longer_the_next_time():
    clock = Clock()
    turns = Rotation(["a", "b"], steady(clock))
    turns.blocked("a")
    assert [turns.take() for _ in range(3)] == ["b", "b", "b"]
    clock.passes(minutes=5)
    assert turns.take() == "a"
    turns.blocked("a")
    clock.passes(minutes=9)
    assert turns.take() == "b"
    clock.passes(minutes=1)
    assert turns.take() == "a"


def test_several_refusals_at_once_are_one():
    clock = Clock()
    turns = Rotation(["a", "b"], steady(clock))
    for _ in range(5):
        turns.blocked("a")
    clock.passes(minutes=5)
    assert turns.resting == 0


def test_once_it_works_it_has_a_clean_sheet():
    clock = Clock()
    turns = Rotation(["a"], steady(clock))
    turns.blocked("a")
    clock.passes(minutes=5)
    turns.worked("a")
    turns.blocked("a")
    clock.passes(minutes=5)
    assert turns.resting == 0


def test_where_all_rest_the_one_that_wakes_first_goes_on():
    clock = Clock()
    turns = Rotation(["a", "b"], steady(clock))
    turns.blocked("b")
    clock.passes(minutes=1)
    turns.blocked("a")
    assert not turns.has_another
    assert turns.take() == "b"


@given(st.sets(st.integers(), min_size=2, max_size=6), st.data())
def test_nothing_that_rests_is_taken_while_another_is_awake(items: set[int], data: st.DataObject):
    turns = Rotation(sorted(items), steady(Clock()))
    blocked = data.draw(st.sets(st.sampled_from(sorted(items)), max_size=len(items) - 1))
    for item in blocked:
        turns.blocked(item)
    taken = {turns.take() for _ in range(2 * len(items))}
    assert taken == items - blocked
