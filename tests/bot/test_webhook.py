"""Updates that Telegram brings: only with the secret, confirmed only when recorded, handled once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.webhook import MOST_BYTES, PATH, SHOWN_IN
from db.tables import InboxUpdate
from sandbox import Person
from tests.platform import Platform, running_platform
from tests.servers import free_port
from tests.waiting import until

SECRET = "the-secret-of-the-door"


@dataclass
class Door:
    platform: Platform
    url: str
    http: aiohttp.ClientSession

    async def brings(self, body: bytes, secret: str | None = SECRET) -> int:
        headers = {} if secret is None else {SHOWN_IN: secret}
        async with self.http.post(self.url, data=BytesIO(body), headers=headers) as answer:
            return answer.status


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    port = free_port()
    changes = {
        "web_port": port,
        "webhook_url": f"http://127.0.0.1:{port}{PATH}",
        "webhook_secret": SecretStr(SECRET),
        "secret_key": SecretStr("k" * 40),
    }
    async with running_platform(tmp_path, changes) as platform, aiohttp.ClientSession() as http:
        door = Door(platform, f"http://127.0.0.1:{port}{PATH}", http)
        await until(lambda: door.brings(b'{"update_id": 1}'), 200)
        yield door


@pytest.fixture
def anna(door: Door) -> Person:
    return door.platform.world.person("Анна")


async def test_a_person_chats_by_webhook(anna: Person):
    await anna.send("https://example.com/by-webhook")
    assert "example.com/by-webhook" in anna.last.text
    await anna.press("📊 Статистика")
    await anna.sees_photo()


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ё"])
async def test_nobody_gets_in_without_the_secret(door: Door, secret: str | None):
    body = b'{"update_id": 1, "message": {}}'
    if secret == "ё":
        secret = "\u00d1\u0091"
    assert await door.brings(body, secret) == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no json", 400),
        (b"[]", 400),
        (b'{"update_id": "x"}', 400),
        (b"[" * 100_000, 400),
        (b" " * (MOST_BYTES + 1), 413),
        (b" " * (5 * 1024 * 1024), 413),
        (b'{"update_id": 5, "hologram": {"x": 1}}', 200),
        (b'{"update_id": 6, "message": {"message_id": "odd"}}', 200),
    ],
)
async def test_what_is_no_update_is_refused_and_what_is_too_new_is_let_go(door: Door, body: bytes, status: int):
    assert await door.brings(body) == status


async def test_a_secret_that_is_no_text_is_a_wrong_one(door: Door):
    reader, writer = await asyncio.open_connection("127.0.0.1", door.platform.settings.web_port)
    writer.write(
        b"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: \xff\xfe\r\n"
        b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
    )
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_the_same_update_brought_again_with_another_body_changes_nothing(door: Door, anna: Person):
    await anna.send("/start")
    person = '{"id": 1001, "is_bot": false, "first_name": "A"}'
    for text in ("https://example.com/first", "https://example.com/second", "https://example.com/first"):
        message = (
            f'{{"message_id": 900, "date": 1, "chat": {{"id": 1001, "type": "private"}}, "from": {person},'
            f' "text": "{text}"}}'
        )
        assert await door.brings(f'{{"update_id": 900000001, "message": {message}}}'.encode()) == 200
    await anna.sees("example.com/first")
    await anna.send("/links")
    assert "example.com/second" not in anna.last.text
    assert "example.com/first" in anna.last.text


async def test_a_restart_loses_nothing_that_telegram_brings_meanwhile(door: Door, anna: Person):
    await anna.send("/start")
    await door.platform.stop()
    await anna.send("https://example.com/meanwhile", quiet=True)
    await door.platform.start()
    await anna.sees("example.com/meanwhile")
    async with door.platform.container.database.read() as session:
        assert await session.get(InboxUpdate, 1) is not None
