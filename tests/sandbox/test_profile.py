"""What the bot says of itself: commands, names, descriptions."""

import pytest
from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    MenuButtonCommands,
)

from sandbox import Person, SandboxClient, SandboxServer
from tests.sandbox.conftest import RawBot


def commands(*names: str) -> list[BotCommand]:
    return [BotCommand(command=name, description=f"про {name}") for name in names]


async def test_the_narrowest_list_in_the_own_language_wins(
    bot: Bot, anna: Person, ben: Person, world: SandboxClient
) -> None:
    await bot.set_my_commands(commands("help"))
    assert list(await anna.commands()) == ["help"]
    await bot.set_my_commands(commands("start"), language_code="ru")
    assert (list(await anna.commands()), list(await ben.commands())) == (["start"], ["help"])
    await bot.set_my_commands(commands("link"), scope=BotCommandScopeAllPrivateChats())
    # A narrower scope wins over the language.
    assert list(await anna.commands()) == ["link"]
    await bot.set_my_commands(commands("mine"), scope=BotCommandScopeChat(chat_id=anna.id))
    assert (list(await anna.commands()), list(await ben.commands())) == (["mine"], ["link"])

    friends = world.group("Друзья")
    assert list(await ben.in_group(friends).commands()) == ["help"]
    await bot.set_my_commands(commands("stats"), scope=BotCommandScopeAllGroupChats())
    await bot.set_my_commands(commands("ban"), scope=BotCommandScopeAllChatAdministrators())
    assert list(await ben.in_group(friends).commands()) == ["stats"]
    assert list(await anna.in_group(friends).commands()) == ["ban"]
    await bot.set_my_commands(commands("own"), scope=BotCommandScopeChatMember(chat_id=friends.id, user_id=anna.id))
    assert list(await anna.in_group(friends).commands()) == ["own"]

    assert [item.command for item in await bot.get_my_commands(language_code="ru")] == ["start"]
    await bot.delete_my_commands(language_code="ru")
    assert await bot.get_my_commands(language_code="ru") == []


async def test_a_switched_language_changes_the_menu(bot: Bot, anna: Person) -> None:
    await bot.set_my_commands(commands("help"))
    await bot.set_my_commands(commands("start"), language_code="ru")
    await anna.speaks("en")
    assert await anna.commands() == {"help": "про help"}


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "a", "description": "x" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "a"}]}, "can't parse BotCommand: Can't find field \"description\""),
        ({"commands": [{"command": f"a{n}", "description": "x"} for n in range(101)]}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": {}}, "expected an Array of BotCommand"),
        ({"commands": "["}, "can't parse commands JSON object"),
        ({"commands": [], "language_code": "russian"}, "LANG_CODE_INVALID"),
        ({"commands": [], "scope": {"type": "galaxy"}}, "can't parse BotCommandScope: Unsupported type specified"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
        ({"commands": [], "scope": {"type": "chat_administrators", "chat_id": 1001}}, "can't change commands of"),
        ({}, 'parameter "commands" is required'),
    ],
)
async def test_commands_are_checked(raw: RawBot, parameters: dict[str, object], sentence: str) -> None:
    assert (await raw.refusal("setMyCommands", **parameters)).startswith(f"Bad Request: {sentence}")


async def test_names_and_descriptions_by_language(bot: Bot, raw: RawBot, server: SandboxServer) -> None:
    me = await bot.get_me()
    assert (me.username, me.supports_inline_queries) == ("toklink_demo_bot", True)
    assert (await bot.get_my_name()).name == "Toklink"
    await bot.set_my_name("Токлинк", language_code="ru")
    await bot.set_my_description("Links")
    await bot.set_my_description("Ссылки", language_code="ru")
    await bot.set_my_short_description("Short")
    assert (await bot.get_my_name(language_code="ru")).name == "Токлинк"
    assert (await bot.get_my_description(language_code="ru")).description == "Ссылки"
    assert (await bot.get_my_description(language_code="de")).description == "Links"
    assert (await bot.get_my_short_description()).short_description == "Short"
    for method, name, maximum in (
        ("setMyName", "name", 64),
        ("setMyDescription", "description", 512),
        ("setMyShortDescription", "short_description", 120),
    ):
        assert (await raw.call(method, **{name: "x" * maximum}))["ok"]
        assert (await raw.refusal(method, **{name: "x" * (maximum + 1)})).startswith("Bad Request: BOT_")


async def test_the_menu_button(bot: Bot, raw: RawBot, anna: Person) -> None:
    assert (await bot.get_chat_menu_button()).type == "default"
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat_menu_button(chat_id=anna.id)).type == "commands"
    assert "unsupported type" in await raw.refusal("setChatMenuButton", menu_button={"type": "lever"})


async def test_reactions(bot: Bot, raw: RawBot, anna: Person) -> None:
    own = await anna.send("/start", quiet=True)
    assert await bot.set_message_reaction(anna.id, own.message_id, reaction=[{"type": "emoji", "emoji": "👍"}])  # type: ignore[list-item]
    await anna._watch.follower.catch_up(timeout=3)
    assert anna.messages()[0].raw["reactions"] == ["👍"]
    refused = await raw.refusal(
        "setMessageReaction",
        chat_id=anna.id,
        message_id=own.message_id,
        reaction=[{"type": "emoji", "emoji": "👍"}] * 2,
    )
    assert refused == "Bad Request: too many reactions specified"
