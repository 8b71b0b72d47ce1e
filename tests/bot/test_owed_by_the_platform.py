"""What is owed, with the whole platform running: beside answers, to who left and came back, to groups that move."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from sandbox import Person
from services.deliveries import Outgoing, kinds
from tests.platform import Platform, running_platform
from tests.waiting import until


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, enforce_rates=True) as platform:
        yield platform


async def owe(platform: Platform, key: str, person: Person, text: str) -> None:
    deliveries = platform.container.services.deliveries
    await deliveries.enqueue(kinds.ANSWER, key, person.chat_id, Outgoing(text), platform.clock())


async def test_a_delivery_does_not_follow_an_answer_within_the_same_second(platform: Platform):
    anna = platform.world.person("Анна")
    await anna.send("/start")
    for number in range(3):
        await owe(platform, f"{number}", anna, f"news {number}")
    await anna.sees("news 2")
    calls = [call for call in platform.server.calls if call.parameters.get("chat_id") == str(anna.id)]
    times = [call.at for call in calls if call.method == "sendMessage"]
    assert len(times) == 4
    assert all(later - earlier > timedelta(seconds=0.9) for earlier, later in pairwise(times))


async def test_who_blocked_the_bot_finds_on_return_what_waited(platform: Platform):
    anna = platform.world.person("Анна")
    await anna.send("/start")
    await anna.blocks_bot()
    await owe(platform, "a", anna, "your report")
    deliveries = platform.container.services.deliveries

    async def failed() -> int:
        return (await deliveries.health(platform.clock())).counts["failed"]

    await until(failed, 1)
    await anna.unblocks_bot()
    await anna.sees("your report")


async def test_who_writes_again_gets_what_waited_though_telegram_s_word_of_the_return_was_lost(platform: Platform):
    anna = platform.world.person("Анна")
    await anna.send("/start")
    await anna.deletes_account()
    await owe(platform, "a", anna, "your report")
    deliveries = platform.container.services.deliveries

    async def failed() -> int:
        return (await deliveries.health(platform.clock())).counts["failed"]

    await until(failed, 1)
    await anna.restores_account()
    await anna.send("/help")
    await anna.sees("your report")


async def test_a_group_that_told_of_its_move_is_written_to_there_at_once(platform: Platform):
    anna = platform.world.person("Анна")
    group = platform.world.group("Друзья")
    moved = await anna.in_group(group).migrates_group()
    deliveries = platform.container.services.deliveries

    async def known() -> int:
        return await deliveries.chat_now(group.id)

    await until(known, moved.id)
    await owe(platform, "a", anna.in_group(group), "news")
    await anna.in_group(moved).sees("news")
    assert not any(call.status == 400 for call in platform.server.calls if call.method == "sendMessage")


async def test_a_group_that_takes_the_bot_back_gets_what_waited(platform: Platform):
    anna = platform.world.person("Анна")
    friends = anna.in_group(platform.world.group("Друзья"))
    await friends.kicks_bot()
    await owe(platform, "a", friends, "news")
    deliveries = platform.container.services.deliveries

    async def failed() -> dict[str, int]:
        return dict((await deliveries.health(platform.clock())).failed)

    await until(failed, {"kicked": 1})
    await friends.adds_bot()
    await friends.sees("news")
