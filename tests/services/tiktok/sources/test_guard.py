"""A way to TikTok is never asked for longer, by more at once, or more often than is good for it."""

import asyncio
from datetime import timedelta

import pytest

from services.tiktok.errors import AccountMissing, BrowserDown, Resting, SourceCut, SourceTimeout
from services.tiktok.sources.breaker import Patience
from services.tiktok.sources.guard import Bounds, Guard, Unforeseen
from services.tiktok.sources.steady import steady
from tests.platform import Clock
from tests.waiting import until

PATIENCE = Patience(failures=2, first=timedelta(minutes=1))


def guard(clock: Clock | None = None, *, at_once: int = 2, seconds: float = 5) -> Guard:
    return Guard("way", steady(clock or Clock()), Bounds(at_once, seconds, PATIENCE))


async def cut() -> None:
    raise SourceCut


async def answer() -> str:
    return "here"


async def test_what_takes_too_long_is_given_up():
    way = guard(seconds=0.05)
    with pytest.raises(SourceTimeout):
        await way.ask(asyncio.Event().wait)
    assert (way.health.errors, way.health.failures, way.health.last_reason) == (1, 1, "timeout")


async def test_only_so_many_ask_at_once():
    way, inside, over = guard(at_once=2), 0, asyncio.Event()

    async def question() -> None:
        nonlocal inside
        inside += 1
        await over.wait()

    async def seen() -> int:
        return inside

    asking = [asyncio.create_task(way.ask(question)) for _ in range(5)]
    await until(seen, 2)
    over.set()
    await asyncio.gather(*asking)
    assert inside == 5


async def test_who_waits_while_it_fails_does_not_try_it_once_more():
    way, tried, over = guard(at_once=1), 0, asyncio.Event()

    async def question() -> None:
        nonlocal tried
        tried += 1
        await over.wait()
        raise SourceCut

    asking = [asyncio.create_task(way.ask(question)) for _ in range(6)]
    over.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert tried == 2
    assert [type(each) for each in answers] == [SourceCut, SourceCut, *[Resting] * 4]
    assert way.health.state == "resting"


async def test_a_refused_account_is_an_answer():
    way = guard()

    async def refused() -> None:
        raise AccountMissing("ghost")

    for _ in range(5):
        with pytest.raises(AccountMissing):
            await way.ask(refused)
    assert (way.health.state, way.health.answers, way.health.errors) == ("ready", 5, 0)


async def test_what_nobody_foresaw_is_a_failure_of_the_way():
    way = guard()

    async def stumble() -> None:
        raise LookupError("a session that is gone")

    for _ in range(2):
        with pytest.raises(Unforeseen) as failed:
            await way.ask(stumble)
    assert isinstance(failed.value.__cause__, LookupError)
    health = way.health
    assert (health.state, health.failures, health.errors, health.last_reason) == ("resting", 2, 2, "unforeseen")


async def test_after_its_rest_one_answer_makes_it_well():
    clock = Clock()
    way = guard(clock)
    for _ in range(2):
        with pytest.raises(SourceCut):
            await way.ask(cut)
    with pytest.raises(Resting):
        await way.ask(answer)
    clock.passes(minutes=1)
    assert await way.ask(answer) == "here"
    health = way.health
    assert (health.state, health.failures, health.answers, health.errors) == ("ready", 0, 1, 2)
    assert health.seconds_median is not None


async def test_who_gives_up_says_nothing_of_the_way():
    way = guard()
    asking = asyncio.create_task(way.ask(asyncio.Event().wait))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert (way.health.failures, way.health.errors) == (0, 0)
    assert await way.ask(answer) == "here"


async def test_a_way_that_is_off_is_never_asked():
    way = Guard("way", steady(Clock()), Bounds(1, 1), off=True)
    with pytest.raises(Resting):
        await way.ask(answer)
    assert way.health.state == "off"


async def test_that_what_it_needs_is_down_is_no_fault_of_its_own():
    way = guard()

    async def down() -> None:
        raise BrowserDown

    async def at_rest() -> None:
        raise Resting

    for _ in range(4):
        with pytest.raises(BrowserDown):
            await way.ask(down)
        with pytest.raises(Resting):
            await way.ask(at_rest)
    health = way.health
    assert (health.state, health.failures, health.errors, health.last_reason) == ("ready", 0, 4, "browser")
    assert await way.ask(answer) == "here"
