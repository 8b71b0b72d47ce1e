"""Updates are brought to the bot's webhook."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from sandbox import Person, SandboxClient
from sandbox.webhooks import telegram_delays
from tests.sandbox.conftest import Clock, RawBot
from tests.sandbox.hooks import SECRET, Hook, delays, fine, hook, info, nothing_pends, server, the_error

__all__ = ["delays", "hook", "server"]


async def test_an_update_comes_again_until_it_is_received(
    raw: RawBot, hook: Hook, anna: Person, clock: Clock, delays: list[tuple[int, int]]
) -> None:
    answers = iter([web.Response(status=500), web.Response(status=302, headers={"Location": "/"}),
                    web.Response(status=429, headers={"Retry-After": "7"})])  # fmt: skip

    async def refuse(_: dict[str, Any]) -> web.Response:
        return next(answers, web.Response(status=204))

    hook.answer = refuse
    await raw.call("setWebhook", url=hook.url, secret_token=SECRET)
    await anna.send("важное", quiet=True)
    ids = await hook.got(4)
    assert len(set(ids)) == 1
    assert hook.updates[0] == hook.updates[3]
    assert set(hook.secrets) == {SECRET}
    assert delays == [(1, 0), (2, 0), (3, 7)]
    await nothing_pends(raw)
    told = await info(raw)
    assert told["last_error_message"] == "Wrong response from the webhook: 429 Too Many Requests"
    assert told["last_error_date"] == clock().timestamp()
    # A webhook that is set anew begins without a past.
    await raw.call("setWebhook", url=hook.url)
    assert "last_error_date" not in await info(raw)
    await anna.send("без ключа", quiet=True)
    await hook.got(5)
    assert hook.secrets[4] is None


def test_telegrams_own_delays_grow() -> None:
    assert [telegram_delays(failures, 0) for failures in (1, 2, 3, 4, 6, 7, 20)] == [0, 2, 4, 8, 32, 60, 60]
    assert telegram_delays(1, 30) == 30
    assert telegram_delays(1, 10**9) == 3600


async def test_a_chat_keeps_its_order_and_holds_up_nobody_else(
    raw: RawBot, hook: Hook, anna: Person, ben: Person
) -> None:
    released = asyncio.Event()

    async def hold_anna(update: dict[str, Any]) -> web.Response:
        if update["message"]["from"]["id"] == anna.id:
            await released.wait()
        return web.Response()

    hook.answer = hold_anna
    await raw.call("setWebhook", url=hook.url)
    for text in ("А1", "А2"):
        await anna.send(text, quiet=True)
    for text in ("Б1", "Б2"):
        await ben.send(text, quiet=True)
    await hook.got(3)
    assert hook.texts() == ["А1", "Б1", "Б2"]
    assert (await info(raw))["pending_update_count"] == 2
    released.set()
    await hook.got(4)
    assert hook.texts()[3] == "А2"


async def test_a_group_and_edits_keep_their_order_too(
    raw: RawBot, hook: Hook, world: SandboxClient, anna: Person, ben: Person
) -> None:
    released = asyncio.Event()

    async def hold(_: dict[str, Any]) -> web.Response:
        await released.wait()
        return web.Response()

    hook.answer = hold
    await raw.call("setWebhook", url=hook.url)
    friends = world.group("Друзья")
    own = await anna.in_group(friends).send("/раз", quiet=True)
    await ben.in_group(friends).send("/два", quiet=True)
    await anna.in_group(friends).edit(own, "/раз исправлено", quiet=True)
    await ben.send("в другом чате", quiet=True)
    await hook.got(2)
    assert hook.texts() == ["/раз", "в другом чате"]
    released.set()
    await hook.got(4)
    assert ["edited_message" in update for update in hook.updates] == [False, False, False, True]


async def test_a_refused_update_is_not_overtaken_in_its_chat(raw: RawBot, hook: Hook, anna: Person) -> None:
    tries: list[str] = []

    async def refuse_twice(update: dict[str, Any]) -> web.Response:
        tries.append(update["message"]["text"])
        return web.Response(status=500 if tries.count("раз") < 3 else 200)

    hook.answer = refuse_twice
    await anna.send("раз", quiet=True)
    await anna.send("два", quiet=True)
    await raw.call("setWebhook", url=hook.url)
    await hook.got(4)
    assert tries == ["раз", "раз", "раз", "два"]


async def test_there_are_never_more_connections_than_asked_for(
    raw: RawBot, hook: Hook, world: SandboxClient, anna: Person, ben: Person
) -> None:
    under_way, most = 0, 0
    full = asyncio.Event()

    async def count(_: dict[str, Any]) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 2:
            full.set()
        await full.wait()
        await asyncio.sleep(0.02)
        under_way -= 1
        return web.Response()

    hook.answer = count
    for person in (anna, ben, world.person("Вера"), world.person("Оля")):
        await person.send("/start", quiet=True)
    await raw.call("setWebhook", url=hook.url, max_connections=2)
    await hook.got(4)
    await nothing_pends(raw)
    assert most == 2
    assert (await info(raw))["max_connections"] == 2


async def test_a_press_does_not_wait_for_the_messages_of_its_chat(raw: RawBot, hook: Hook, anna: Person) -> None:
    released = asyncio.Event()

    async def hold_messages(update: dict[str, Any]) -> web.Response:
        if "message" in update:
            await released.wait()
        return web.Response()

    hook.answer = hold_messages
    await raw.call("setWebhook", url=hook.url)
    await anna.send("долгое", quiet=True)
    await hook.got(1)
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]}
    await raw.call("sendMessage", chat_id=anna.id, text="?", reply_markup=keyboard)
    pressing = asyncio.create_task(anna.press("Да"))
    await hook.got(2)
    await raw.call("answerCallbackQuery", callback_query_id=hook.updates[1]["callback_query"]["id"], text="Ага")
    assert (await pressing).text == "Ага"
    released.set()


async def test_a_silent_webhook_and_one_that_is_away(raw: RawBot, hook: Hook, anna: Person) -> None:
    first = asyncio.Event()

    async def hang(_: dict[str, Any]) -> web.Response:
        if not first.is_set():
            first.set()
            await asyncio.sleep(5)
        return web.Response()

    hook.answer = hang
    await raw.call("setWebhook", url=hook.url)
    await anna.send("тишина", quiet=True)
    ids = await hook.got(2)
    assert ids[0] == ids[1]
    assert (await info(raw))["last_error_message"] == "Read timeout expired"
    await raw.call("setWebhook", url="http://127.0.0.1:1/nobody")
    await anna.send("никого", quiet=True)
    assert await the_error(raw) == "Connection refused"
    await raw.call("setWebhook", url="https://example.com/hook")
    assert await the_error(raw) == "The sandbox delivers to this machine alone"


async def test_without_the_webhook_what_was_not_received_can_be_fetched(raw: RawBot, hook: Hook, anna: Person) -> None:
    async def refuse(_: dict[str, Any]) -> web.Response:
        return web.Response(status=503)

    hook.answer = refuse
    await raw.call("setWebhook", url=hook.url)
    await anna.send("раз", quiet=True)
    ids = await hook.got(2)
    await raw.call("deleteWebhook")
    received = len(hook.updates)
    assert [update["update_id"] for update in (await raw.call("getUpdates"))["result"]] == ids[:1]
    await anna.send("два", quiet=True)
    assert len((await raw.call("getUpdates"))["result"]) == 2
    assert len(hook.updates) == received
    hook.answer = fine
    await raw.call("setWebhook", url=hook.url, drop_pending_updates=True)
    await anna.send("три", quiet=True)
    await hook.got(received + 1)
    assert hook.texts()[-1] == "три"


async def test_an_update_past_its_time_is_not_brought(raw: RawBot, hook: Hook, anna: Person, clock: Clock) -> None:
    await anna.send("вчерашнее", quiet=True)
    clock.passes(hours=24)
    await anna.send("сегодняшнее", quiet=True)
    await raw.call("setWebhook", url=hook.url)
    await hook.got(1)
    assert hook.texts() == ["сегодняшнее"]


async def test_kinds_are_chosen_with_the_webhook_too(raw: RawBot, hook: Hook, anna: Person) -> None:
    await raw.call("setWebhook", url=hook.url, allowed_updates=["edited_message"])
    own = await anna.send("не увидит", quiet=True)
    await anna.edit(own, "увидит", quiet=True)
    await hook.got(1)
    assert hook.updates[0]["edited_message"]["text"] == "увидит"


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https:///nowhere", "ftp://127.0.0.1/", "https://example.com:8080/", "https://[::1/"],
)
async def test_an_address_that_telegram_would_not_take(raw: RawBot, url: str) -> None:
    assert (await raw.refusal("setWebhook", url=url)).startswith("Bad Request: bad webhook: ")
    assert (await info(raw))["url"] == ""
