"""Rests are counted by time that only goes on."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiktok.sources.breaker import Breaker, Patience
from services.tiktok.sources.rotation import Rotation
from services.tiktok.sources.steady import steady
from tests.platform import Clock

A_DAY = 86_400.0


@given(st.lists(st.floats(-A_DAY, A_DAY), max_size=20))
def test_however_the_clock_is_put_it_never_goes_back(jumps: list[float]):
    clock = Clock()
    now = steady(clock)
    read = [now()]
    for seconds in jumps:
        clock.passes(seconds=seconds)
        read.append(now())
    assert read == sorted(read)


def test_it_goes_on_while_the_clock_stands_or_goes_back():
    machine = 0

    def monotonic_ns() -> int:
        return machine

    clock = Clock()
    now = steady(clock, monotonic_ns)
    before = now()
    clock.passes(hours=-1)
    machine += 5 * 10**9
    assert now() - before == timedelta(seconds=5)


@pytest.mark.parametrize("hours", [-24, -1])
def test_a_clock_that_goes_back_makes_no_rest_longer(hours: int):
    clock = Clock()
    now = steady(clock)
    breaker = Breaker(now, Patience(failures=1, first=timedelta(minutes=1)))
    proxies = Rotation(["a"], now)
    breaker.begin()
    breaker.failed()
    proxies.blocked("a")
    clock.passes(hours=hours)
    assert breaker.is_resting
    assert proxies.resting == 1
    clock.passes(minutes=5)
    assert not breaker.is_resting
    assert proxies.resting == 0
