"""What a person sees: messages, buttons, answers, as tests speak of them."""

from dataclasses import dataclass, field
from html import escape

from sandbox.text import Json, utf16_length, utf16_slice

MEDIA = ("photo", "document", "video", "voice", "audio", "sticker", "animation")
OTHERS = (
    "location", "contact", "dice", "invoice", "successful_payment", "refunded_payment", "left_chat_member",
    "new_chat_members", "migrate_to_chat_id", "migrate_from_chat_id", "forward_origin",
)  # fmt: skip
TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


@dataclass(frozen=True, slots=True)
class Button:
    """One button; `action` is the field that says what it does (url, callback_data, …; "text" on a reply keyboard)."""

    label: str
    action: str
    value: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stood when it was looked at; `raw` is the Bot API's object."""

    raw: Json = field(repr=False)
    bot_id: int = field(repr=False)
    deleted: bool = False

    def __repr__(self) -> str:
        return f"<Message #{self.message_id} {self.text!r} {self.buttons}>"

    @property
    def message_id(self) -> int:
        return int(self.raw["message_id"])

    @property
    def chat_id(self) -> int:
        return int(self.raw["chat"]["id"])

    @property
    def text(self) -> str:
        """The text, or the caption of media; empty when there is neither."""
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.raw.get("entities") or self.raw.get("caption_entities") or [])

    @property
    def html(self) -> str:
        """The text with its entities as HTML."""
        return to_html(self.text, self.entities)

    @property
    def links(self) -> list[str]:
        """The addresses that the text leads to, found and hidden ones."""
        return [
            str(entity.get("url") or utf16_slice(self.text, entity["offset"], entity["length"]))
            for entity in self.entities
            if entity["type"] in {"url", "text_link"}
        ]

    @property
    def from_bot(self) -> bool:
        return bool(self.raw["from"]["id"] == self.bot_id)

    @property
    def by_bot(self) -> bool:
        """From the bot, or sent by its inline mode."""
        return self.from_bot or self.raw.get("via_bot", {}).get("id") == self.bot_id

    @property
    def photo(self) -> bool:
        return "photo" in self.raw

    @property
    def document(self) -> bool:
        return "document" in self.raw

    @property
    def invoice(self) -> Json | None:
        """What the message sells: {"title", "description", "start_parameter", "currency", "total_amount"}."""
        return self.raw.get("invoice")

    @property
    def payment(self) -> Json | None:
        """What a service message tells of a payment or a refund, with its `telegram_payment_charge_id`."""
        return self.raw.get("successful_payment") or self.raw.get("refunded_payment")

    @property
    def file_name(self) -> str | None:
        """The document's name."""
        name = self.raw.get("document", {}).get("file_name")
        return None if name is None else str(name)

    @property
    def edited(self) -> bool:
        return "edit_date" in self.raw

    @property
    def file_id(self) -> str | None:
        """The largest photo size, or the one file of another kind."""
        kind = next((kind for kind in MEDIA if kind in self.raw), None)
        if kind is None:
            return None
        media = self.raw[kind]
        return str((media[-1] if isinstance(media, list) else media)["file_id"])

    @property
    def rows(self) -> list[list[Button]]:
        """The buttons of an inline keyboard, row by row."""
        rows = self.raw.get("reply_markup", {}).get("inline_keyboard", [])
        return [[read_button(button) for button in row] for row in rows]

    @property
    def buttons(self) -> list[str]:
        """The labels of the inline buttons."""
        return [button.label for row in self.rows for button in row]

    @property
    def reply_keyboard(self) -> list[str] | None:
        """The labels of a reply keyboard; empty when the message takes it away, None when it leaves it alone."""
        markup = self.raw.get("reply_markup", {})
        if markup.get("remove_keyboard"):
            return []
        if "keyboard" not in markup:
            return None
        return [str(button["text"]) for row in markup["keyboard"] for button in row]

    def transcript(self) -> str:
        """The message as lines of a readable chat."""
        who = "bot" if self.from_bot else str(self.raw["from"]["first_name"])
        marks = [kind for kind in (*MEDIA, *OTHERS) if kind in self.raw]
        marks += ["via bot"] if "via_bot" in self.raw else []
        marks += ["edited"] if self.edited else []
        aside = f" ({', '.join(marks)})" if marks else ""
        lines = [f"#{self.message_id} {who}{aside}: " + self.text.replace("\n", "\n" + " " * 6)]
        lines += ["      " + " ".join(f"[{button.label}]" for button in row) for row in self.rows]
        if self.reply_keyboard:
            lines.append("      keyboard: " + " ".join(f"[{label}]" for label in self.reply_keyboard))
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a press: the words of the toast or the alert, or what the button opens or copies by itself."""

    text: str = ""
    show_alert: bool = False
    url: str = ""
    copied: str = ""
    inline_query: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What came of paying: `charge_id` when it went through, `error` when the bot said no."""

    paid: bool
    charge_id: str = ""
    error: str = ""
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class InlineResult:
    raw: Json = field(repr=False)

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def title(self) -> str:
        return str(self.raw.get("title", ""))

    @property
    def description(self) -> str:
        return str(self.raw.get("description", ""))


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """What the bot offers under `@bot query`."""

    query: str
    results: list[InlineResult]
    raw: Json = field(repr=False)

    @property
    def titles(self) -> list[str]:
        return [result.title for result in self.results]

    @property
    def button(self) -> str | None:
        """The label of the button above the results."""
        button = self.raw.get("button")
        return str(button["text"]) if button else None


def read_button(raw: Json) -> Button:
    action = next(name for name in raw if name not in {"text", "style", "icon_custom_emoji_id"})
    value = raw[action]
    if isinstance(value, dict):
        value = value.get("text") or value.get("url") or value.get("query") or ""
    return Button(str(raw["text"]), action, str(value))


def to_html(text: str, entities: list[Json]) -> str:
    """Text and entities as Telegram's HTML; what Telegram finds by itself stays plain."""
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    for entity in sorted(entities, key=lambda item: (item["offset"], -item["length"])):
        tags = entity_tags(entity)
        if tags is not None:
            opening.setdefault(entity["offset"], []).append(tags[0])
            closing.setdefault(entity["offset"] + entity["length"], []).insert(0, tags[1])
    places = sorted({0, utf16_length(text), *opening, *closing})
    parts = []
    for start, end in zip(places, [*places[1:], places[-1]], strict=True):
        parts += [*closing.get(start, []), *opening.get(start, [])]
        parts.append(escape(utf16_slice(text, start, end - start), quote=False))
    return "".join(parts)


def entity_tags(entity: Json) -> tuple[str, str] | None:
    kind = entity["type"]
    if kind == "text_link":
        return f'<a href="{escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    if kind == "pre" and entity.get("language"):
        return f'<pre><code class="language-{escape(entity["language"])}">', "</code></pre>"
    if kind not in TAGS:
        return None
    return f"<{TAGS[kind]}>", f"</{TAGS[kind]}>"
