"""The bots that are measured, each in a process of its own on a core of its own.

    python -m benchmarks.bots NAME CORE SANDBOX_URL FOLDER

Talks until its standard input is closed.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message, Update

from bot.inbox import Inbox
from bot.polling import Polling
from db.engine import Database
from db.migrate import migrate
from services.security import Cipher

TOKEN = "4200000001:" + "Sandbox" * 5
KINDS = ["message"]


async def echo(message: Message) -> None:
    await message.answer(message.text or "?")


def _open(url: str) -> tuple[Bot, Dispatcher]:
    dispatcher = Dispatcher()
    dispatcher.message.register(echo)
    return Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url))), dispatcher


async def bare(url: str, _folder: Path, stop: asyncio.Event) -> None:
    """aiogram as its manual starts it: updates are confirmed before they are handled, and a crash loses them."""
    bot, dispatcher = _open(url)
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, allowed_updates=KINDS))
    await stop.wait()
    await dispatcher.stop_polling()
    await polling


async def inbox(url: str, folder: Path, stop: asyncio.Event) -> None:
    """The same echo behind the inbox: recorded, confirmed, handled, marked."""
    bot, dispatcher = _open(url)
    database = Database.open(f"sqlite+aiosqlite:///{folder / 'toklink.db'}")
    await migrate(database)

    async def handle(update: Update) -> None:
        await dispatcher.feed_update(bot, update)

    async def give_up(_update: Update, error: Exception) -> None:
        raise error

    updates = Inbox(
        bot,
        database,
        Cipher("a key for benchmarks " * 3, "inbox"),
        handle=handle,
        give_up=give_up,
        clock=lambda: datetime.now(UTC),
        redact=str,
    )
    await updates.open()
    polling = Polling(bot, updates, KINDS)
    running = asyncio.create_task(polling.run())
    await stop.wait()
    polling.stop()
    await running
    await updates.close()
    await bot.session.close()
    await database.close()


BOTS: dict[str, Callable[[str, Path, asyncio.Event], Awaitable[None]]] = {"bare": bare, "inbox": inbox}


@asynccontextmanager
async def talking(name: str, *, core: int, url: str, folder: Path) -> AsyncIterator[None]:
    command = [sys.executable, "-m", "benchmarks.bots", name, str(core), url, str(folder)]
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE)
    assert process.stdin is not None
    try:
        yield
    finally:
        process.stdin.close()
        await process.wait()


async def _talk(name: str, url: str, folder: Path) -> None:
    stop = asyncio.Event()

    async def until_closed() -> None:
        await asyncio.to_thread(sys.stdin.read)
        stop.set()

    await asyncio.gather(BOTS[name](url, folder, stop), until_closed())


if __name__ == "__main__":
    _name, _core, _url, _folder = sys.argv[1:]
    os.sched_setaffinity(0, {int(_core)})
    uvloop.run(_talk(_name, _url, Path(_folder)))
