"""The people's protocol: what the chat page relies on."""

import asyncio
import json
import os
import signal
import sys
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from yarl import URL

from sandbox import Person, SandboxClient, SandboxRefused, SandboxServer
from tests.sandbox.conftest import TOKEN


async def events(http: aiohttp.ClientSession, url: str, count: int, **headers: str) -> list[tuple[int, dict[str, Any]]]:
    """The first events of a stream."""
    found: list[tuple[int, dict[str, Any]]] = []
    async with asyncio.timeout(15), http.get(f"{url}/people/events", headers=headers) as answer:
        assert answer.content_type == "text/event-stream"
        number = 0
        while len(found) < count:
            line = (await answer.content.readline()).decode().rstrip("\n")
            if line.startswith("id: "):
                number = int(line.removeprefix("id: "))
            elif line.startswith("data: "):
                found.append((number, json.loads(line.removeprefix("data: "))))
    return found


async def test_the_world_has_its_people_and_groups(http: aiohttp.ClientSession, server: SandboxServer) -> None:
    async with http.get(f"{server.url}/people/world") as answer:
        world = await answer.json()
    assert world["bot"]["username"] == "toklink_demo_bot"
    assert [(item["user"]["first_name"], item["role"]) for item in world["people"]] == [
        ("Анна", "person"),
        ("Бен", "person"),
        ("Вера", "person"),
        ("Оля", "operator"),
    ]
    groups = {chat["title"]: chat["members"] for chat in world["chats"] if "title" in chat}
    assert groups == {"Админы Toklink": [1900], "Друзья": [1001, 1002]}


async def test_the_stream_resumes_where_it_broke_off(
    http: aiohttp.ClientSession, server: SandboxServer, anna: Person
) -> None:
    for text in ("раз", "два", "три"):
        await anna.send(text, quiet=True)
    resumed = await events(http, server.url, 2, **{"Last-Event-ID": "1"})
    assert [(number, event["message"]["text"]) for number, event in resumed] == [(2, "два"), (3, "три")]


async def test_a_follower_of_a_lost_past_is_told_to_load_anew(
    http: aiohttp.ClientSession, server: SandboxServer
) -> None:
    assert await events(http, server.url, 1, **{"Last-Event-ID": "77"}) == [(0, {"kind": "reset"})]


async def test_everything_that_happens_is_an_event(bot: Bot, anna: Person, world: SandboxClient) -> None:
    await anna.send("/start", quiet=True)
    sent = await bot.send_message(anna.id, "x")
    await bot.send_chat_action(anna.id, "typing")
    await bot.edit_message_text("y", chat_id=anna.id, message_id=sent.message_id)
    await bot.delete_message(anna.id, sent.message_id)
    await bot.set_my_commands([])
    await anna.speaks("en")
    await world.catch_up()
    kinds = [event["kind"] for event in world.follower.log]
    assert kinds == ["message", "message", "typing", "edited", "deleted", "commands", "language"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("send", {"person_id": 1001, "chat_id": 1001, "text": ""}, 400),
        ("send", {"person_id": 1001, "chat_id": 1001, "text": "x" * 4097}, 400),
        ("send", {"person_id": 1001, "chat_id": 1001, "text": "\ud83c"}, 400),
        ("send", {"person_id": 1001, "chat_id": 1002, "text": "x"}, 404),
        ("send", {"person_id": 5, "chat_id": 5, "text": "x"}, 404),
        ("send", {"person_id": 1001, "chat_id": 1001}, 400),
        ("send", {"person_id": "x", "chat_id": 1001, "text": "x"}, 400),
        ("send", {"person_id": 1001, "chat_id": 1001, "text": "x", "reply_to_message_id": 9}, 404),
        ("send", [], 400),
        ("start", {"person_id": 1001, "payload": "a b"}, 400),
        ("start", {"person_id": 1001, "payload": "a" * 65}, 400),
        ("edit", {"person_id": 1001, "chat_id": 1001, "message_id": 9, "text": "x"}, 404),
        ("press", {"person_id": 1001, "chat_id": 1001, "message_id": 9, "data": "x"}, 404),
        ("press", {"person_id": 1001, "chat_id": 1001, "message_id": 9, "data": "x" * 65, "forged": True}, 400),
        ("inline", {"person_id": 1001, "chat_id": 1001, "query": "x" * 257}, 400),
        ("choose", {"person_id": 1001, "chat_id": 1001, "query": "x", "result_id": "1"}, 404),
        ("language", {"person_id": 1001, "language_code": "Klingon!"}, 400),
        ("send_other", {"person_id": 1001, "chat_id": 1001, "kind": "teapot"}, 400),
    ],
)
async def test_nonsense_is_refused_in_one_sentence(
    http: aiohttp.ClientSession, server: SandboxServer, path: str, body: Any, status: int
) -> None:
    async with http.post(f"{server.url}/people/{path}", data=json.dumps(body)) as answer:
        assert answer.status == status
        assert (await answer.json())["error"].endswith(".")
    assert not server.world.chats[1001].messages


async def test_only_own_texts_can_be_edited(bot: Bot, anna: Person) -> None:
    own = await anna.send("моё", quiet=True)
    sent = await bot.send_message(anna.id, "бота")
    await anna.sees("бота")
    theirs = anna.last
    assert theirs.message_id == sent.message_id
    with pytest.raises(SandboxRefused, match="Only one's own texts"):
        await anna.edit(theirs, "x")
    with pytest.raises(SandboxRefused, match="Nothing was changed"):
        await anna.edit(own, "моё")


async def test_made_up_things_reach_the_bot(bot: Bot, anna: Person) -> None:
    for kind in ("sticker", "voice", "location", "contact", "dice"):
        own = await anna.send_other(kind, quiet=True)
        assert kind in own.raw
    contents = [update.message.content_type for update in await bot.get_updates() if update.message]
    assert contents == ["sticker", "voice", "location", "contact", "dice"]


async def test_a_document_is_never_shown_as_a_page(
    http: aiohttp.ClientSession, server: SandboxServer, anna: Person
) -> None:
    for name in ("page.html", "drawing.svg"):
        own = await anna.send_document(b"<script>alert(1)</script>", name, quiet=True)
        async with http.get(f"{server.url}/people/files/{own.file_id}") as answer:
            assert answer.content_type == "application/octet-stream"
            assert answer.headers["Content-Disposition"] == "attachment"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_other_sites_do_not_speak_for_people(http: aiohttp.ClientSession, server: SandboxServer) -> None:
    body = {"person_id": 1001, "chat_id": 1001, "text": "x"}
    headers = {"Origin": "https://example.com"}
    async with http.post(f"{server.url}/people/send", json=body, headers=headers) as answer:
        assert answer.status == 403
    async with http.post(f"{server.url}/people/send", json=body, headers={"Origin": server.url}) as answer:
        assert answer.status == 200


async def test_the_page_is_served_with_strict_headers(http: aiohttp.ClientSession, server: SandboxServer) -> None:
    async with http.get(f"{server.url}/") as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    for path in ("/page/../server.py", "/page/%2e%2e/server.py", "/page/nothing.js"):
        async with http.get(URL(server.url + path, encoded=True)) as answer:
            assert answer.status == 404


async def test_the_sandbox_runs_in_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--token", TOKEN, "--echo", stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        url = line.split()[1]
        async with SandboxClient(url, timeout=30) as world:
            anna = world.person("Анна")
            assert "Hello" in (await anna.send("/start")).text
            await anna.press("Into a photo")
            await anna.sees_photo()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
