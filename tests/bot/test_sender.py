"""How calls to Telegram are tried again: as often as it helps, and never so that a person gets a message twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psutil
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError, TelegramServerError
from yarl import URL

from bot.sender import open_bot
from bot.starts import SANDBOX_TOKEN
from sandbox import Fault, Person, SandboxClient, SandboxServer


@dataclass
class Call:
    server: SandboxServer
    bot: Bot
    anna: Person

    def times(self, method: str) -> int:
        return sum(call.method == method for call in self.server.calls)


@pytest.fixture
async def call(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Call]:
    monkeypatch.setattr("bot.sender.PAUSES_SECONDS", (0.01, 0.01))
    async with SandboxServer(SANDBOX_TOKEN) as server, SandboxClient(server.url, timeout=15) as world:
        bot, anna = open_bot(SANDBOX_TOKEN, server.url), world.person("Анна")
        await anna.send("/start", quiet=True)
        yield Call(server, bot, anna)
        await bot.session.close()


async def test_a_call_that_telegram_asks_to_wait_for_is_made_after_the_wait(call: Call):
    call.server.faults.add(Fault("too_many_requests", method="sendMessage", retry_after=1))
    await call.bot.send_message(call.anna.id, "hello")
    await call.anna.sees("hello")
    assert len([message for message in call.anna.messages() if message.from_bot]) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_message_whose_answer_was_lost_is_not_sent_again(call: Call, when: str):
    call.server.faults.add(Fault("cut", method="sendMessage", when=when))  # type: ignore[arg-type]
    with pytest.raises(TelegramNetworkError):
        await call.bot.send_message(call.anna.id, "hello")
    assert call.times("sendMessage") == 1


async def test_an_edit_may_be_repeated_and_is(call: Call):
    sent = await call.bot.send_message(call.anna.id, "hello")
    for kind in ("cut", "server_error"):
        call.server.faults.add(Fault(kind, method="editMessageText"))
    await sent.edit_text("goodbye")
    await call.anna.sees("goodbye")


async def test_what_goes_on_failing_is_given_up(call: Call):
    sent = await call.bot.send_message(call.anna.id, "hello")
    call.server.faults.add(Fault("server_error", method="editMessageText", times=None))
    with pytest.raises(TelegramServerError):
        await sent.edit_text("goodbye")
    assert call.times("editMessageText") == 3


async def test_once_its_session_is_closed_a_bot_has_no_connection_left(call: Call):
    def connections() -> int:
        port = URL(call.server.url).port
        return sum(bool(at.raddr) and at.raddr.port == port for at in psutil.Process().net_connections())

    others = connections()
    await asyncio.gather(*(call.bot.get_me() for _ in range(3)))
    assert connections() == others + 3
    await call.bot.session.close()
    assert connections() == others
