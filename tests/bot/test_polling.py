"""What polling promises: nothing is confirmed before it is recorded, and no trouble of Telegram's ends it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramUnauthorizedError
from aiogram.types import Message, Update
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.inbox import Inbox
from bot.polling import Polling
from bot.sender import open_bot
from bot.starts import SANDBOX_TOKEN
from db.engine import Database
from sandbox import Fault, SandboxClient, SandboxServer
from services.security import Cipher
from tests.waiting import until


@dataclass
class Talk:
    server: SandboxServer
    world: SandboxClient
    database: Database

    @asynccontextmanager
    async def bot(self, handler: Callable[..., object]) -> AsyncIterator[tuple[Bot, Polling]]:
        """A bot that polls, with one handler for messages; cut off without a word at the end of the block."""
        bot, dispatcher = open_bot(SANDBOX_TOKEN, self.server.url), Dispatcher()
        dispatcher.message.register(handler)

        async def handle(update: Update) -> None:
            await dispatcher.feed_update(bot, update)

        async def give_up(_update: Update, error: Exception) -> None:
            raise error

        inbox = Inbox(
            bot, self.database, Cipher("a key for tests " * 3, "inbox"),
            handle=handle, give_up=give_up, clock=lambda: datetime.now(UTC), redact=lambda text: text,
        )  # fmt: skip
        await inbox.open()
        polling = Polling(bot, inbox, ["message"])
        running = asyncio.create_task(polling.run())
        try:
            yield bot, polling
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            left = [*inbox._tasks, *filter(None, (inbox._recorder._recording, inbox._marks._marking))]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await bot.session.close()


@pytest.fixture
async def talk(database: Database) -> AsyncIterator[Talk]:
    async with SandboxServer(SANDBOX_TOKEN) as server, SandboxClient(server.url, timeout=15) as world:
        yield Talk(server, world, database)


async def echo(message: Message) -> None:
    await message.answer(f"{message.text}: done")


async def test_what_was_in_hand_at_a_crash_is_handled_after_it(talk: Talk):
    anna, cut_off = talk.world.person("Анна"), asyncio.Event()

    async def hangs(_message: Message) -> None:
        cut_off.set()
        await asyncio.Event().wait()

    async with talk.bot(hangs):
        await anna.send("https://example.com", quiet=True)
        await asyncio.wait_for(cut_off.wait(), 15)
    async with talk.bot(echo):
        await anna.sees("https://example.com: done")


async def test_a_slow_chat_holds_up_nobody_else(talk: Talk):
    anna, ben, go_on, began = talk.world.person("Анна"), talk.world.person("Бен"), asyncio.Event(), asyncio.Event()

    async def answer(message: Message) -> None:
        if message.text == "slow":
            began.set()
            await go_on.wait()
        await echo(message)

    async with talk.bot(answer):
        for text in ("slow", "later"):
            await anna.send(text, quiet=True)
        await asyncio.wait_for(began.wait(), 15)
        await ben.send("quick")
        await ben.sees("quick: done")
        assert not any(message.from_bot for message in anna.messages()), "a chat keeps its order"
        go_on.set()
        await anna.sees("later: done")


async def test_an_update_is_confirmed_although_its_handler_still_works(talk: Talk):
    anna, began = talk.world.person("Анна"), asyncio.Event()

    async def hangs(_message: Message) -> None:
        began.set()
        await asyncio.Event().wait()

    async with talk.bot(hangs) as (bot, _):
        await anna.send("hello", quiet=True)
        await asyncio.wait_for(began.wait(), 15)

        async def waiting() -> int:
            return (await bot.get_webhook_info()).pending_update_count

        await until(waiting, 0)


@pytest.mark.parametrize("kind", ["server_error", "cut", "bad_request", "too_many_requests"])
async def test_trouble_with_telegram_is_waited_out(talk: Talk, kind: str):
    anna = talk.world.person("Анна")
    talk.server.faults.add(Fault(kind, method="getUpdates"))  # type: ignore[arg-type]
    async with talk.bot(echo):
        await anna.send("hello")
        await anna.sees("hello: done")


async def test_at_the_end_of_the_wait_the_loop_stops_at_once(talk: Talk):
    async with talk.bot(echo) as (_, polling):
        anna = talk.world.person("Анна")
        await anna.send("hello")
        polling.stop()
        await anna.sees("hello: done")


async def test_an_update_that_cannot_be_read_is_left_out_and_holds_up_nobody(database: Database):
    asked: list[int | None] = []
    handled: list[int] = []
    user = {"id": 7, "is_bot": False, "first_name": "A"}
    good = {"message_id": 1, "date": 1_772_366_400, "chat": {"id": 7, "type": "private"}, "from": user, "text": "x"}
    batch = [{"update_id": 10, "message": {"message_id": "odd"}}, {"update_id": 11, "message": good}]

    async def telegram(request: web.Request) -> web.Response:
        form = await request.post()
        if not request.path.endswith("getUpdates"):
            return web.json_response({"ok": True, "result": True})
        asked.append(int(str(form["offset"])) if "offset" in form else None)
        if asked[-1] is None:
            return web.json_response({"ok": True, "result": batch})
        await asyncio.sleep(0.05)
        return web.json_response({"ok": True, "result": []})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", telegram)
    async with TestServer(application) as server:
        bot = open_bot(SANDBOX_TOKEN, str(server.make_url("")).rstrip("/"))

        async def handle(update: Update) -> None:
            handled.append(update.update_id)

        async def give_up(_update: Update, error: Exception) -> None:
            raise error

        inbox = Inbox(
            bot, database, Cipher("a key for tests " * 3, "inbox"),
            handle=handle, give_up=give_up, clock=lambda: datetime.now(UTC), redact=lambda text: text,
        )  # fmt: skip
        polling = Polling(bot, inbox, ["message"])
        running = asyncio.create_task(polling.run())

        async def confirmed() -> bool:
            return 12 in asked

        await until(confirmed, True)
        polling.stop()
        await running
        await inbox.close()
        await bot.session.close()
    assert handled == [11]


async def test_a_refused_token_ends_it(talk: Talk):
    bot = open_bot("77:" + "x" * 35, talk.server.url)
    with pytest.raises(TelegramUnauthorizedError):
        await asyncio.wait_for(Polling(bot, None, ["message"]).run(), 15)  # type: ignore[arg-type]
    await bot.session.close()
