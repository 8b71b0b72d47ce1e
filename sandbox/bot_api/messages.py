"""Sending: sendMessage, sendPhoto, sendDocument, sendMediaGroup, sendChatAction."""

from typing import Any

from sandbox.bot_api.content import caption_fields, caption_source, input_media, media_fields, read_text, reply_target
from sandbox.bot_api.markup import read_markup
from sandbox.bot_api.parameters import Call
from sandbox.errors import bad_request
from sandbox.limits import ALBUM_MAX, ALBUM_MIN
from sandbox.text import Json
from sandbox.world import Chat, World, bot_view

ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "record_audio",
        "upload_audio", "upload_document", "choose_sticker", "find_location", "record_video_note",
        "upload_video_note", "cancel",
    }
)  # fmt: skip


def open_chat(world: World, call: Call) -> Chat:
    return world.writable_chat(call.chat_id())


def send(world: World, call: Call, chat: Chat, content: Json) -> Json:
    """Post as the bot, with what every sending method has in common."""
    return send_content(world, call, chat, content, read_markup(call))


def send_content(world: World, call: Call, chat: Chat, content: Json, markup: Json | None) -> Json:
    reply = reply_target(world, call, chat)
    if world.rates is not None:
        world.rates.take(chat.id)
    protected = {"has_protected_content": True} if call.boolean("protect_content") else {}
    keyboard = {"reply_markup": markup} if markup else {}
    return bot_view(world.post(chat, world.public_bot, reply | content | protected | keyboard))


async def send_message(world: World, call: Call) -> Json:
    content = read_text(world, call)
    return send(world, call, open_chat(world, call), content)


async def send_photo(world: World, call: Call) -> Json:
    return await send_media(world, call, "photo")


async def send_document(world: World, call: Call) -> Json:
    return await send_media(world, call, "document")


async def send_media(world: World, call: Call, kind: str) -> Json:
    chat = open_chat(world, call)
    source = caption_source(call)
    caption = caption_fields(world, source)
    media = await media_fields(world, call, kind, call.text(kind), name=kind)
    spoiler = {"has_media_spoiler": True} if source["has_spoiler"] and kind == "photo" else {}
    return send(world, call, chat, media | caption | spoiler)


async def send_media_group(world: World, call: Call) -> list[Json]:
    chat = open_chat(world, call)
    call.required_text("media")
    items = call.json("media", "can't parse media JSON object")
    contents = await album(world, call, items)
    reply = reply_target(world, call, chat)
    if world.rates is not None:
        world.rates.take(chat.id)
    group = {"media_group_id": world.new_album_id()}
    return [bot_view(world.post(chat, world.public_bot, reply | content | group)) for content in contents]


async def album(world: World, call: Call, items: Any) -> list[Json]:
    """The contents of an album's messages; raises BotApiError 400 unless 2–10 that go together."""
    if not isinstance(items, list):
        raise bad_request("expected an Array of InputMedia")
    contents = [await input_media(world, call, item, album=True) for item in items]
    if len(contents) < ALBUM_MIN:
        raise bad_request("message must be non-empty" if not contents else "group send media must have 2-10 items")
    if len(contents) > ALBUM_MAX:
        raise bad_request("too many messages to send as an album")
    kinds = {item["type"] for item in items}
    # Documents and audio keep to themselves; photos and videos mix.
    if kinds & {"document", "audio"} and len(kinds) > 1:
        raise bad_request("Can't use the media of the specified type in the album")
    return contents


async def send_chat_action(world: World, call: Call) -> bool:
    chat = open_chat(world, call)
    action = call.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.events.publish({"kind": "typing", "chat_id": chat.id, "action": action})
    return True
