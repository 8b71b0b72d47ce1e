"""How the bot gets its updates."""

import asyncio
from typing import Any

from aiogram import Bot

from sandbox import Person
from tests.sandbox.conftest import Clock, RawBot


async def texts(raw: RawBot, **parameters: Any) -> list[str]:
    updates = (await raw.call("getUpdates", **parameters))["result"]
    return [update["message"]["text"] for update in updates]


async def test_an_update_comes_again_until_a_later_offset_confirms_it(raw: RawBot, anna: Person) -> None:
    for text in ("раз", "два", "три"):
        await anna.send(text, quiet=True)
    first = (await raw.call("getUpdates"))["result"]
    assert [update["message"]["text"] for update in first] == ["раз", "два", "три"]
    assert await texts(raw) == ["раз", "два", "три"]
    assert await texts(raw, offset=first[1]["update_id"]) == ["два", "три"]
    # What was confirmed never comes back.
    assert await texts(raw, offset=0) == ["два", "три"]
    assert await texts(raw, offset=first[2]["update_id"] + 1) == []


async def test_limit_and_negative_offset(raw: RawBot, anna: Person) -> None:
    for text in ("раз", "два", "три"):
        await anna.send(text, quiet=True)
    assert await texts(raw, limit=2) == ["раз", "два"]
    assert await texts(raw, offset=-1) == ["три"]
    assert await texts(raw) == ["три"]


async def test_a_long_poll_wakes_for_an_update(raw: RawBot, anna: Person) -> None:
    poll = asyncio.create_task(texts(raw, timeout=10))
    await anna.send("проснись", quiet=True)
    async with asyncio.timeout(9):
        assert await poll == ["проснись"]


async def test_a_second_poller_ends_the_first(raw: RawBot, anna: Person) -> None:
    polls = {asyncio.create_task(raw.call("getUpdates", timeout=10)) for _ in range(2)}
    ended, going_on = await asyncio.wait(polls, timeout=9, return_when=asyncio.FIRST_COMPLETED)
    body = ended.pop().result()
    assert body["error_code"] == 409
    assert body["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    await anna.send("второму", quiet=True)
    assert len((await going_on.pop())["result"]) == 1


async def test_with_a_webhook_there_is_no_polling(raw: RawBot) -> None:
    assert (await raw.call("setWebhook", url="https://example.com/hook", secret_token="abc"))["ok"]
    assert await raw.refusal("getUpdates") == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    info = (await raw.call("getWebhookInfo"))["result"]
    assert info["url"] == "https://example.com/hook"
    assert (await raw.call("deleteWebhook"))["ok"]
    assert (await raw.call("getUpdates"))["ok"]


async def test_a_webhook_needs_a_good_secret_and_address(raw: RawBot) -> None:
    assert "unallowed characters" in await raw.refusal("setWebhook", url="https://example.com/", secret_token="a b")
    assert "too long" in await raw.refusal("setWebhook", url="https://example.com/", secret_token="a" * 257)
    assert "bad webhook" in await raw.refusal("setWebhook", url="ftp://example.com/")


async def test_dropping_pending_updates(raw: RawBot, anna: Person) -> None:
    await anna.send("старое", quiet=True)
    await raw.call("deleteWebhook", drop_pending_updates=True)
    assert await texts(raw) == []


async def test_kinds_that_the_bot_did_not_ask_for_are_never_queued(raw: RawBot, anna: Person) -> None:
    await raw.call("getUpdates", allowed_updates=["edited_message"])
    await anna.send("не увидит", quiet=True)
    # Omitted, the list stays; asking for everything later does not bring back what was not queued.
    assert (await raw.call("getUpdates"))["result"] == []
    await raw.call("getUpdates", allowed_updates=[])
    assert (await raw.call("getUpdates"))["result"] == []
    await anna.send("увидит", quiet=True)
    assert await texts(raw) == ["увидит"]


async def test_messages_are_kept_a_day_and_presses_150_seconds(
    raw: RawBot, bot: Bot, anna: Person, clock: Clock
) -> None:
    await anna.send("/start", quiet=True)
    keyboard = {"inline_keyboard": [[{"text": "Нажми", "callback_data": "x"}]]}
    sent = (await raw.call("sendMessage", chat_id=anna.id, text="Меню", reply_markup=keyboard))["result"]
    await raw.call("getUpdates", offset=-1)
    await anna.sees("Меню")
    pressed = asyncio.create_task(anna.press("Нажми", timeout=0.3))
    await asyncio.wait({pressed})
    assert pressed.exception() is not None
    clock.passes(seconds=149)
    kinds = [set(update) - {"update_id"} for update in (await raw.call("getUpdates"))["result"]]
    assert kinds == [{"message"}, {"callback_query"}]
    clock.passes(seconds=1)
    kinds = [set(update) - {"update_id"} for update in (await raw.call("getUpdates"))["result"]]
    assert kinds == [{"message"}]
    clock.passes(hours=24)
    assert (await raw.call("getUpdates"))["result"] == []
    assert sent["message_id"] == anna.last.message_id


async def test_parameters_of_a_poll_are_checked(raw: RawBot) -> None:
    assert await raw.refusal("getUpdates", offset="x") == 'Bad Request: parameter "offset" must be of type Number'
    assert (
        await raw.refusal("getUpdates", allowed_updates="[") == "Bad Request: can't parse allowed_updates JSON object"
    )
