"""Telegram's rates, when they are asked for."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter

from sandbox import SandboxServer
from sandbox.people import ADMIN_GROUP_ID, Account
from tests.sandbox.conftest import TOKEN, Clock


@pytest.fixture
async def strict(clock: Clock) -> AsyncIterator[SandboxServer]:
    people = [Account(number, f"П{number}", started=True) for number in range(1, 41)]
    async with SandboxServer(TOKEN, now=clock, enforce_rates=True, people=people) as server:
        yield server


@pytest.fixture
async def strict_bot(strict: SandboxServer) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(strict.url))
    yield Bot(TOKEN, session=session)
    await (await session.create_session()).close()


async def test_a_chat_takes_a_small_burst_and_then_one_a_second(strict_bot: Bot, clock: Clock) -> None:
    for _ in range(5):
        await strict_bot.send_message(1, "x")
    with pytest.raises(TelegramRetryAfter) as refused:
        await strict_bot.send_message(1, "x")
    assert refused.value.retry_after == 1
    assert "Too Many Requests: retry after 1" in str(refused.value)
    await strict_bot.send_message(2, "x")
    clock.passes(seconds=1)
    await strict_bot.send_message(1, "x")


async def test_a_group_takes_twenty_a_minute(strict_bot: Bot, clock: Clock) -> None:
    for _ in range(20):
        await strict_bot.send_message(ADMIN_GROUP_ID, "x")
    with pytest.raises(TelegramRetryAfter) as refused:
        await strict_bot.send_message(ADMIN_GROUP_ID, "x")
    assert refused.value.retry_after == 3


async def test_all_chats_together_take_thirty_a_second(strict_bot: Bot) -> None:
    for number in range(1, 31):
        await strict_bot.send_message(number, "x")
    with pytest.raises(TelegramRetryAfter):
        await strict_bot.send_message(31, "x")


async def test_the_answer_says_when_to_come_again(strict: SandboxServer) -> None:
    async with aiohttp.ClientSession() as http:
        for _ in range(6):
            async with http.get(f"{strict.url}/bot{TOKEN}/sendMessage?chat_id=1&text=x") as answer:
                body = await answer.json()
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "1"
    assert body["parameters"] == {"retry_after": 1}
