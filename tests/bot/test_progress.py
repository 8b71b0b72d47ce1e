"""A progress message is edited politely, shows its last text, and stops no work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiogram import Bot

from bot.progress import MessageProgress
from bot.sender import open_bot
from sandbox import Person, SandboxClient, SandboxServer
from sandbox.faults import Fault

TOKEN = "4200000001:" + "Sandbox" * 5


class Desk:
    """A bot with one message in Anna's chat."""

    def __init__(self, server: SandboxServer, world: SandboxClient, bot: Bot) -> None:
        self.server = server
        self.world = world
        self.bot = bot
        self.anna: Person = world.person("Анна")
        self.message_id = 0

    def progress(self, pace: float = 0.3) -> MessageProgress:
        return MessageProgress(self.bot, self.anna.id, self.message_id, pace_seconds=pace)

    async def edits(self) -> list[str]:
        return [call["parameters"]["text"] for call in await self.world.calls(method="editMessageText")]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with opened() as desk:
        yield desk


@asynccontextmanager
async def opened() -> AsyncIterator[Desk]:
    async with SandboxServer(TOKEN) as server, SandboxClient(server.url) as world:
        bot = open_bot(TOKEN, server.url)
        desk = Desk(server, world, bot)
        await desk.anna.start(quiet=True)
        desk.message_id = (await bot.send_message(desk.anna.id, "0 %")).message_id
        yield desk
        await bot.session.close()


async def test_many_texts_become_few_edits_and_the_last_is_shown(desk: Desk):
    progress = desk.progress()
    for percent in range(1, 101):
        await progress.say(f"{percent} %")
        await asyncio.sleep(0.005)  # the pace of the work, not a wait
    await progress.close()
    await desk.anna.sees("100 %")
    edits = await desk.edits()
    assert edits[0] == "1 %"
    assert edits[-1] == "100 %"
    assert len(edits) <= 5


async def test_a_first_text_is_shown_without_a_wait(desk: Desk):
    progress = desk.progress(pace=60)
    await progress.say("<b>now</b>")
    assert (await desk.anna.sees("now")).html == "<b>now</b>"
    await progress.drop()


async def test_buttons_come_with_a_text(desk: Desk):
    progress = desk.progress()
    await progress.say("done", {"inline_keyboard": [[{"text": "Back", "callback_data": "x"}]]})
    await progress.close()
    assert (await desk.anna.sees("done")).buttons == ["Back"]


async def test_a_message_that_is_gone_is_left_alone(desk: Desk):
    await desk.bot.delete_message(desk.anna.id, desk.message_id)
    progress = desk.progress(pace=0.01)
    for number in range(5):
        await progress.say(str(number))
        await progress.close()
    assert await desk.edits() == ["0"]
    assert len(await desk.world.calls(method="sendMessage")) == 1


async def test_who_blocks_the_bot_is_not_asked_again(desk: Desk):
    await desk.anna.blocks_bot()
    progress = desk.progress(pace=0.01)
    for number in range(5):
        await progress.say(str(number))
        await progress.close()
    assert len(await desk.edits()) <= 1


async def test_a_stumble_of_telegram_s_does_not_lose_the_last_text(desk: Desk):
    desk.server.faults.add(Fault("server_error", method="editMessageText", times=4))
    progress = desk.progress(pace=0.05)
    await progress.say("almost")
    await progress.say("done")
    await progress.close()
    await desk.anna.sees("done")


async def test_the_same_text_again_is_no_trouble(desk: Desk):
    progress = desk.progress(pace=0.01)
    for text in ("same", "same", "other"):
        await progress.say(text)
        await progress.close()
    await desk.anna.sees("other")


async def test_a_dropped_message_is_no_longer_touched_and_a_removed_one_goes(desk: Desk):
    progress = desk.progress(pace=60)
    await progress.say("first")
    await desk.anna.sees("first")
    await progress.say("second")
    await progress.drop()
    await progress.say("third")
    await progress.close()
    assert await desk.edits() == ["first"]
    await desk.progress().remove()
    await desk.anna.no_longer_sees("first")
    await desk.progress().remove()
