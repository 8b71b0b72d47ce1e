"""Text as a message carries it: parsed, cleaned, trimmed, with entities in UTF-16 offsets."""

import re
from dataclasses import dataclass
from typing import Any, Final

from sandbox.errors import bad_request
from sandbox.html import parse_html
from sandbox.limits import ENTITIES_MAX, MARKUP_BYTES_MAX
from sandbox.text import Json, clean_input, utf16_length
from sandbox.urls import BadUrl, check_url

# Kinds that a bot may give; the others Telegram finds by itself.
GIVEN: Final = frozenset(
    {
        "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "text_mention",
        "custom_emoji", "blockquote", "expandable_blockquote",
    }
)  # fmt: skip
FOUND: Final = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
TOP_DOMAINS: Final = (
    "com|org|net|ru|io|me|app|dev|info|biz|co|ai|gg|tv|to|ly|link|page|site|online|store|shop|blog|club|pro|xyz|"
    "edu|gov|int|eu|uk|us|ua|by|kz|de|fr|it|es|pl|cz|at|ch|nl|be|se|no|fi|dk|ee|lv|lt|ge|am|az|uz|kg|md|tr|il|in|"
    "cn|jp|kr|br|ca|au|nz|su|рф|рус|москва|xn--[a-z0-9-]+"
)
FOUND_PATTERNS: Final = (
    (
        "url",
        re.compile(
            r"(?<![\w@./])(?:https?|ftp)://(?:[^\s/?#<>@\"«»]+@)?(?:localhost|\[[0-9a-f:.]+\]|[\w-]+(?:\.[\w-]+)+)(?::\d+)?"
            r"(?:[/?#][^\s<>\"«»]*)?",
            re.IGNORECASE,
        ),
    ),
    ("email", re.compile(r"(?<![\w.+-])[\w+-]+(?:\.[\w+-]+)*@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)),
    (
        "url",
        re.compile(
            rf"(?<![\w@./#-])(?:[\w-]+\.)+(?:{TOP_DOMAINS})(?![\w-])(?!\.\w)(?::\d+)?(?:[/?#][^\s<>\"«»]*)?",
            re.IGNORECASE,
        ),
    ),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{2,31}(?![\w@])")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z][A-Za-z0-9_]{2,31})?(?![\w/])")),
    ("hashtag", re.compile(r"(?<![\w#&/])#(?=\w*[^\W\d])\w{1,256}(?![\w#])")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])")),
)


@dataclass(frozen=True, slots=True)
class FormattedText:
    text: str
    entities: tuple[Json, ...] = ()

    @property
    def length(self) -> int:
        return utf16_length(self.text)


def format_text(text: str, *, parse_mode: str = "", entities: Any = None) -> FormattedText:
    """What a bot wrote, made into a text and entities.

    parse_mode: empty or HTML. Raises BotApiError 400 with Telegram's words; other modes are refused with words of
    the sandbox's own, because it does not speak them.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MARKUP_BYTES_MAX:
        raise bad_request("text is too long")
    mode = parse_mode.lower()
    if mode in {"markdown", "markdownv2"}:
        raise bad_request(f"the sandbox does not speak parse_mode {parse_mode}: use HTML")
    if mode not in {"", "none", "html"}:
        raise bad_request("unsupported parse_mode")
    if mode == "html":
        plain, given = parse_html(text)
    else:
        plain, given = text, given_entities(entities, utf16_length(text))
    return trimmed(plain, given)


def plain_text(text: str) -> FormattedText:
    """What a person typed."""
    return trimmed(text, [])


def given_entities(raw: Any, length: int) -> list[Json]:
    """Entities that a bot lists by itself; those of kinds that Telegram finds are passed over."""
    if not isinstance(raw, list):
        return []
    kept = []
    for item in raw:
        entity = given_entity(item)
        if entity is None:
            continue
        if entity["offset"] < 0 or entity["length"] < 0 or entity["offset"] + entity["length"] > length:
            raise bad_request(f"entity beginning at UTF-16 offset {entity['offset']} ends after the end of the text")
        if entity["length"]:
            kept.append(entity)
    return kept


def given_entity(item: Any) -> Json | None:
    if not isinstance(item, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    kind, offset, length = item.get("type"), item.get("offset"), item.get("length")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request('can\'t parse MessageEntity: field "offset" must be of type Number')
    if kind in FOUND:
        return None
    if kind not in GIVEN:
        raise bad_request("can't parse MessageEntity: unsupported type specified")
    entity: Json = {"type": kind, "offset": offset, "length": length}
    if kind == "text_link":
        try:
            entity["url"] = check_url(str(item.get("url", "")))
        except BadUrl as error:
            raise bad_request(f"entity URL '{item.get('url', '')}' is invalid: {error.reason}") from None
    elif kind == "text_mention":
        user = item.get("user")
        if not isinstance(user, dict) or not isinstance(user.get("id"), int):
            raise bad_request('can\'t parse MessageEntity: field "user" must be of type Object')
        entity["user"] = {"id": user["id"]}
    elif kind == "custom_emoji":
        entity["custom_emoji_id"] = str(item.get("custom_emoji_id", ""))
    elif kind == "pre" and item.get("language"):
        entity["language"] = str(item["language"])
    return entity


def trimmed(text: str, entities: list[Json]) -> FormattedText:
    """Cleaned and trimmed at both ends, entities clipped to what is left, found ones added."""
    # Cleaning may drop carriage returns, which moves what comes after them.
    if "\r" in text:
        positions = utf16_positions_without(text, "\r")
        entities = [moved(entity, positions) for entity in entities]
    text = clean_input(text)
    stripped = text.lstrip(" \n")
    cut = len(text) - len(stripped)
    stripped = stripped.rstrip(" \n")
    end = utf16_length(stripped)
    kept = [clipped for entity in entities if (clipped := clip(entity, cut, end, stripped)) is not None]
    kept = nested(kept)
    kept += [found for found in found_entities(stripped) if not any(overlaps(found, entity) for entity in kept)]
    return FormattedText(stripped, tuple(sorted(kept, key=place)[:ENTITIES_MAX]))


def utf16_positions_without(text: str, dropped: str) -> list[int]:
    """For each UTF-16 position of the text (and its end), the position once `dropped` is gone."""
    positions: list[int] = []
    new = 0
    for character in text:
        width = 2 if character > "\uffff" else 1
        positions += range(new, new + width)
        new += 0 if character == dropped else width
    return [*positions, new]


def moved(entity: Json, positions: list[int]) -> Json:
    start, end = positions[entity["offset"]], positions[entity["offset"] + entity["length"]]
    return entity | {"offset": start, "length": end - start}


def clip(entity: Json, cut: int, end: int, text: str) -> Json | None:
    """The entity within the trimmed text; None when it covers nothing but spaces."""
    start = max(entity["offset"] - cut, 0)
    stop = min(entity["offset"] + entity["length"] - cut, end)
    raw = text.encode("utf-16-le", "surrogatepass")[start * 2 : stop * 2].decode("utf-16-le", "replace")
    if stop <= start or not raw.strip():
        return None
    return entity | {"offset": start, "length": stop - start}


def place(entity: Json) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


def overlaps(one: Json, other: Json) -> bool:
    """Whether a found entity would cut into a given one that forbids it."""
    if other["type"] in {"bold", "italic", "underline", "strikethrough", "spoiler", "blockquote"}:
        return False
    if other["type"] == "expandable_blockquote":
        return False
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])


def nested(entities: list[Json]) -> list[Json]:
    """Nothing lives inside code, and code cuts the styles around it, as in Telegram."""
    codes = [entity for entity in entities if entity["type"] in {"code", "pre"}]
    styles = {"bold", "italic", "underline", "strikethrough", "spoiler"}
    result = list(codes)
    for entity in entities:
        if entity in codes:
            continue
        if entity["type"] in styles:
            result += without(entity, codes)
        else:
            result.append(entity)
    return unique(sorted(result, key=place))


def without(entity: Json, holes: list[Json]) -> list[Json]:
    start, stop = entity["offset"], entity["offset"] + entity["length"]
    pieces = []
    for hole in sorted(holes, key=place):
        hole_start, hole_stop = hole["offset"], hole["offset"] + hole["length"]
        if hole_stop <= start or hole_start >= stop:
            continue
        if hole_start > start:
            pieces.append(entity | {"offset": start, "length": hole_start - start})
        start = max(start, hole_stop)
    if stop > start:
        pieces.append(entity | {"offset": start, "length": stop - start})
    return pieces


def unique(entities: list[Json]) -> list[Json]:
    result: list[Json] = []
    for entity in entities:
        if entity not in result:
            result.append(entity)
    return result


def found_entities(text: str) -> list[Json]:
    """Addresses, names, tags and commands that Telegram finds in any text, without overlaps."""
    found: list[tuple[int, int, str]] = []
    for kind, pattern in FOUND_PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if kind == "url":
                end = start + len(without_tail(match[0]))
            if not any(start < other_end and other_start < end for other_start, other_end, _ in found):
                found.append((start, end, kind))
    return [
        {"type": kind, "offset": utf16_length(text[:start]), "length": utf16_length(text[start:end])}
        for start, end, kind in sorted(found)
    ]


def without_tail(address: str) -> str:
    """An address without the punctuation of the sentence around it."""
    while address:
        last = address[-1]
        if last in ".,;:!?'\"…*_~`" or (
            last in ")]}" and address.count(last) > address.count("([{"[")]}".index(last)])
        ):
            address = address[:-1]
        else:
            break
    return address
