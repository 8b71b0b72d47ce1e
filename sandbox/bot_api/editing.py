"""Changing and removing what was sent."""

from sandbox.bot_api.content import MEDIA_KINDS, caption_fields, caption_source, input_media, read_text
from sandbox.bot_api.markup import read_invoice_markup, read_markup
from sandbox.bot_api.parameters import Call
from sandbox.errors import bad_request
from sandbox.limits import DELETE_MESSAGES_MAX, DELETE_WITHIN
from sandbox.text import Json
from sandbox.world import Chat, World, bot_view

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
TEXT_FIELDS = frozenset({"text", "entities", "link_preview_options"})
CAPTION_FIELDS = frozenset({"caption", "caption_entities", "show_caption_above_media"})
MEDIA_FIELDS = MEDIA_KINDS | CAPTION_FIELDS | {"has_media_spoiler"}


def find(world: World, call: Call) -> tuple[Chat, Json]:
    """The message that a call edits, by chat and id or by inline_message_id; raises BotApiError 400."""
    inline_message_id = call.text("inline_message_id")
    if inline_message_id and not call.has("chat_id"):
        place = world.inline.place(inline_message_id)
        if place is None:
            raise bad_request("MESSAGE_ID_INVALID")
        chat, message_id = world.chats[place[0]], place[1]
    else:
        chat, message_id = world.writable_chat(call.chat_id()), call.message_id()
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    own = world.is_own(message) or (inline_message_id and "via_bot" in message)
    # What carries a reply keyboard is never edited.
    if not own or "inline_keyboard" not in message.get("reply_markup", {"inline_keyboard": None}):
        raise bad_request("message can't be edited")
    return chat, message


def put(world: World, call: Call, chat: Chat, message: Json, *, dropped: frozenset[str], fields: Json) -> Json | bool:
    """The message with new fields in the place of the dropped ones; inline messages answer True."""
    invoice = message.get("invoice")
    if invoice is None:
        markup = read_markup(call, inline_only=True)
    else:
        markup = read_invoice_markup(call, invoice["total_amount"])
    kept = {name: value for name, value in message.items() if name not in dropped | {"reply_markup"}}
    changed = kept | fields | ({"reply_markup": markup} if markup else {})
    if changed == message:
        raise bad_request(NOT_MODIFIED)
    if world.rates is not None:
        world.rates.take(chat.id)
    # A new keyboard alone leaves no "edited" mark.
    edited = {"edit_date": world.timestamp()} if fields or dropped else {}
    edited_message = world.replace(chat, changed | edited)
    return True if call.text("inline_message_id") and not call.has("chat_id") else bot_view(edited_message)


async def edit_message_text(world: World, call: Call) -> Json | bool:
    content = read_text(world, call)
    chat, message = find(world, call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return put(world, call, chat, message, dropped=TEXT_FIELDS, fields=content)


async def edit_message_caption(world: World, call: Call) -> Json | bool:
    caption = caption_fields(world, caption_source(call))
    chat, message = find(world, call)
    if not MEDIA_KINDS & message.keys():
        raise bad_request("there is no caption in the message to edit")
    return put(world, call, chat, message, dropped=CAPTION_FIELDS, fields=caption)


async def edit_message_media(world: World, call: Call) -> Json | bool:
    """Another media in the same message; a text message may become one with media."""
    call.required_text("media")
    raw = call.json("media", "can't parse input media JSON object")
    find(world, call)
    fields = await input_media(world, call, raw, album=False)
    # Decoding takes a moment in which the message may have changed or gone.
    chat, message = find(world, call)
    if not (MEDIA_KINDS | {"text"}) & message.keys():
        raise bad_request("message can't be edited")
    return put(world, call, chat, message, dropped=TEXT_FIELDS | MEDIA_FIELDS, fields=fields)


async def edit_message_reply_markup(world: World, call: Call) -> Json | bool:
    chat, message = find(world, call)
    return put(world, call, chat, message, dropped=frozenset(), fields={})


def deletable(world: World, chat: Chat, message: Json) -> None:
    """Raises BotApiError 400 for what the bot may not delete."""
    if not world.is_own(message) and not chat.is_private:
        # An ordinary member of a group deletes only its own messages.
        raise bad_request("message can't be deleted")
    if world.timestamp() - message["date"] > DELETE_WITHIN.total_seconds():
        raise bad_request("message can't be deleted for everyone")


async def delete_message(world: World, call: Call) -> bool:
    chat, message_id = world.bot_chat(call.chat_id()), call.message_id()
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to delete not found")
    deletable(world, chat, message)
    world.delete(chat, message_id)
    return True


async def delete_messages(world: World, call: Call) -> bool:
    """Up to 100 at once; those that are gone are passed over."""
    chat = world.bot_chat(call.chat_id())
    call.required_text("message_ids")
    ids = call.json("message_ids", "can't parse message identifiers JSON object")
    if not isinstance(ids, list) or not all(isinstance(item, int) for item in ids):
        raise bad_request("expected an Array of message identifiers")
    if not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > DELETE_MESSAGES_MAX:
        raise bad_request("too many message identifiers specified")
    found = [chat.messages[item] for item in dict.fromkeys(ids) if item in chat.messages]
    for message in found:
        deletable(world, chat, message)
    for message in found:
        world.delete(chat, message["message_id"])
    return True
