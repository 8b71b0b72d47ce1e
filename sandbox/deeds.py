"""What a person can do in the sandbox, and what the bot learns of it."""

import asyncio
import re
from typing import Final

from sandbox import standing
from sandbox.bot_api.content import fetch_local
from sandbox.entities import FormattedText, plain_text
from sandbox.errors import PeopleError
from sandbox.files import Upload, made_up
from sandbox.limits import (
    CALLBACK_LIFETIME,
    CAPTION_MAX,
    INLINE_LIFETIME,
    INLINE_QUERY_CHARACTERS_MAX,
    MESSAGE_UPDATE_LIFETIME,
    PHOTO_BYTES_MAX,
    START_PAYLOAD_MAX,
    TEXT_MAX,
    UPLOAD_BYTES_MAX,
)
from sandbox.text import Json
from sandbox.world import Chat, World, bot_view

INLINE_WAIT_SECONDS: Final = 10.0
FILE_KINDS: Final = frozenset({"photo", "document", "voice", "video", "sticker", "audio"})


def deliver(world: World, chat: Chat, person_id: int, content: Json) -> Json:
    """Post a person's message and queue it for the bot: {"message", "update_id"} (null when the bot gets none)."""
    person = world.person(person_id)
    if chat.is_private:
        person.started = True
    message = world.post(chat, person.user(), content)
    return {"message": message, "update_id": world.tell_bot("message", chat, message)}


def typed(text: str) -> FormattedText:
    formatted = plain_text(text)
    if not formatted.text:
        raise PeopleError("Nothing was written.")
    if formatted.length > TEXT_MAX:
        raise PeopleError(f"A message has at most {TEXT_MAX} characters.")
    return formatted


def text_fields(formatted: FormattedText) -> Json:
    return {"text": formatted.text} | ({"entities": list(formatted.entities)} if formatted.entities else {})


def send(world: World, person_id: int, chat_id: int, text: str, *, reply_to: int | None = None) -> Json:
    chat = world.active_chat(person_id, chat_id)
    reply: Json = {}
    if reply_to is not None:
        target = chat.messages.get(reply_to)
        if target is None:
            raise PeopleError("The message to answer is gone.", status=404)
        reply = {"reply_to_message": {name: value for name, value in target.items() if name != "reply_to_message"}}
    return deliver(world, chat, person_id, reply | text_fields(typed(text)))


def start(world: World, person_id: int, payload: str) -> Json:
    if payload and not re.fullmatch(rf"[A-Za-z0-9_-]{{1,{START_PAYLOAD_MAX}}}", payload):
        raise PeopleError(f"A start payload has 1 to {START_PAYLOAD_MAX} of A-Z, a-z, 0-9, _ and -.")
    if world.person(person_id).blocked:
        # The button that starts a blocked bot again unblocks it.
        standing.unblock(world, person_id)
    return send(world, person_id, person_id, f"/start {payload}".strip())


async def send_file(
    world: World, person_id: int, chat_id: int, *, kind: str, upload: Upload, caption: str = ""
) -> Json:
    chat = world.active_chat(person_id, chat_id)
    if kind not in FILE_KINDS:
        raise PeopleError(f"Files are sent as one of: {', '.join(sorted(FILE_KINDS))}.")
    if not upload.content:
        raise PeopleError("The file is empty.")
    if len(upload.content) > (PHOTO_BYTES_MAX if kind == "photo" else UPLOAD_BYTES_MAX):
        raise PeopleError("The file is too big.", status=413)
    formatted = plain_text(caption)
    if formatted.length > CAPTION_MAX:
        raise PeopleError(f"A caption has at most {CAPTION_MAX} characters.")
    content: Json = {}
    if formatted.text:
        content["caption"] = formatted.text
        if formatted.entities:
            content["caption_entities"] = list(formatted.entities)
    if kind == "photo":
        media: Json = {"photo": await world.files.add_photo(upload)}
    elif kind == "document":
        media = {"document": world.files.add_document(upload)}
    else:
        media = {kind: world.files.add_other(kind, upload)}
    return deliver(world, chat, person_id, media | content)


async def send_other(world: World, person_id: int, chat_id: int, kind: str) -> Json:
    """Something made up, for trying what the bot says to what it cannot read."""
    chat = world.active_chat(person_id, chat_id)
    if kind in {"sticker", "voice"}:
        return await send_file(world, person_id, chat_id, kind=kind, upload=made_up(kind))
    person = world.person(person_id)
    contents: dict[str, Json] = {
        "location": {"location": {"latitude": 55.751244, "longitude": 37.618423}},
        "contact": {"contact": {"phone_number": "+79990000000", "first_name": person.first_name, "user_id": person.id}},
        "dice": {"dice": {"emoji": "🎲", "value": 4}},
    }
    if kind not in contents:
        raise PeopleError(f"There is nothing of the kind {kind} to send.")
    return deliver(world, chat, person_id, contents[kind])


def edit(world: World, person_id: int, chat_id: int, message_id: int, text: str) -> Json:
    chat = world.active_chat(person_id, chat_id)
    message = chat.messages.get(message_id)
    if message is None:
        raise PeopleError("That message is gone.", status=404)
    if message["from"]["id"] != person_id or "text" not in message or "via_bot" in message:
        raise PeopleError("Only one's own texts can be edited.")
    kept = {name: value for name, value in message.items() if name != "entities"}
    changed = kept | text_fields(typed(text))
    if changed == message:
        raise PeopleError("Nothing was changed.")
    edited = world.replace(chat, changed | {"edit_date": world.timestamp()})
    return {"message": edited, "update_id": world.tell_bot("edited_message", chat, edited)}


def has_button(message: Json, data: str) -> bool:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button.get("callback_data") == data for row in rows for button in row)


def press(world: World, person_id: int, chat_id: int, message_id: int, data: str, *, forged: bool) -> Json:
    """Press a button; forged, any data on any message that is or was there, as a forger's client would."""
    chat = world.active_chat(person_id, chat_id)
    message = chat.messages.get(message_id)
    if not forged:
        if message is None:
            raise PeopleError("That message is gone.", status=404)
        if not has_button(message, data):
            raise PeopleError("That message has no such button now.", status=409)
    if not 1 <= len(data.encode()) <= 64:
        raise PeopleError("The data of a button has 1 to 64 bytes.")
    pressed = world.presses.add(person_id=person_id, chat_id=chat_id, message_id=message_id, data=data)
    query: Json = {
        "id": pressed.query_id,
        "from": world.person(person_id).user(),
        "chat_instance": str(-7_000_000_000_000_000_000 + abs(chat_id)),
        "data": data,
    }
    if message is not None and "via_bot" in message:
        query["inline_message_id"] = inline_id_of(world, chat_id, message_id)
    elif message is not None:
        query["message"] = bot_view(message)
    else:
        # What Telegram tells of a message that was deleted: where it was, and no more.
        query["message"] = {"chat": world.chat_json(chat), "message_id": message_id, "date": 0}
    update_id = world.updates.push("callback_query", query, CALLBACK_LIFETIME) if chat.has_bot else None
    pressed.delivered = update_id is not None
    return {"callback_query_id": pressed.query_id, "update_id": update_id}


def inline_id_of(world: World, chat_id: int, message_id: int) -> str:
    found = world.inline.id_at(chat_id, message_id)
    if found is None:
        raise PeopleError("That message has no buttons that the bot would hear of.")
    return found


async def ask_inline(world: World, person_id: int, chat_id: int, query: str, offset: str) -> Json:
    """Ask the bot as one types `@bot query`; raises PeopleError 504 when it stays silent."""
    chat = world.active_chat(person_id, chat_id)
    if len(query) > INLINE_QUERY_CHARACTERS_MAX:
        raise PeopleError(f"An inline query has at most {INLINE_QUERY_CHARACTERS_MAX} characters.")
    asked = world.inline.add(person_id, query)
    body: Json = {
        "id": asked.query_id,
        "from": world.person(person_id).user(),
        "query": query,
        "offset": offset,
        "chat_type": "sender" if chat.is_private else chat.kind,
    }
    world.updates.push("inline_query", body, INLINE_LIFETIME)
    done, _ = await asyncio.wait({asked.answer}, timeout=INLINE_WAIT_SECONDS)
    if not done or asked.answer.cancelled():
        raise PeopleError("The bot did not answer.", status=504)
    answer = asked.answer.result()
    shown = [{name: value for name, value in result.items() if name != "message"} for result in answer["results"]]
    return answer | {"results": shown}


async def choose(world: World, person_id: int, chat_id: int, query: str, result_id: str) -> Json:
    """Send a result of the newest answer to this query."""
    chat = world.active_chat(person_id, chat_id)
    result = world.inline.result(person_id, query, result_id)
    if result is None:
        raise PeopleError("That result is not there to choose.", status=404)
    content = dict(result["message"])
    address = content.pop("address", None)
    if address is not None:
        upload = await fetch_local(address)
        if result["type"] == "photo":
            content["photo"] = await world.files.add_photo(upload)
        else:
            content["document"] = world.files.add_document(upload)
    answer = deliver(world, chat, person_id, content | {"via_bot": world.public_bot})
    feedback: Json = {"result_id": result_id, "from": world.person(person_id).user(), "query": query}
    if "reply_markup" in content:
        feedback["inline_message_id"] = world.inline.remember(chat_id, answer["message"]["message_id"])
    if world.inline_feedback:
        world.updates.push("chosen_inline_result", feedback, MESSAGE_UPDATE_LIFETIME)
    return answer


def speak(world: World, person_id: int, language_code: str) -> Json:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", language_code):
        raise PeopleError("A language code looks like ru or pt-br.")
    world.person(person_id).language_code = language_code
    world.events.publish({"kind": "language", "person_id": person_id, "language_code": language_code})
    return {"person_id": person_id, "language_code": language_code}
