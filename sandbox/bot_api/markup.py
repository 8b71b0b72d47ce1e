"""Keyboards: their shape, checked as Telegram does, with its error texts."""

from typing import Any

from sandbox.bot_api.parameters import Call
from sandbox.errors import BotApiError, bad_request
from sandbox.limits import (
    BUTTON_COPY_TEXT_CHARACTERS_MAX,
    BUTTONS_MAX,
    CALLBACK_DATA_BYTES_MAX,
    PLACEHOLDER_CHARACTERS_MAX,
)
from sandbox.text import Json
from sandbox.urls import BadUrl, check_url

STYLES = frozenset({"danger", "success", "primary"})
INLINE_FAULT = "can't parse inline keyboard button"
REPLY_FLAGS = ("is_persistent", "resize_keyboard", "one_time_keyboard", "selective")


def read_markup(call: Call, *, inline_only: bool = False) -> Json | None:
    """The reply_markup as a message keeps it; None for none. Raises BotApiError 400."""
    raw = call.json("reply_markup", "can't parse reply keyboard markup JSON object")
    return check_markup(raw, inline_only=inline_only)


def check_markup(raw: Any, *, inline_only: bool = False) -> Json | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    if raw.get("keyboard"):
        markup = reply_keyboard(raw)
    elif raw.get("inline_keyboard"):
        return inline_keyboard(raw["inline_keyboard"])
    elif raw.get("remove_keyboard") is True:
        markup = {"remove_keyboard": True} | flags(raw, ("selective",))
    elif raw.get("force_reply") is True:
        markup = {"force_reply": True} | flags(raw, ("selective",)) | placeholder(raw)
    else:
        # An empty inline keyboard takes the buttons away.
        return None
    if inline_only:
        raise bad_request("inline keyboard expected")
    return markup


def inline_keyboard(rows: Any) -> Json | None:
    checked = [row for row in button_rows(rows, inline_button, "inline_keyboard") if row]
    return {"inline_keyboard": checked} if checked else None


def read_invoice_markup(call: Call, amount: int) -> Json:
    """The keyboard of an invoice for so many Stars: its first button pays. Raises BotApiError 400."""
    raw = call.json("reply_markup", "can't parse reply keyboard markup JSON object")
    if raw is None:
        return pay_keyboard(amount)
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    if not raw.get("inline_keyboard"):
        if any(raw.get(name) for name in ("keyboard", "remove_keyboard", "force_reply")):
            raise bad_request("inline keyboard expected")
        return pay_keyboard(amount)
    rows = [row for row in button_rows(raw["inline_keyboard"], invoice_button, "inline_keyboard") if row]
    pays = [button.get("pay", False) for row in rows for button in row]
    if any(pays[1:]):
        raise bad_request("BUTTON_POS_INVALID")
    if not any(pays):
        raise bad_request("REPLY_MARKUP_BUY_EMPTY")
    return {"inline_keyboard": rows}


def pay_keyboard(amount: int) -> Json:
    """What Telegram puts under an invoice that came without a keyboard."""
    return {"inline_keyboard": [[{"text": f"Pay ⭐️{amount}", "pay": True}]]}


def invoice_button(button: Any) -> Json:
    if isinstance(button, dict) and button.get("pay") is True:
        text, style = button_face(button, INLINE_FAULT)
        return {"text": text, "pay": True} | style
    return inline_button(button)


def button_rows(rows: Any, read: Any, name: str) -> list[list[Json]]:
    if not isinstance(rows, list):
        raise bad_request(f'field "{name}" must be of type Array')
    checked: list[list[Json]] = []
    for row in rows:
        if not isinstance(row, list):
            of = " of the InlineKeyboardMarkup" if name == "inline_keyboard" else ""
            raise bad_request(f'field "{name}"{of} must be an Array of Arrays')
        checked.append([read(button) for button in row])
    if sum(map(len, checked)) > BUTTONS_MAX:
        raise bad_request("reply markup is too long")
    return checked


def inline_button(button: Any) -> Json:
    """One checked button; only fields that Telegram knows are kept."""
    text, style = button_face(button, INLINE_FAULT)
    for name, read in INLINE_ACTIONS.items():
        if name in button and button[name] not in (None, ""):
            return {"text": text, name: read(button[name])} | style
    if button.get("switch_inline_query") == "" or button.get("switch_inline_query_current_chat") == "":
        name = "switch_inline_query" if "switch_inline_query" in button else "switch_inline_query_current_chat"
        return {"text": text, name: ""} | style
    raise bad_request(f"{INLINE_FAULT}: Text buttons are unallowed in the inline keyboard")


def button_face(button: Any, fault: str) -> tuple[str, Json]:
    if not isinstance(button, dict):
        raise bad_request(f"{fault}: expected an Object")
    if "text" not in button:
        raise bad_request(f'{fault}: Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise bad_request(f'{fault}: Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID" if fault == INLINE_FAULT else "text buttons must be non-empty")
    style: Json = {}
    if button.get("style") is not None:
        if button["style"] not in STYLES:
            raise bad_request(f"{fault}: Unsupported style specified")
        style["style"] = button["style"]
    if button.get("icon_custom_emoji_id"):
        style["icon_custom_emoji_id"] = str(button["icon_custom_emoji_id"])
    return button["text"], style


def button_url(value: Any) -> str:
    if not isinstance(value, str):
        raise bad_request(f'{INLINE_FAULT}: Field "url" must be of type String')
    try:
        return check_url(value)
    except BadUrl as error:
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: {error.reason}") from None


def callback_data(value: Any) -> str:
    if not isinstance(value, str):
        raise bad_request(f'{INLINE_FAULT}: Field "callback_data" must be of type String')
    if len(value.encode()) > CALLBACK_DATA_BYTES_MAX:
        raise bad_request("BUTTON_DATA_INVALID")
    return value


def copy_text(value: Any) -> Json:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str):
        raise bad_request(f'{INLINE_FAULT}: Field "copy_text" must be of type Object')
    if not 1 <= len(text) <= BUTTON_COPY_TEXT_CHARACTERS_MAX:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return {"text": text}


def switch_query(value: Any) -> str:
    if not isinstance(value, str):
        raise bad_request(f'{INLINE_FAULT}: Field "switch_inline_query" must be of type String')
    return value


def chosen_chat(value: Any) -> Json:
    if not isinstance(value, dict):
        raise bad_request(f'{INLINE_FAULT}: Field "switch_inline_query_chosen_chat" must be of type Object')
    allowed = [name for name in value if name.startswith("allow_") and value[name]]
    if not allowed:
        raise bad_request("BUTTON_TYPE_INVALID")
    return dict(value)


def web_app(value: Any) -> Json:
    address = value.get("url") if isinstance(value, dict) else None
    if not isinstance(address, str) or not address.startswith("https://"):
        raise bad_request(f"inline keyboard button Web App URL '{address}' is invalid: Only HTTPS links are allowed")
    return {"url": address}


def not_here(value: Any) -> BotApiError:
    raise bad_request("BUTTON_TYPE_INVALID")


# In the order in which Telegram looks for them; Pay and game buttons live only in invoices and games.
INLINE_ACTIONS: dict[str, Any] = {
    "url": button_url,
    "callback_data": callback_data,
    "callback_game": not_here,
    "pay": not_here,
    "copy_text": copy_text,
    "switch_inline_query": switch_query,
    "switch_inline_query_chosen_chat": chosen_chat,
    "switch_inline_query_current_chat": switch_query,
    "web_app": web_app,
}


def reply_keyboard(raw: Json) -> Json:
    rows = button_rows(raw["keyboard"], reply_button, "keyboard")
    return {"keyboard": [row for row in rows if row]} | flags(raw, REPLY_FLAGS) | placeholder(raw)


def reply_button(button: Any) -> Json:
    if isinstance(button, str):
        return {"text": button}
    text, style = button_face(button, "can't parse keyboard button")
    asks = {name: True for name in ("request_contact", "request_location") if button.get(name) is True}
    return {"text": text} | asks | style


def flags(raw: Json, names: tuple[str, ...]) -> Json:
    return {name: True for name in names if raw.get(name) is True}


def placeholder(raw: Json) -> Json:
    text = raw.get("input_field_placeholder")
    if text is None:
        return {}
    if not isinstance(text, str):
        raise bad_request('field "input_field_placeholder" must be of type String')
    if len(text) > PLACEHOLDER_CHARACTERS_MAX:
        raise bad_request("input field placeholder is too long")
    return {"input_field_placeholder": text} if text else {}
