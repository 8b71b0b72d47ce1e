"""The bots that are measured, each in a process of its own on a core of its own.

    python -m benchmarks.bots NAME CORE SANDBOX_URL FOLDER

Talks until its standard input is closed.
"""

import asyncio
import os
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message, Update

from bot.container import Container, open_services
from bot.inbox import Inbox
from bot.polling import Polling
from bot.sender import open_bot
from bot.serve_bot import serve_bot
from bot.settings import Settings
from bot.starts import SANDBOX_TOKEN, in_sandbox
from db.engine import Database
from db.migrate import migrate
from services.pictures.qr import QrPicture, qr_picture
from services.security import Cipher
from services.works import Progress, Work, WorkKind

TOKEN = SANDBOX_TOKEN
# Whose works the busy bot does.
FIRST_WORKER_ID, WORKS = 9_000, 20
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


async def toklink(url: str, folder: Path, stop: asyncio.Event, *, works: int = 0) -> None:
    """The whole bot role."""
    settings = in_sandbox(Settings(_env_file=None, data_dir=folder), url).model_copy(update={"admin_chat_id": None})
    async with open_services(settings) as container:
        await migrate(container.database)
        container.services.works.register([WorkKind("long", do=LongWork(container, stop), at_once=works or 1)])
        if works:
            await _begin_works(container, url, works)
        await serve_bot(container, stop)


async def busy(url: str, folder: Path, stop: asyncio.Event) -> None:
    """The whole bot with long works of many people in hand."""
    await toklink(url, folder, stop, works=WORKS)


class LongWork:
    """What long works are made of: waiting for others, pictures, packing in a thread, telling how far it is."""

    def __init__(self, container: Container, stop: asyncio.Event) -> None:
        self._container = container
        self._stop = stop

    async def __call__(self, work: Work, progress: Progress) -> None:
        round_number = 0
        while not self._stop.is_set():
            round_number += 1
            await progress.say(f"round {round_number}")
            await self._container.services.pictures.draw(qr_picture, QrPicture("https://example.com/x", "example.com"))
            await asyncio.to_thread(zlib.compress, os.urandom(500_000), 9)
            await asyncio.sleep(0.5)


async def _begin_works(container: Container, url: str, works: int) -> None:
    bot, now = open_bot(TOKEN, url), datetime.now(UTC)
    for number in range(works):
        person_id = FIRST_WORKER_ID + number
        message = await bot.send_message(person_id, "at once")
        await container.services.works.enqueue(
            "long",
            f"{person_id}",
            person_id=person_id,
            facts={},
            now=now,
            chat_id=person_id,
            message_id=message.message_id,
        )
    await bot.session.close()


BOTS: dict[str, Callable[[str, Path, asyncio.Event], Awaitable[None]]] = {
    "bare": bare,
    "inbox": inbox,
    "toklink": toklink,
    "busy": busy,
}


@asynccontextmanager
async def talking(name: str, *, core: int | None, url: str, folder: Path) -> AsyncIterator[None]:
    """``core``: the one it is bound to; None: any."""
    command = [sys.executable, "-m", "benchmarks.bots", name, "" if core is None else str(core), url, str(folder)]
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
    if _core:
        os.sched_setaffinity(0, {int(_core)})
    uvloop.run(_talk(_name, _url, Path(_folder)))
