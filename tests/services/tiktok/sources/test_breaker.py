"""What failed again and again is left alone, and tried again later."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.tiktok.sources.breaker import Breaker, Patience
from services.tiktok.sources.steady import steady
from tests.platform import Clock

PATIENCE = Patience(failures=3, first=timedelta(minutes=1), longest=timedelta(minutes=3))


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        assert breaker.begin()
        breaker.failed()


def test_it_rests_after_so_many_failures_in_a_row_and_not_before():
    breaker = Breaker(steady(Clock()), PATIENCE)
    fail(breaker, 2)
    assert not breaker.is_resting
    assert breaker.begin()
    breaker.worked()
    fail(breaker, 2)
    assert not breaker.is_resting
    fail(breaker)
    assert breaker.is_resting
    assert not breaker.begin()


def test_after_its_rest_one_alone_tries_it():
    clock = Clock()
    breaker = Breaker(steady(clock), PATIENCE)
    fail(breaker, 3)
    clock.passes(minutes=1)
    assert breaker.begin()
    assert not breaker.begin()
    breaker.worked()
    assert breaker.begin()
    assert breaker.begin()


def test_each_trial_that_fails_makes_the_rest_twice_as_long_up_to_a_bound():
    clock = Clock()
    breaker = Breaker(steady(clock), PATIENCE)
    fail(breaker, 3)
    for minutes in (1, 2, 3, 3):
        clock.passes(minutes=minutes, seconds=-1)
        assert breaker.is_resting
        clock.passes(seconds=1)
        fail(breaker)


def test_a_trial_that_was_given_up_is_left_to_the_next():
    clock = Clock()
    breaker = Breaker(steady(clock), PATIENCE)
    fail(breaker, 3)
    clock.passes(minutes=1)
    assert breaker.begin()
    breaker.left()
    assert breaker.begin()


@given(st.lists(st.sampled_from(["ask", "work", "fail", "leave", "wait"]), max_size=60))
def test_whatever_happens_it_never_rests_longer_than_its_bound(deeds: list[str]):
    clock = Clock()
    breaker = Breaker(steady(clock), PATIENCE)
    asked = 0
    for deed in deeds:
        if deed == "wait":
            clock.passes(seconds=50)
        elif deed == "ask":
            asked += breaker.begin()
        elif asked:
            asked -= 1
            {"work": breaker.worked, "fail": breaker.failed, "leave": breaker.left}[deed]()
    while asked:
        asked -= 1
        breaker.left()
    clock.passes(minutes=3)
    assert not breaker.is_resting
