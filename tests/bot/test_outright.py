"""Operators are told where no table takes an alert: wherever their group is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiogram import Bot

from bot.outright import tell_operators, with_detail
from bot.sender import open_bot
from bot.starts import SANDBOX_TOKEN
from sandbox import Fault, Person, SandboxClient, SandboxServer

NOBODY = 424242


@dataclass
class Office:
    """An operator, alone with the bot and in a group with it."""

    bot: Bot
    world: SandboxClient
    server: SandboxServer
    alone: Person
    there: Person

    async def is_told(self, text: str = "trouble") -> None:
        await tell_operators(self.bot, self.there.chat_id, [NOBODY, self.alone.id], text)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with SandboxServer(SANDBOX_TOKEN) as server, SandboxClient(server.url, timeout=15) as world:
        bot, olya = open_bot(SANDBOX_TOKEN, server.url), world.person("Оля")
        await olya.send("/start", quiet=True)
        yield Office(bot, world, server, olya, olya.in_group(world.group("Админы Toklink")))
        await bot.session.close()


def said_to(person: Person) -> list[str]:
    return [message.text for message in person.messages() if message.from_bot]


async def test_the_group_is_told_and_nobody_else(office: Office):
    await office.is_told()
    await office.there.sees("trouble")
    assert said_to(office.alone) == []


async def test_a_group_that_is_gone_is_replaced_by_each_operator_who_can_be_told(office: Office):
    await office.there.kicks_bot()
    await office.is_told()
    await office.alone.sees("trouble")


async def test_a_group_that_became_another_is_followed(office: Office):
    moved = await office.there.migrates_group()
    await office.is_told()
    await office.world.person("Оля").in_group(moved).sees("trouble")
    assert said_to(office.alone) == []


async def test_a_telegram_that_stumbles_is_no_reason_to_tell_everybody(office: Office):
    office.server.faults.add(Fault("server_error", method="sendMessage", chat_id=office.there.chat_id))
    await office.is_told()
    assert said_to(office.alone) == []


async def test_a_detail_is_shown_as_it_is(office: Office):
    await office.is_told(with_detail("⚠️ <b>broken</b>", "Traceback: a < b"))
    assert "Traceback: a < b" in (await office.there.sees("<b>broken</b>")).text
