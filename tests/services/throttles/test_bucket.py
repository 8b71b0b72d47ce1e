"""The arithmetic of throttles, whatever the times and the numbers; in Redis the same."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from services.throttles.bucket import Bucket, Outcome, take
from services.throttles.kinds import KINDS, ThrottleKind
from services.throttles.memory import MemoryThrottle
from services.throttles.shared import SharedThrottle

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
kinds = st.builds(
    lambda burst, pause, resume: ThrottleKind("any", burst, timedelta(seconds=pause), resume=min(resume, burst)),
    st.integers(1, 50),
    st.sampled_from([0.5, 1, 3, 10, 3600]),
    st.integers(1, 10),
)
steps = st.lists(
    st.tuples(st.floats(0, 60, allow_nan=False), st.booleans()) | st.tuples(st.just(0.0), st.just(False)), max_size=80
)


@given(kinds, steps)
def test_never_more_is_let_through_than_the_burst_and_what_time_gave(kind: ThrottleKind, steps):
    bucket, now, allowed = None, 1_000.0, 0
    for seconds, quietly in steps:
        now += seconds
        bucket, taken = take(bucket, kind, now, quietly=quietly)
        allowed += taken.is_allowed
        assert allowed <= kind.burst + (now - 1_000.0) / kind.pause.total_seconds() + 1e-6
        assert -1e-9 <= bucket.tokens <= kind.burst


@given(kinds, steps)
def test_a_person_is_told_once_for_each_row_of_refusals(kind: ThrottleKind, steps):
    bucket, now, told = None, 0.0, False
    for seconds, quietly in steps:
        now += seconds
        bucket, taken = take(bucket, kind, now, quietly=quietly)
        if taken.is_allowed:
            told = False
        else:
            assert taken.outcome is (Outcome.REFUSED if quietly or told else Outcome.REFUSED_FIRST)
            told = told or not quietly


@given(kinds, steps)
def test_who_waits_as_long_as_they_were_told_is_let_through(kind: ThrottleKind, steps):
    bucket, now = None, 0.0
    for seconds, quietly in steps:
        now += seconds
        bucket, taken = take(bucket, kind, now, quietly=quietly)
        if not taken.is_allowed:
            assert take(bucket, kind, now + taken.wait.total_seconds() + 1e-6)[1].is_allowed
            early = now + taken.wait.total_seconds() - 1e-3
            assert early <= now or not take(bucket, kind, early)[1].is_allowed


@given(kinds)
def test_who_was_idle_long_enough_has_the_whole_burst(kind: ThrottleKind):
    bucket: Bucket | None = Bucket(0, 0.0)
    now = kind.burst * kind.pause.total_seconds()
    for _ in range(kind.burst):
        bucket, taken = take(bucket, kind, now)
        assert taken.is_allowed
    assert not take(bucket, kind, now)[1].is_allowed


@given(kinds, st.floats(0, 1e9))
def test_a_clock_that_jumps_back_locks_nobody_out_and_gives_nothing_away(kind: ThrottleKind, jump: float):
    filling = kind.burst * kind.pause.total_seconds()
    bucket, _ = take(Bucket(0, 1e9), kind, 1e9)
    back, taken = take(bucket, kind, 1e9 - jump)
    assert not taken.is_allowed
    assert take(back, kind, 1e9 - jump + 2 * filling)[1].is_allowed


@pytest.fixture
async def redis(valkey: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(valkey)
    yield client
    await client.aclose()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds, steps.flatmap(lambda found: st.just(found[:40])))
async def test_redis_does_the_same_arithmetic(redis: Redis, kind: ThrottleKind, steps):
    await redis.flushdb()
    shared, memory = SharedThrottle(redis, MemoryThrottle()), MemoryThrottle()
    now = START
    for seconds, quietly in steps:
        now += timedelta(seconds=seconds - 5 if seconds < 10 else seconds)
        assert await shared.take(7, kind, now, quietly=quietly) == await memory.take(7, kind, now, quietly=quietly)


async def test_a_bucket_in_redis_is_forgotten_when_it_would_be_full(redis: Redis):
    await redis.flushdb()
    for kind in KINDS:
        await SharedThrottle(redis, MemoryThrottle()).take(7, kind, START)
        left = await redis.pttl(f"toklink:throttle:{kind.name}:7")
        assert 0 < left <= (kind.burst * kind.pause).total_seconds() * 1000 + 1000
