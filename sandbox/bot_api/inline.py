"""answerInlineQuery: results checked as Telegram checks them."""

import re
from typing import Any

from sandbox.bot_api.content import caption_fields, checked_text
from sandbox.bot_api.markup import check_markup
from sandbox.bot_api.parameters import Call
from sandbox.entities import format_text
from sandbox.errors import bad_request
from sandbox.limits import INLINE_ID_BYTES_MAX, INLINE_OFFSET_BYTES_MAX, INLINE_RESULTS_MAX, START_PAYLOAD_MAX
from sandbox.text import Json
from sandbox.world import World

FAULT = "can't parse inline query result"
# The field that names the content of each kind: by address, or by the id of a file that was sent before.
MEDIA = {
    "photo": ("photo_url", "photo_file_id"),
    "document": ("document_url", "document_file_id"),
    "video": ("video_url", "video_file_id"),
    "gif": ("gif_url", "gif_file_id"),
    "mpeg4_gif": ("mpeg4_url", "mpeg4_file_id"),
    "audio": ("audio_url", "audio_file_id"),
    "voice": ("voice_url", "voice_file_id"),
    "sticker": ("", "sticker_file_id"),
}


async def answer_inline_query(world: World, call: Call) -> bool:
    query_id = call.required_text("inline_query_id")
    raw = call.json("results", "can't parse JSON encoded inline query results")
    if not isinstance(raw, list):
        raise bad_request("expected an Array of inline query results")
    if len(raw) > INLINE_RESULTS_MAX:
        raise bad_request("too many inline query results specified")
    results = [checked_result(world, item) for item in raw]
    if len({result["id"] for result in results}) != len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(call.text("next_offset").encode()) > INLINE_OFFSET_BYTES_MAX:
        raise bad_request("NEXT_OFFSET_INVALID")
    answer: Json = {
        "results": results,
        "next_offset": call.text("next_offset"),
        "is_personal": call.boolean("is_personal"),
        "cache_time": call.integer("cache_time", 300),
    }
    button = read_button(call)
    world.inline.answer(query_id, answer | ({"button": button} if button else {}))
    return True


def read_button(call: Call) -> Json | None:
    button = call.json("button", "can't parse inline query results button JSON object")
    if button is None:
        return None
    fault = "can't parse inline query results button"
    if not isinstance(button, dict):
        raise bad_request(f"{fault}: InlineQueryResultsButton must be an Object")
    if not isinstance(button.get("text"), str) or not button["text"]:
        raise bad_request(f'{fault}: Can\'t find field "text"')
    parameter = button.get("start_parameter")
    if parameter is None:
        if isinstance(button.get("web_app"), dict):
            return {"text": button["text"], "web_app": button["web_app"]}
        raise bad_request(f"{fault}: InlineQueryResultsButton must have exactly one optional field")
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{1,{START_PAYLOAD_MAX}}}", str(parameter)):
        raise bad_request("START_PARAM_INVALID")
    return {"text": button["text"], "start_parameter": parameter}


def checked_result(world: World, raw: Any) -> Json:
    """The result as the bot gave it, plus "message": the fields of the message that choosing it sends."""
    if not isinstance(raw, dict):
        raise bad_request(f"{FAULT}: Inline query result must be an object")
    for name in ("type", "id"):
        if not isinstance(raw.get(name), str):
            raise bad_request(f'{FAULT}: Can\'t find field "{name}"')
    if not 1 <= len(raw["id"].encode()) <= INLINE_ID_BYTES_MAX:
        raise bad_request("RESULT_ID_INVALID")
    kind = raw["type"]
    if kind != "article" and kind not in MEDIA:
        raise bad_request(f'{FAULT}: type "{kind}" is unsupported for the inline query result')
    markup = check_markup(raw.get("reply_markup"), inline_only=True)
    message = article(world, raw) if kind == "article" else media(world, raw)
    return raw | {"message": message | ({"reply_markup": markup} if markup else {})}


def article(world: World, raw: Json) -> Json:
    if not isinstance(raw.get("title"), str) or not raw["title"]:
        raise bad_request(f'{FAULT}: Can\'t find field "title"')
    if not isinstance(raw.get("input_message_content"), dict):
        raise bad_request(f'{FAULT}: Can\'t find field "message_text"')
    return text_content(world, raw["input_message_content"])


def text_content(world: World, content: Json) -> Json:
    text = content.get("message_text")
    if not isinstance(text, str) or not text:
        raise bad_request(f"{FAULT}: Message text is empty")
    formatted = format_text(text, parse_mode=str(content.get("parse_mode") or ""), entities=content.get("entities"))
    options = content.get("link_preview_options")
    return checked_text(world, formatted) | ({"link_preview_options": options} if isinstance(options, dict) else {})


def media(world: World, raw: Json) -> Json:
    if isinstance(raw.get("input_message_content"), dict):
        return text_content(world, raw["input_message_content"])
    address_field, id_field = MEDIA[raw["type"]]
    file_id, address = raw.get(id_field), raw.get(address_field) if address_field else None
    caption = caption_fields(world, raw)
    if isinstance(file_id, str) and file_id:
        known = world.files.media(file_id)
        if known is None or known[0] != raw["type"]:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return {known[0]: known[1]} | caption
    if not isinstance(address, str) or not address:
        raise bad_request(f'{FAULT}: Can\'t find field "{id_field}"')
    # Fetched when it is chosen, as Telegram does.
    return {"address": address} | caption
