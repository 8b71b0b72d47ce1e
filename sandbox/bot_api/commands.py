"""The command list by scope and language, and what else the bot says of itself."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.bot_api.parameters import Call
from sandbox.errors import bad_request
from sandbox.limits import (
    COMMAND_DESCRIPTION_MAX,
    COMMAND_MAX,
    COMMANDS_MAX,
    DESCRIPTION_MAX,
    NAME_MAX,
    SHORT_DESCRIPTION_MAX,
)
from sandbox.profile import BotProfile, Scope
from sandbox.text import Json
from sandbox.world import World

WIDE_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
Method = Callable[[World, Call], Awaitable[Any]]


def read_scope(world: World, call: Call) -> Scope:
    raw = call.json("scope", "can't parse BotCommandScope JSON object")
    if raw is None:
        return ("default",)
    fault = "can't parse BotCommandScope"
    if not isinstance(raw, dict):
        raise bad_request(f"{fault}: BotCommandScope must be an Object")
    kind = raw.get("type")
    if kind in WIDE_SCOPES:
        return (kind,)
    if kind not in {"chat", "chat_administrators", "chat_member"}:
        raise bad_request(f"{fault}: Unsupported type specified")
    chat_id = str(raw.get("chat_id", "")).strip()
    if not chat_id:
        raise bad_request(f"{fault}: Empty chat_id specified")
    chat = world.bot_chat(int(chat_id) if chat_id.removeprefix("-").isdecimal() else chat_id)
    if kind == "chat":
        return ("chat", chat.id)
    if chat.is_private:
        raise bad_request("can't change commands of chat administrators in private chats")
    if kind == "chat_administrators":
        return ("chat_administrators", chat.id)
    user_id = raw.get("user_id")
    if not isinstance(user_id, int) or user_id <= 0:
        raise bad_request(f"{fault}: Invalid user_id specified")
    return ("chat_member", chat.id, user_id)


def read_language(call: Call) -> str:
    language = call.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("LANG_CODE_INVALID")
    return language


def read_command(raw: Any) -> Json:
    fault = "can't parse BotCommand"
    if not isinstance(raw, dict):
        raise bad_request(f"{fault}: expected an Object")
    for name in ("command", "description"):
        if not isinstance(raw.get(name), str):
            raise bad_request(f'{fault}: Can\'t find field "{name}"')
    command, description = raw["command"].removeprefix("/"), raw["description"].strip()
    if not re.fullmatch(rf"[a-z0-9_]{{1,{COMMAND_MAX}}}", command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= COMMAND_DESCRIPTION_MAX:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


async def set_my_commands(world: World, call: Call) -> bool:
    scope, language = read_scope(world, call), read_language(call)
    call.required_text("commands")
    raw = call.json("commands", "can't parse commands JSON object")
    if not isinstance(raw, list):
        raise bad_request("expected an Array of BotCommand")
    if len(raw) > COMMANDS_MAX:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.profile.commands[scope, language] = [read_command(item) for item in raw]
    world.events.publish({"kind": "commands"})
    return True


async def get_my_commands(world: World, call: Call) -> list[Json]:
    return world.profile.commands.get((read_scope(world, call), read_language(call)), [])


async def delete_my_commands(world: World, call: Call) -> bool:
    world.profile.commands.pop((read_scope(world, call), read_language(call)), None)
    world.events.publish({"kind": "commands"})
    return True


def text_methods(
    parameter: str, maximum: int, fault: str, texts: Callable[[BotProfile], dict[str, str]]
) -> tuple[Method, Method]:
    """The setter and the getter of one text of the profile, by language."""

    async def set_text(world: World, call: Call) -> bool:
        text, language = call.text(parameter).strip(), read_language(call)
        if len(text) > maximum:
            raise bad_request(fault)
        if text:
            texts(world.profile)[language] = text
        else:
            texts(world.profile).pop(language, None)
        return True

    async def get_text(world: World, call: Call) -> Json:
        kept = texts(world.profile)
        default = world.bot["first_name"] if parameter == "name" else ""
        return {parameter: kept.get(read_language(call), kept.get("", default))}

    return set_text, get_text


set_my_name, get_my_name = text_methods("name", NAME_MAX, "BOT_TITLE_INVALID", lambda profile: profile.names)
set_my_description, get_my_description = text_methods(
    "description", DESCRIPTION_MAX, "BOT_DESCRIPTION_TOO_LONG", lambda profile: profile.descriptions
)
set_my_short_description, get_my_short_description = text_methods(
    "short_description",
    SHORT_DESCRIPTION_MAX,
    "BOT_SHORT_DESCRIPTION_TOO_LONG",
    lambda profile: profile.short_descriptions,
)


def menu_chat(world: World, call: Call) -> int:
    """The private chat whose button is meant; 0 for the default."""
    if not call.text("chat_id"):
        return 0
    chat = world.bot_chat(call.chat_id())
    if not chat.is_private:
        raise bad_request("chat_id must be the identifier of a private chat")
    return chat.id


async def set_chat_menu_button(world: World, call: Call) -> bool:
    chat_id = menu_chat(world, call)
    button = call.json("menu_button", "can't parse menu button JSON object")
    if button is None:
        button = {"type": "default"}
    if not isinstance(button, dict):
        raise bad_request("can't parse menu button: MenuButton must be an Object")
    if button.get("type") == "web_app":
        if not isinstance(button.get("text"), str) or not isinstance(button.get("web_app"), dict):
            raise bad_request("can't parse menu button: Can't find field \"text\"")
    elif button.get("type") not in {"default", "commands"}:
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    world.profile.menu_buttons[chat_id] = button
    return True


async def get_chat_menu_button(world: World, call: Call) -> Json:
    buttons = world.profile.menu_buttons
    default = buttons.get(0, {"type": "default"})
    return buttons.get(menu_chat(world, call), default)
