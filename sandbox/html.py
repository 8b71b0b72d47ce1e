"""Telegram's HTML: strict as the real server is, with its error texts and byte offsets."""

import re
from dataclasses import dataclass, field
from typing import Final

from sandbox.errors import BotApiError, bad_request
from sandbox.text import Json, utf16_length
from sandbox.urls import checked_url

SIMPLE: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre",
}  # fmt: skip
TAGS: Final = frozenset(SIMPLE) | {"a", "tg-emoji", "blockquote"}
SPACES: Final = b" \t\r\n\0\v"
NAMED: Final = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
REFERENCE: Final = re.compile(rb"&(?:#x(?P<hex>[0-9A-Fa-f]+)|#(?P<dec>[0-9]+)|(?P<name>[A-Za-z]+));?")
USER_LINK: Final = re.compile(r"tg:(?://)?user\?id=(\d+)$", re.IGNORECASE)


@dataclass(slots=True)
class OpenTag:
    name: str
    argument: str
    offset: int
    begin: int


@dataclass(slots=True)
class HtmlParser:
    """Reads bytes, because Telegram names places by byte."""

    source: bytes
    position: int = 0
    text: list[str] = field(default_factory=list)
    length: int = 0
    entities: list[Json] = field(default_factory=list)
    open_tags: list[OpenTag] = field(default_factory=list)

    def parse(self) -> tuple[str, list[Json]]:
        while self.position < len(self.source):
            if self.source[self.position] == ord("<"):
                if self._at(self.position + 1) == b"/":
                    self._end_tag()
                else:
                    self._start_tag()
            else:
                self._characters()
        if self.open_tags:
            raise fault(f'Can\'t find end tag corresponding to start tag "{self.open_tags[-1].name}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return "".join(self.text), self.entities

    def _at(self, position: int) -> bytes:
        return self.source[position : position + 1]

    def _append(self, text: str) -> None:
        self.text.append(text)
        self.length += utf16_length(text)

    def _characters(self) -> None:
        if self.source[self.position] == ord("&"):
            decoded, end = decode_reference(self.source, self.position)
            if decoded is not None:
                self.position = end
                self._append(decoded)
                return
        end = self.position + 1
        while end < len(self.source) and self.source[end] not in b"<&":
            end += 1
        self._append(self.source[self.position : end].decode())
        self.position = end

    def _skip_spaces(self) -> None:
        while self.position < len(self.source) and self.source[self.position] in SPACES:
            self.position += 1

    def _word(self, stops: bytes) -> bytes:
        start = self.position
        while self.position < len(self.source) and self.source[self.position] not in stops:
            self.position += 1
        return self.source[start : self.position]

    def _start_tag(self) -> None:
        begin = self.position
        self.position += 1
        name = self._word(SPACES + b">").decode().lower()
        if self.position >= len(self.source):
            raise fault(f"Unclosed start tag at byte offset {begin}")
        if name not in TAGS:
            raise fault(f'Unsupported start tag "{name}" at byte offset {begin}')
        argument = ""
        while True:
            self._skip_spaces()
            if self._at(self.position) == b">":
                break
            attribute, value = self._attribute(name, begin)
            argument = tag_argument(name, attribute, value) or argument
        self.position += 1
        if name == "span" and argument != "spoiler":
            raise fault(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.open_tags.append(OpenTag(name, argument, self.length, len(self.text)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        """One attribute, read up to what follows its value; at least one byte follows."""
        name = self._word(SPACES + b"=>").decode().lower()
        if not name:
            if self.position >= len(self.source):
                raise fault(f"Unclosed start tag at byte offset {begin}")
            raise fault(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        if name == "expandable" and tag == "blockquote" and self._at(self.position) != b"=":
            return name, ""
        self._skip_spaces()
        if self._at(self.position) != b"=":
            raise fault(f'Expected equal sign in declaration of an attribute of the tag "{tag}" at byte offset {begin}')
        self.position += 1
        self._skip_spaces()
        if self.position >= len(self.source):
            raise fault(f'Unclosed start tag "{tag}" at byte offset {begin}')
        value = self._quoted() if self._at(self.position) in {b'"', b"'"} else self._token()
        if self.position >= len(self.source):
            raise fault(f"Unclosed start tag at byte offset {begin}")
        return name, value

    def _token(self) -> str:
        start = self.position
        while self._at(self.position).isalnum() or self._at(self.position) in {b".", b"-"}:
            self.position += 1
        end = self._at(self.position)
        if end and end not in SPACES and end != b">":
            raise fault(f"Unexpected end of name token at byte offset {start}")
        return self.source[start : self.position].decode().lower()

    def _quoted(self) -> str:
        quote = self._at(self.position)
        self.position += 1
        value = bytearray()
        while self.position < len(self.source) and self._at(self.position) != quote:
            decoded, end = decode_reference(self.source, self.position)
            if decoded is not None:
                value += decoded.encode()
                self.position = end
            else:
                value += self._at(self.position)
                self.position += 1
        self.position += 1
        return value.decode()

    def _end_tag(self) -> None:
        begin = self.position
        if not self.open_tags:
            raise fault(f"Unexpected end tag at byte offset {begin}")
        self.position += 2
        name = self._word(SPACES + b">").decode().lower()
        self._skip_spaces()
        if self._at(self.position) != b">":
            raise fault(f"Unclosed end tag at byte offset {begin}")
        self.position += 1
        tag = self.open_tags[-1]
        if name and name != tag.name:
            raise fault(f'Unmatched end tag at byte offset {begin}, expected "</{tag.name}>", found "</{name}>"')
        self.open_tags.pop()
        if self.length > tag.offset:
            self._close(tag)

    def _close(self, tag: OpenTag) -> None:
        span: Json = {"offset": tag.offset, "length": self.length - tag.offset}
        if tag.name == "a":
            self._link(tag, span)
        elif tag.name == "tg-emoji":
            if not tag.argument.isdecimal() or int(tag.argument) == 0:
                raise fault("Invalid custom emoji identifier specified")
            self.entities.append({"type": "custom_emoji", **span, "custom_emoji_id": tag.argument})
        elif tag.name == "blockquote":
            self.entities.append({"type": "expandable_blockquote" if tag.argument else "blockquote", **span})
        elif tag.name in {"pre", "code"} and self._is_code_block(tag, span):
            language = tag.argument or self.entities[-1].get("language", "")
            self.entities[-1] = {"type": "pre", **span, "language": language}
        else:
            language = {"language": tag.argument} if tag.name == "code" and tag.argument else {}
            self.entities.append({"type": SIMPLE[tag.name], **span, **language})

    def _is_code_block(self, tag: OpenTag, span: Json) -> bool:
        """`<pre><code class="language-x">` (or the other way round) is one block with a language."""
        if not self.entities:
            return False
        inner = self.entities[-1]
        if (inner["offset"], inner["length"]) != (span["offset"], span["length"]):
            return False
        if tag.name == "pre":
            return inner["type"] == "code" and "language" in inner
        return inner["type"] == "pre" and bool(tag.argument)

    def _link(self, tag: OpenTag, span: Json) -> None:
        address = tag.argument or "".join(self.text[tag.begin :])
        user = USER_LINK.match(address)
        if user:
            self.entities.append({"type": "text_mention", **span, "user": {"id": int(user[1])}})
            return
        # Telegram passes over an anchor whose address is no address: the words stay, the link goes.
        url = checked_url(address)
        if url is not None:
            self.entities.append({"type": "text_link", **span, "url": url})


def fault(text: str) -> BotApiError:
    return bad_request(f"can't parse entities: {text}")


def tag_argument(tag: str, attribute: str, value: str) -> str | None:
    """What an attribute means for its tag; None when it means nothing."""
    if (tag, attribute) in {("a", "href"), ("tg-emoji", "emoji-id")}:
        return value
    if (tag, attribute) == ("code", "class") and value.startswith("language-"):
        return value.removeprefix("language-")
    if (tag, attribute) == ("span", "class") and value.startswith("tg-"):
        return value.removeprefix("tg-")
    if (tag, attribute) == ("blockquote", "expandable"):
        return "expandable"
    return None


def decode_reference(source: bytes, position: int) -> tuple[str | None, int]:
    """The character behind `&…;` and where it ends; (None, position) when it is not one that Telegram knows."""
    match = REFERENCE.match(source, position)
    if match is None:
        return None, position
    if match["name"] is not None:
        character = NAMED.get(match["name"])
        return (character, match.end()) if character else (None, position)
    code = int(match["hex"], 16) if match["hex"] else int(match["dec"])
    digits_end = match.end("hex") if match["hex"] else match.end("dec")
    if code == 0 or code >= 0x10FFFF or digits_end - position >= 10:
        return None, position
    if 0xD800 <= code <= 0xDFFF:
        raise fault(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(code), match.end()


def parse_html(markup: str) -> tuple[str, list[Json]]:
    """The plain text and its entities, unsorted. Raises BotApiError 400 with Telegram's words."""
    return HtmlParser(markup.encode()).parse()
