"""answerCallbackQuery: once, in time."""

import re

from sandbox.bot_api.parameters import Call
from sandbox.errors import BotApiError, bad_request
from sandbox.limits import CALLBACK_TEXT_CHARACTERS_MAX
from sandbox.world import World


async def answer_callback_query(world: World, call: Call) -> bool:
    query_id = call.required_text("callback_query_id")
    text, url = call.text("text"), call.text("url")
    if len(text) > CALLBACK_TEXT_CHARACTERS_MAX:
        raise bad_request("MESSAGE_TOO_LONG")
    if url and not is_own_start_link(url, world.bot["username"]):
        raise bad_request("URL_INVALID")
    try:
        press = world.presses.answer(query_id)
    except BotApiError:
        known = world.presses.get(query_id)
        if known is not None and known.answers > 1:
            world.violations.append(
                f"Press {query_id} (data {known.data!r}) was answered {known.answers} times, not once."
            )
        raise
    world.events.publish(
        {
            "kind": "answered",
            "person_id": press.person_id,
            "callback_query_id": query_id,
            "text": text,
            "show_alert": call.boolean("show_alert"),
            "url": url,
        }
    )
    return True


def is_own_start_link(url: str, username: str) -> bool:
    """Outside games an answer opens nothing but the bot itself."""
    pattern = rf"(?:https?://)?t\.me/{re.escape(username)}\?start=[A-Za-z0-9_-]{{1,64}}|tg://resolve\?domain=.*"
    return re.fullmatch(pattern, url, re.IGNORECASE) is not None
