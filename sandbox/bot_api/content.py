"""What a message is made of: texts, captions, media, and what it answers to."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from sandbox.bot_api.parameters import Call
from sandbox.entities import FormattedText, format_text
from sandbox.errors import bad_request
from sandbox.files import Upload
from sandbox.limits import CAPTION_MAX, PHOTO_BYTES_MAX, TEXT_MAX, UPLOAD_BYTES_MAX
from sandbox.text import Json
from sandbox.world import Chat, World

MEDIA_KINDS = frozenset({"photo", "document", "video", "animation", "audio"})
FETCH_SECONDS = 10


def read_text(world: World, call: Call) -> Json:
    """The fields of a text message: text, entities, link_preview_options."""
    text = call.text("text")
    if not text:
        raise bad_request("message text is empty")
    entities = call.json("entities", "can't parse entities JSON object")
    formatted = format_text(text, parse_mode=call.text("parse_mode"), entities=entities)
    return checked_text(world, formatted) | link_preview(call)


def checked_text(world: World, formatted: FormattedText) -> Json:
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if formatted.length > TEXT_MAX:
        raise bad_request("message is too long")
    return {"text": formatted.text} | entity_field(world, "entities", formatted)


def entity_field(world: World, name: str, formatted: FormattedText) -> Json:
    """The entities with whole users in mentions; a mention of somebody unknown is left out, as by Telegram."""
    kept = []
    for entity in formatted.entities:
        if entity["type"] == "text_mention":
            person = world.people.get(entity["user"]["id"])
            if person is None:
                continue
            kept.append(entity | {"user": person.user()})
        else:
            kept.append(entity)
    return {name: kept} if kept else {}


def caption_fields(world: World, source: Json) -> Json:
    """caption, caption_entities and show_caption_above_media out of a call's or an InputMedia's fields."""
    caption = source.get("caption") or ""
    if not isinstance(caption, str):
        raise bad_request('field "caption" must be of type String')
    formatted = format_text(
        caption, parse_mode=str(source.get("parse_mode") or ""), entities=source.get("caption_entities")
    )
    if formatted.length > CAPTION_MAX:
        raise bad_request("message caption is too long")
    if not formatted.text:
        return {}
    above = {"show_caption_above_media": True} if source.get("show_caption_above_media") is True else {}
    return {"caption": formatted.text} | entity_field(world, "caption_entities", formatted) | above


def caption_source(call: Call) -> Json:
    """A call's caption parameters in the shape of an InputMedia."""
    return {
        "caption": call.text("caption"),
        "parse_mode": call.text("parse_mode"),
        "caption_entities": call.json("caption_entities", "can't parse entities JSON object"),
        "show_caption_above_media": call.boolean("show_caption_above_media"),
        "has_spoiler": call.boolean("has_spoiler"),
    }


def link_preview(call: Call) -> Json:
    options = call.json("link_preview_options", "can't parse link preview options JSON object")
    if options is None:
        return {"link_preview_options": {"is_disabled": True}} if call.boolean("disable_web_page_preview") else {}
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    for name in ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text"):
        if not isinstance(options.get(name, False), bool):
            raise bad_request(f'field "{name}" must be of type Boolean')
    known = ("is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text")
    shown = {name: options[name] for name in known if options.get(name)}
    return {"link_preview_options": shown} if shown else {}


def reply_target(world: World, call: Call, chat: Chat) -> Json:
    """{"reply_to_message": …} for what the message answers to; raises BotApiError 400 when it is gone."""
    raw = call.json("reply_parameters", "can't parse reply parameters JSON object")
    if raw is None:
        wanted: Any = call.integer("reply_to_message_id")
        missing_is_fine = call.boolean("allow_sending_without_reply")
    else:
        if not isinstance(raw, dict):
            raise bad_request("object expected as reply parameters")
        if not raw:
            return {}
        wanted, missing_is_fine = raw.get("message_id"), raw.get("allow_sending_without_reply") is True
        if not isinstance(wanted, int):
            raise bad_request('can\'t find field "message_id"')
        if raw.get("chat_id") not in (None, chat.id, str(chat.id)):
            raise bad_request("the sandbox answers only within one chat")
    if wanted <= 0:
        return {}
    message = chat.messages.get(wanted)
    if message is None:
        if missing_is_fine:
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {name: value for name, value in message.items() if name != "reply_to_message"}}


async def media_fields(world: World, call: Call, kind: str, reference: str, *, name: str) -> Json:
    """The media field of a message, `{"photo": […]}` or another kind, from a file, an id or a loopback address.

    name: the parameter that carries the file itself when `reference` is empty.
    """
    upload = call.attached(reference) if reference else call.files.get(name)
    if upload is None and reference.startswith(("http://", "https://")):
        upload = await fetch_local(reference)
    if upload is not None:
        return await uploaded_media(world, kind, upload)
    if not reference:
        raise bad_request(f"there is no {kind} in the request")
    if reference.startswith("attach://"):
        raise bad_request("media not found")
    known = world.files.media(reference)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if known[0] != kind:
        raise bad_request(f"can't use file of type {known[0].capitalize()} as {kind.capitalize()}")
    return {kind: known[1]}


async def uploaded_media(world: World, kind: str, upload: Upload) -> Json:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        if len(upload.content) > PHOTO_BYTES_MAX:
            raise bad_request("too big Photo")
        return {"photo": await world.files.add_photo(upload)}
    if len(upload.content) > UPLOAD_BYTES_MAX:
        raise bad_request("too big file")
    if kind == "document":
        return {"document": world.files.add_document(upload)}
    return {kind: world.files.add_other(kind, upload)}


async def fetch_local(address: str) -> Upload:
    """A file by its address; a local Telegram reaches this machine alone."""
    if not is_loopback(urlsplit(address).hostname or ""):
        raise bad_request("failed to get HTTP URL content")
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(address) as answer:
            answer.raise_for_status()
            content = await answer.content.read(UPLOAD_BYTES_MAX + 1)
            return Upload(urlsplit(address).path.rpartition("/")[2] or "file", content, answer.content_type)
    except (aiohttp.ClientError, TimeoutError):
        raise bad_request("failed to get HTTP URL content") from None


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def input_media(world: World, call: Call, raw: Any, *, album: bool) -> Json:
    """The fields of a message out of an InputMedia object."""
    if not isinstance(raw, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind, reference = raw.get("type"), raw.get("media")
    if kind not in MEDIA_KINDS:
        raise bad_request(f'can\'t parse InputMedia: type "{kind}" is unsupported')
    if album and kind == "animation":
        raise bad_request("can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup")
    if not isinstance(reference, str) or not reference:
        raise bad_request("can't parse InputMedia: media not found")
    fields = await media_fields(world, call, kind, reference, name=kind)
    spoiler = {"has_media_spoiler": True} if raw.get("has_spoiler") is True and kind != "document" else {}
    return fields | caption_fields(world, raw) | spoiler
