"""Faults that are scripted: what Telegram does on a bad day."""

from typing import Any

import aiohttp
import pytest
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import Message

from sandbox import Fault, Person, SandboxClient, SandboxServer
from sandbox.faults import BadFault
from sandbox.files import made_up
from tests.sandbox.conftest import RawBot
from tests.sandbox.test_chatting import Polling

FRIENDS = -100190000001


@pytest.fixture(autouse=True)
async def _started(anna: Person, ben: Person) -> None:
    for person in (anna, ben):
        await person.send("/start", quiet=True)


def words(person: Person) -> list[str]:
    """What the bot's messages here say."""
    return [message.text for message in person.messages() if message.from_bot]


async def test_the_next_calls_are_told_to_wait(bot: Bot, http: aiohttp.ClientSession, raw: RawBot, anna: Person,
                                               server: SandboxServer) -> None:  # fmt: skip
    scripted = server.faults.add(Fault("too_many_requests", method="sendMessage", times=2, retry_after=7))
    with pytest.raises(TelegramRetryAfter) as refused:
        await bot.send_message(anna.id, "рано")
    assert refused.value.retry_after == 7
    await bot.send_chat_action(anna.id, "typing")
    async with http.post(f"{raw.base}/sendMessage", json={"chat_id": anna.id, "text": "рано"}) as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "7"
        assert await answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }
    await bot.send_message(anna.id, "пора")
    await anna.sees("пора")
    assert words(anna) == ["пора"]
    assert (scripted.fired, scripted.left) == (2, 0)
    assert server.faults.injected == {"too_many_requests": 2}
    assert list(server.faults) == []
    assert [call.fault for call in server.calls] == ["too_many_requests", None, "too_many_requests", None]


@pytest.mark.parametrize(("when", "taken"), [("before", []), ("after", ["дошло?"])])
@pytest.mark.parametrize("kind", ["cut", "server_error"])
async def test_a_call_without_a_good_answer_may_have_taken_effect(
    bot: Bot, anna: Person, world: SandboxClient, server: SandboxServer, kind: Any, when: Any, taken: list[str]
) -> None:
    server.faults.add(Fault(kind, when=when))
    with pytest.raises(TelegramNetworkError if kind == "cut" else TelegramServerError):
        await bot.send_message(anna.id, "дошло?")
    await world.catch_up()
    assert words(anna) == taken
    assert server.calls[-1].status == (0 if kind == "cut" else 500)
    await bot.send_message(anna.id, "снова")


@pytest.mark.parametrize(("when", "taken"), [("before", 0), ("after", 1)])
async def test_a_slow_call_outlasts_the_bots_patience(
    bot: Bot, anna: Person, world: SandboxClient, server: SandboxServer, when: Any, taken: int
) -> None:
    server.faults.add(Fault("slow", when=when, seconds=30))
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bot.send_message(anna.id, "медленно", request_timeout=0.2)  # type: ignore[arg-type]
    await world.catch_up()
    assert len(words(anna)) == taken


async def test_a_slow_call_is_answered_in_the_end(bot: Bot, anna: Person, server: SandboxServer) -> None:
    server.faults.add(Fault("slow", seconds=0.05))
    await bot.send_message(anna.id, "дождались")
    assert server.calls[-1].milliseconds >= 50
    await anna.sees("дождались")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("blocked", "Forbidden: bot was blocked by the user"),
        ("deactivated", "Forbidden: user is deactivated"),
        ("kicked", "Forbidden: bot was kicked from the supergroup chat"),
    ],
)
async def test_a_chat_that_is_closed(bot: Bot, ben: Person, server: SandboxServer, kind: Any, sentence: str) -> None:
    server.faults.add(Fault(kind, chat_id=FRIENDS))
    await bot.send_message(ben.id, "в другом чате всё хорошо")
    with pytest.raises(TelegramForbiddenError, match=sentence):
        await bot.send_message(FRIENDS, "сюда нельзя")
    await bot.send_message(FRIENDS, "это прошло")


async def test_a_refusal_in_any_words(bot: Bot, anna: Person, server: SandboxServer) -> None:
    server.faults.add(Fault("bad_request", method="send*", description="Bad Request: PHOTO_INVALID_DIMENSIONS"))
    with pytest.raises(TelegramBadRequest, match="PHOTO_INVALID_DIMENSIONS"):
        await bot.send_message(anna.id, "x")


async def test_a_group_becomes_another_one(
    bot: Bot, raw: RawBot, world: SandboxClient, anna: Person, server: SandboxServer
) -> None:
    server.faults.add(Fault("migrated", chat_id=FRIENDS))
    with pytest.raises(TelegramMigrateToChat) as refused:
        await bot.send_message(FRIENDS, "по старому адресу")
    new_id = refused.value.migrate_to_chat_id
    assert (await raw.call("sendMessage", chat_id=FRIENDS, text="x"))["parameters"] == {"migrate_to_chat_id": new_id}
    assert await raw.refusal("getChat", chat_id=FRIENDS) == (
        "Bad Request: group chat was upgraded to a supergroup chat"
    )
    await bot.send_message(new_id, "по новому")
    await world.catch_up()
    friends = world.group("Друзья")
    assert friends.id == new_id
    await anna.in_group(friends).sees("по новому")
    updates = [update.message for update in await bot.get_updates() if update.message]
    assert [(m.chat.id, m.migrate_to_chat_id, m.migrate_from_chat_id) for m in updates if m.chat.id < 0] == [
        (FRIENDS, new_id, None),
        (new_id, None, FRIENDS),
    ]
    with pytest.raises(AssertionError, match=f"goes on as {new_id}"):
        await anna.in_group(type(friends)(FRIENDS, "Друзья")).send("есть кто?", quiet=True)


async def test_calls_are_let_through_at_first_and_chance_repeats_itself(
    bot: Bot, anna: Person, server: SandboxServer
) -> None:
    server.faults.add(Fault("server_error", method="sendMessage", skip=2))
    await bot.send_message(anna.id, "1")
    await bot.send_message(anna.id, "2")
    with pytest.raises(TelegramServerError):
        await bot.send_message(anna.id, "3")

    async def luck(seed: int) -> str:
        scripted = server.faults.add(Fault("server_error", times=None, probability=0.5, seed=seed))
        drawn = ""
        for _ in range(20):
            try:
                await bot.send_chat_action(anna.id, "typing")
                drawn += "+"
            except TelegramServerError:
                drawn += "-"
        server.faults.remove(scripted.id)
        return drawn

    first, again, other = await luck(1), await luck(1), await luck(2)
    assert first == again != other
    assert set(first) == {"+", "-"}


async def test_polling_is_spared_unless_it_is_meant(
    bot: Bot, dispatcher: Dispatcher, polling: Polling, anna: Person, server: SandboxServer
) -> None:
    server.faults.add(Fault("server_error", times=1))
    spoiled = server.faults.add(Fault("cut", method="getUpdates", when="after"))

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"Слышу: {message.text}")

    with pytest.raises(TelegramServerError):
        await bot.get_me()
    await anna.send("первое", quiet=True)
    polling()
    # The poll that was cut after it took effect confirmed nothing: everything comes again.
    await anna.sees("Слышу: первое")
    assert spoiled.fired == 1


async def test_an_update_that_gets_lost_and_one_that_comes_twice(
    raw: RawBot, anna: Person, ben: Person, server: SandboxServer
) -> None:
    await raw.call("getUpdates", offset=-1)
    [last] = (await raw.call("getUpdates"))["result"]
    server.faults.add(Fault("lost_update", update="message", chat_id=anna.id))
    server.faults.add(Fault("doubled_update", update="photo", copies=2))
    await anna.send("пропадёт", quiet=True)
    await ben.send("дойдёт", quiet=True)
    await anna.send("дойдёт тоже", quiet=True)
    updates = (await raw.call("getUpdates", offset=last["update_id"] + 1))["result"]
    assert [update["message"]["text"] for update in updates] == ["дойдёт", "дойдёт тоже"]
    await anna.send_photo(made_up("sticker").content, quiet=True)
    copies = (await raw.call("getUpdates", offset=updates[-1]["update_id"] + 1))["result"]
    assert len({update["update_id"] for update in copies}) == 3
    assert len({update["message"]["message_id"] for update in copies}) == 1
    assert server.faults.injected == {"lost_update": 1, "doubled_update": 1}


@pytest.mark.parametrize(
    "nonsense",
    [
        {"kind": "gremlins"},
        {"kind": "cut", "when": "during"},
        {"kind": "too_many_requests", "when": "after"},
        {"kind": "cut", "update": "message"},
        {"kind": "lost_update", "method": "sendMessage"},
        {"kind": "cut", "times": 0},
        {"kind": "cut", "skip": -1},
        {"kind": "cut", "probability": 0},
        {"kind": "too_many_requests", "retry_after": 0},
        {"kind": "slow", "seconds": -1},
        {"kind": "doubled_update", "copies": 0},
    ],
)
async def test_a_fault_that_cannot_be_is_refused(
    http: aiohttp.ClientSession, server: SandboxServer, nonsense: dict[str, Any]
) -> None:
    with pytest.raises(BadFault):
        Fault(**nonsense)
    async with http.post(f"{server.url}/people/faults", json=nonsense) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"].endswith(".")


@pytest.mark.parametrize("nonsense", [{}, {"kind": "cut", "colour": "red"}, {"kind": 7}, {"kind": "cut", "times": True},
                                      {"kind": "cut", "chat_id": "1001"}])  # fmt: skip
async def test_a_fault_over_http_is_checked_before_anything(
    http: aiohttp.ClientSession, server: SandboxServer, nonsense: dict[str, Any]
) -> None:
    async with http.post(f"{server.url}/people/faults", json=nonsense) as answer:
        assert answer.status == 400
    assert list(server.faults) == []


async def test_another_process_scripts_faults_and_reads_the_calls(
    world: SandboxClient, bot: Bot, anna: Person, server: SandboxServer
) -> None:
    cut = await world.faults.add(Fault("cut", times=None))
    await world.faults.add(Fault("blocked", method="sendPhoto", chat_id=anna.id))
    assert [scripted.fault.kind for scripted in await world.faults.all()] == ["cut", "blocked"]
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(anna.id, "x")
    assert [scripted.fired for scripted in await world.faults.all()] == [1, 0]
    await world.faults.remove(cut)
    await bot.send_message(anna.id, "y")
    assert await world.faults.injected() == {"cut": 1}
    await world.faults.clear()
    assert await world.faults.all() == []
    calls = await world.calls(method="sendMessage")
    assert [(call["status"], call["fault"], call["parameters"]["text"]) for call in calls] == [
        (0, "cut", "x"),
        (200, None, "y"),
    ]
    with pytest.raises(AssertionError, match="not there any more"):
        await world.faults.remove(cut)
