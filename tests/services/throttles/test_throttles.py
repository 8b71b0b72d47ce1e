"""What people may do how often, in one process and in several."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from services.people import Person, Role
from services.throttles import ANY_UPDATE, LINKS, MY_DATA, MemoryThrottle, Silenced, Throttles, TooFast
from services.throttles.shared import SharedThrottle
from tests.servers import free_port

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANNA, BEN = Person(1001, "ru", "UTC"), Person(1002, "en", "UTC")


async def test_the_first_refusal_says_when_to_go_on_and_the_others_nothing():
    throttle = Throttles(MemoryThrottle())
    for _ in range(LINKS.burst):
        await throttle.require(ANNA, LINKS, NOW)
    with pytest.raises(TooFast) as refused:
        await throttle.require(ANNA, LINKS, NOW + timedelta(seconds=4))
    assert refused.value.wait == timedelta(seconds=6)
    with pytest.raises(Silenced):
        await throttle.require(ANNA, LINKS, NOW + timedelta(seconds=5))
    await throttle.require(ANNA, LINKS, NOW + timedelta(seconds=10))
    with pytest.raises(TooFast):
        await throttle.require(ANNA, LINKS, NOW + timedelta(seconds=10))
    await throttle.require(BEN, LINKS, NOW)
    await throttle.require(ANNA, MY_DATA, NOW)


async def test_operators_are_not_held_up_in_what_they_do_and_are_in_making_links():
    throttle = Throttles(MemoryThrottle())
    support = Person(7, "ru", "UTC", role=Role.SUPPORT)
    for _ in range(10 * ANY_UPDATE.burst):
        await throttle.require(support, ANY_UPDATE, NOW)
    for _ in range(LINKS.burst):
        await throttle.require(support, LINKS, NOW)
    with pytest.raises(TooFast):
        await throttle.require(support, LINKS, NOW)


async def test_two_processes_on_one_redis_give_one_burst_together(valkey: str):
    clients = [Redis.from_url(valkey) for _ in range(2)]
    await clients[0].flushdb()
    processes = [Throttles(SharedThrottle(client, MemoryThrottle())) for client in clients]
    outcomes = [await processes[turn % 2].take(ANNA, LINKS, NOW) for turn in range(LINKS.burst + 1)]
    assert [taken.is_allowed for taken in outcomes] == [True] * LINKS.burst + [False]
    for client in clients:
        await client.aclose()


async def test_without_redis_memory_serves_and_is_not_kept_waiting():
    client = Redis.from_url(f"redis://127.0.0.1:{free_port()}")
    throttle = Throttles(SharedThrottle(client, MemoryThrottle()))
    started = time.monotonic()
    for _ in range(LINKS.burst):
        await throttle.require(ANNA, LINKS, NOW)
    with pytest.raises(TooFast):
        await throttle.require(ANNA, LINKS, NOW)
    assert time.monotonic() - started < 2
    await client.aclose()


async def test_those_who_came_long_ago_are_forgotten_first():
    memory = MemoryThrottle(most=2)
    for person_id in (1, 2, 1, 3):
        await memory.take(person_id, MY_DATA, NOW)
    assert (await memory.take(2, MY_DATA, NOW)).is_allowed
    assert not (await memory.take(3, MY_DATA, NOW)).is_allowed
