"""In groups the bot hears only what is meant for it."""

from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup

from sandbox import Person, SandboxClient
from tests.sandbox.conftest import RawBot
from tests.sandbox.test_chatting import Polling


@pytest.fixture
def anna_among_friends(anna: Person, world: SandboxClient) -> Person:
    return anna.in_group(world.group("Друзья"))


async def heard(raw: RawBot) -> list[str]:
    updates: list[dict[str, Any]] = (await raw.call("getUpdates"))["result"]
    return [(update.get("message") or update["edited_message"])["text"] for update in updates]


async def test_chatter_stays_with_people(raw: RawBot, anna_among_friends: Person, ben: Person) -> None:
    await anna_among_friends.send("обычная болтовня", quiet=True)
    await anna_among_friends.send("@toklink_demo_bot привет", quiet=True)
    await anna_among_friends.send("/stats@other_bot", quiet=True)
    own = await anna_among_friends.send("ещё болтовня", quiet=True)
    await anna_among_friends.edit(own, "исправленная болтовня", quiet=True)
    await anna_among_friends.send("/stats", quiet=True)
    await anna_among_friends.send("/stats@Toklink_Demo_Bot name", quiet=True)
    assert await heard(raw) == ["/stats", "/stats@Toklink_Demo_Bot name"]


async def test_answers_to_the_bot_are_heard(bot: Bot, raw: RawBot, anna_among_friends: Person) -> None:
    await bot.send_message(anna_among_friends.chat_id, "Назовите адрес")
    question = await anna_among_friends.sees("Назовите адрес")
    chatter = await anna_among_friends.send("сам с собой", quiet=True)
    await anna_among_friends.send("тоже сам с собой", reply_to=chatter, quiet=True)
    own = await anna_among_friends.send("example.com", reply_to=question, quiet=True)
    await anna_among_friends.edit(own, "example.org", quiet=True)
    assert await heard(raw) == ["example.com", "example.org"]


async def test_groups_count_their_own_messages_and_need_no_start(
    bot: Bot, raw: RawBot, world: SandboxClient, anna: Person
) -> None:
    friends, admins = world.group("Друзья"), world.group("Админы Toklink")
    assert (await bot.send_message(friends.id, "x")).message_id == 1
    sent = await bot.send_message(admins.id, "x")
    assert (sent.message_id, sent.chat.type, sent.chat.title) == (1, "supergroup", "Админы Toklink")
    own = await anna.in_group(friends).send("моё", quiet=True)
    assert await raw.refusal("deleteMessage", chat_id=friends.id, message_id=own.message_id) == (
        "Bad Request: message can't be deleted"
    )


async def test_a_person_sees_only_their_groups(world: SandboxClient, anna: Person) -> None:
    with pytest.raises(AssertionError, match="does not see the chat"):
        await anna.in_group(world.group("Админы Toklink")).send("впустите", quiet=True)


async def test_buttons_work_in_the_admin_group(
    bot: Bot, dispatcher: Dispatcher, polling: Polling, world: SandboxClient
) -> None:
    @dispatcher.callback_query()
    async def take(query: CallbackQuery) -> None:
        await query.answer(f"Взято, {query.from_user.first_name}")

    polling()
    admins = world.group("Админы Toklink")
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Взять", callback_data="take")]])
    await bot.send_message(admins.id, "Ошибка 12ab", reply_markup=keyboard)
    olya = world.person("Оля").in_group(admins)
    assert (await olya.press("Взять")).text == "Взято, Оля"


async def test_members(bot: Bot, raw: RawBot, world: SandboxClient, anna: Person, ben: Person) -> None:
    friends = world.group("Друзья")
    assert (await bot.get_chat_member(friends.id, anna.id)).status == "creator"
    assert (await bot.get_chat_member(friends.id, ben.id)).status == "member"
    assert (await bot.get_chat_member(friends.id, bot.id)).status == "member"
    assert (await bot.get_chat_member(friends.id, 1003)).status == "left"
    assert [item.user.id for item in await bot.get_chat_administrators(friends.id)] == [anna.id]
    assert await bot.get_chat_member_count(friends.id) == 3
    assert (await bot.get_chat(friends.id)).title == "Друзья"
    assert (await bot.get_chat(anna.id)).username == "anna_demo"
    assert await raw.refusal("getChatMember", chat_id=friends.id, user_id=5) == "Bad Request: PARTICIPANT_ID_INVALID"
    assert await raw.refusal("getChatMember", chat_id=friends.id) == "Bad Request: invalid user_id specified"
    assert await raw.refusal("getChat", chat_id=-5) == "Bad Request: chat not found"
