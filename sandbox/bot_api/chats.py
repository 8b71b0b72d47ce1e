"""Who and where: getMe, getChat, getChatMember, getChatAdministrators, getChatMemberCount, leaving aside the rest."""

from sandbox.bot_api.parameters import Call
from sandbox.errors import bad_request
from sandbox.text import Json
from sandbox.world import Chat, World


async def get_me(world: World, _: Call) -> Json:
    return world.bot


async def get_chat(world: World, call: Call) -> Json:
    """A ChatFullInfo object with the fields that it always has."""
    chat = world.bot_chat(call.chat_id())
    full = world.chat_json(chat) | {"accent_color_id": abs(chat.id) % 7, "max_reaction_count": 11}
    full["accepted_gift_types"] = {
        "unlimited_gifts": False,
        "limited_gifts": False,
        "unique_gifts": False,
        "premium_subscription": False,
        "gifts_from_channels": False,
    }
    if chat.is_private:
        return full
    permissions = ("can_send_messages", "can_send_photos", "can_send_documents", "can_send_other_messages")
    return full | {"permissions": dict.fromkeys(permissions, True)}


def group(world: World, call: Call) -> Chat:
    chat = world.bot_chat(call.chat_id())
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    return chat


def member_json(world: World, chat: Chat, user_id: int) -> Json:
    """A ChatMember object; raises BotApiError 400 for somebody that Telegram does not know."""
    if user_id == world.bot["id"]:
        return {"status": "member", "user": world.public_bot}
    person = world.people.get(user_id)
    if person is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if user_id == chat.creator:
        return {"status": "creator", "user": person.user(), "is_anonymous": False}
    return {"status": "member" if user_id in chat.members else "left", "user": person.user()}


async def get_chat_member(world: World, call: Call) -> Json:
    return member_json(world, world.bot_chat(call.chat_id()), call.user_id())


async def get_chat_administrators(world: World, call: Call) -> list[Json]:
    chat = group(world, call)
    return [] if chat.creator is None else [member_json(world, chat, chat.creator)]


async def get_chat_member_count(world: World, call: Call) -> int:
    chat = world.bot_chat(call.chat_id())
    return len(chat.members) + 1


async def get_file(world: World, call: Call) -> Json:
    file_id = call.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = world.files.get(file_id)
    if stored is None:
        raise bad_request("invalid file_id")
    return world.files.file_json(stored)


async def set_message_reaction(world: World, call: Call) -> bool:
    """At most one emoji from a bot; shown to people as the message's `reactions`."""
    chat, message_id = world.writable_chat(call.chat_id()), call.message_id()
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to react not found")
    reaction = call.json("reaction", "can't parse reaction types JSON object") or []
    if not isinstance(reaction, list) or not all(isinstance(item, dict) for item in reaction):
        raise bad_request("expected an Array of ReactionType")
    if len(reaction) > 1:
        raise bad_request("too many reactions specified")
    if any(item.get("type") != "emoji" or not item.get("emoji") for item in reaction):
        raise bad_request("REACTION_INVALID")
    kept = {name: value for name, value in message.items() if name != "reactions"}
    world.replace(chat, kept | ({"reactions": [item["emoji"] for item in reaction]} if reaction else {}))
    return True
