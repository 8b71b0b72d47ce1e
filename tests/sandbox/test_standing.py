"""People who block the bot, accounts that end, and groups that throw it out, take it in or move."""

from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramMigrateToChat
from aiogram.filters import KICKED, MEMBER, ChatMemberUpdatedFilter
from aiogram.types import BufferedInputFile, ChatMemberUpdated, Message

from sandbox import Person, SandboxClient, SandboxRefused, SandboxServer
from sandbox.files import made_up
from sandbox.people import Account, Group
from tests.sandbox.conftest import TOKEN, Clock, RawBot
from tests.sandbox.test_chatting import Polling

BLOCKED = "Forbidden: bot was blocked by the user"


async def kinds(raw: RawBot) -> list[str]:
    """The kinds of the updates that wait."""
    updates: list[dict[str, Any]] = (await raw.call("getUpdates"))["result"]
    return [next(iter(update.keys() - {"update_id"})) for update in updates]


async def test_somebody_blocks_the_bot_and_lets_it_in_again(
    bot: Bot, dispatcher: Dispatcher, polling: Polling, anna: Person, world: SandboxClient
) -> None:
    heard: list[str] = []

    @dispatcher.my_chat_member(ChatMemberUpdatedFilter(MEMBER >> KICKED))
    async def gone(event: ChatMemberUpdated) -> None:
        heard.append(f"{event.from_user.first_name} ушла из {event.chat.type}")

    @dispatcher.my_chat_member(ChatMemberUpdatedFilter(KICKED >> MEMBER))
    async def back(event: ChatMemberUpdated) -> None:
        heard.append(f"{event.from_user.first_name} вернулась")

    @dispatcher.message()
    async def greet(message: Message) -> None:
        await message.answer(f"{message.text}: {', '.join(heard)}")

    polling()
    await anna.send("/start")
    await anna.blocks_bot()
    with pytest.raises(TelegramForbiddenError, match=BLOCKED):
        await bot.send_message(anna.id, "слышно?")
    with pytest.raises(SandboxRefused, match="must unblock it first"):
        await anna.send("привет", quiet=True)
    await anna.unblocks_bot()
    assert (await anna.send("снова")).text == "снова: Анна ушла из private, Анна вернулась"
    await bot.send_message(anna.id, "слышно!")
    await anna.sees("слышно!")


async def test_every_way_of_writing_to_somebody_who_blocked_the_bot_is_refused(
    bot: Bot, raw: RawBot, anna: Person, world: SandboxClient
) -> None:
    await anna.send("/start", quiet=True)
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]}
    body = await raw.call("sendMessage", chat_id=anna.id, text="было", reply_markup=keyboard)
    sent = body["result"]["message_id"]
    await anna.sees("было")
    await anna.blocks_bot()
    picture = BufferedInputFile(made_up("sticker").content, "picture.webp")
    with pytest.raises(TelegramForbiddenError, match=BLOCKED):
        await bot.send_photo(anna.id, picture)
    for method, parameters in (
        ("sendChatAction", {"action": "typing"}),
        ("editMessageText", {"message_id": sent, "text": "стало"}),
        ("setMessageReaction", {"message_id": sent}),
    ):
        assert await raw.refusal(method, chat_id=anna.id, **parameters) == BLOCKED
    assert (await raw.call("getChat", chat_id=anna.id))["ok"]
    assert (await raw.call("deleteMessage", chat_id=anna.id, message_id=sent))["ok"]
    with pytest.raises(SandboxRefused, match="must unblock it first"):
        await anna.press_data("yes", on=anna.messages()[-1])
    with pytest.raises(SandboxRefused, match="has blocked the bot"):
        await anna.blocks_bot()


async def test_starting_a_blocked_bot_unblocks_it(raw: RawBot, anna: Person) -> None:
    await anna.blocks_bot()
    await anna.start("link_1", quiet=True)
    assert await kinds(raw) == ["my_chat_member", "my_chat_member", "message"]
    with pytest.raises(SandboxRefused, match="has not blocked the bot"):
        await anna.unblocks_bot()
    assert (await raw.call("sendMessage", chat_id=anna.id, text="x"))["ok"]


async def test_a_deleted_account_is_silent_and_unreachable(raw: RawBot, anna: Person, world: SandboxClient) -> None:
    await anna.send("/start", quiet=True)
    await anna.deletes_account()
    assert await raw.refusal("sendMessage", chat_id=anna.id, text="x") == "Forbidden: user is deactivated"
    for deed in (anna.send("x", quiet=True), anna.blocks_bot(), anna.in_group(world.group("Друзья")).kicks_bot()):
        with pytest.raises(SandboxRefused, match="is deactivated"):
            await deed
    assert await kinds(raw) == ["message"]
    await anna.restores_account()
    assert (await raw.call("sendMessage", chat_id=anna.id, text="x"))["ok"]


async def test_a_group_throws_the_bot_out_and_takes_it_in_again(
    raw: RawBot, anna: Person, ben: Person, world: SandboxClient
) -> None:
    friends = world.group("Друзья")
    with pytest.raises(SandboxRefused, match="Only the group's owner"):
        await ben.in_group(friends).kicks_bot()
    await anna.in_group(friends).kicks_bot()
    for method, parameters in (("sendMessage", {"text": "x"}), ("getChat", {}), ("getChatMemberCount", {})):
        assert await raw.refusal(method, chat_id=friends.id, **parameters) == (
            "Forbidden: bot was kicked from the supergroup chat"
        )
    await ben.in_group(friends).send("/stats", quiet=True)
    updates = (await raw.call("getUpdates"))["result"]
    assert [update.get("my_chat_member", {}).get("new_chat_member", {}).get("status") for update in updates] == [
        "kicked",
        None,
    ]
    assert updates[1]["message"]["left_chat_member"]["is_bot"]
    await ben.in_group(friends).adds_bot()
    assert (await raw.call("sendMessage", chat_id=friends.id, text="снова тут"))["ok"]
    await ben.in_group(friends).sees("снова тут")
    updates = (await raw.call("getUpdates", offset=updates[1]["update_id"] + 1))["result"]
    assert updates[0]["my_chat_member"]["from"]["first_name"] == "Бен"
    assert updates[1]["message"]["new_chat_members"][0]["username"] == "toklink_demo_bot"
    with pytest.raises(SandboxRefused, match="in this group already"):
        await ben.in_group(friends).adds_bot()
    with pytest.raises(SandboxRefused, match="That is no group"):
        await ben.kicks_bot()


async def test_an_ordinary_group_becomes_a_supergroup(clock: Clock) -> None:
    people = [Account(1, "Оля"), Account(2, "Петя")]
    groups = [Group(-500, "Команда", (1, 2), creator=1, kind="group")]
    async with (
        SandboxServer(TOKEN, now=clock, people=people, groups=groups) as server,
        SandboxClient(server.url, timeout=3) as world,
    ):
        bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(server.url)))
        olya = world.person("Оля")
        team = world.group("Команда")
        await bot.send_message(olya.in_group(team).chat_id, "до переезда")
        assert (await bot.get_chat(team.id)).type == "group"
        new = await olya.in_group(team).migrates_group()
        with pytest.raises(TelegramMigrateToChat) as refused:
            await bot.send_message(team.id, "не туда")
        assert refused.value.migrate_to_chat_id == new.id == world.group("Команда").id
        assert (await bot.get_chat(new.id)).type == "supergroup"
        # The new group counts its messages anew: the first one says where it came from.
        assert (await bot.send_message(new.id, "после")).message_id == 2
        updates = [update.message for update in await bot.get_updates() if update.message]
        assert [(message.migrate_to_chat_id, message.migrate_from_chat_id) for message in updates] == [
            (new.id, None),
            (None, team.id),
        ]
        with pytest.raises(SandboxRefused, match="goes on as"):
            await olya.in_group(team).send("кто тут?", quiet=True)
        await (await bot.session.create_session()).close()  # type: ignore[attr-defined]
