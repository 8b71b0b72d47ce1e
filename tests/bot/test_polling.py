"""What polling promises: no update is confirmed before it was handled, and no trouble of Telegram's ends it."""

import asyncio

from aiogram import Bot, Dispatcher
from aiogram.types import Message

from bot.polling import Polling
from bot.sender import open_bot
from bot.starts import SANDBOX_TOKEN
from sandbox import SandboxClient, SandboxServer


async def nothing() -> None:
    """Nothing to prepare."""


async def test_an_update_whose_handling_was_cut_off_comes_again():
    handled: list[str] = []
    cut_off = asyncio.Event()

    async def dies(message: Message) -> None:
        cut_off.set()
        await asyncio.Event().wait()

    async def lives(message: Message) -> None:
        handled.append(message.text or "")
        await message.answer("done")

    async with SandboxServer(SANDBOX_TOKEN) as server, SandboxClient(server.url, timeout=15) as world:
        anna = world.person("Анна")
        for handler in (dies, lives):
            bot, dispatcher = open_bot(SANDBOX_TOKEN, server.url), Dispatcher()
            dispatcher.message.register(handler)
            running = asyncio.create_task(Polling(bot, dispatcher, nothing).run())
            if handler is dies:
                await anna.send("https://example.com", quiet=True)
                await asyncio.wait_for(cut_off.wait(), 15)
            else:
                await anna.sees("done")
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await bot.session.close()
    assert handled == ["https://example.com"]


async def test_at_the_end_what_is_in_hand_is_finished_and_confirmed():
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow(message: Message) -> None:
        began.set()
        await go_on.wait()
        await message.answer("done")

    async with SandboxServer(SANDBOX_TOKEN) as server, SandboxClient(server.url, timeout=15) as world:
        bot, dispatcher = open_bot(SANDBOX_TOKEN, server.url), Dispatcher()
        dispatcher.message.register(slow)
        polling = Polling(bot, dispatcher, nothing)
        running = asyncio.create_task(polling.run())
        anna = world.person("Анна")
        await anna.send("hello", quiet=True)
        await asyncio.wait_for(began.wait(), 15)
        polling.stop()
        go_on.set()
        await asyncio.wait_for(running, 15)
        await anna.sees("done")
        assert await waiting_updates(bot) == 0
        await bot.session.close()


async def test_chats_that_come_together_are_handled_side_by_side():
    go_on = asyncio.Event()

    async def answer(message: Message) -> None:
        if message.text == "slow":
            await go_on.wait()
        await message.answer(f"{message.text}: done")

    async with SandboxServer(SANDBOX_TOKEN) as server, SandboxClient(server.url, timeout=15) as world:
        bot, dispatcher = open_bot(SANDBOX_TOKEN, server.url), Dispatcher()
        dispatcher.message.register(answer)
        anna, ben = world.person("Анна"), world.person("Бен")
        for text in ("slow", "later"):
            await anna.send(text, quiet=True)
        await ben.send("quick", quiet=True)
        running = asyncio.create_task(Polling(bot, dispatcher, nothing).run())
        await ben.sees("quick: done")
        assert not any(message.from_bot for message in anna.messages()), "a chat keeps its order"
        go_on.set()
        await anna.sees("later: done")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await bot.session.close()


async def waiting_updates(bot: Bot) -> int:
    return (await bot.get_webhook_info()).pending_update_count
