"""Texts that are longer than Telegram takes, cut where a reader would pause."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final
from unicodedata import combining

from services.language.formats import units

# After parsing, in UTF-16 units.
MOST_IN_TEXT, MOST_IN_CAPTION = 4096, 1024
# Telegram looks at no more than 32 KiB of markup, and leaves out formats after the hundredth, those that it finds
# itself (addresses, mentions) among them.
MOST_MARKUP_BYTES, MOST_FORMATS = 30_000, 60
# A better place for a cut is taken only where it leaves a part of a fair length.
FAIR_SHARE = 1 / 3
# How far a cut steps back in order to keep a character in one piece.
LONGEST_CHARACTER = 32

# A tag (its quoted values may hold ">"), a reference that Telegram knows, or one character.
_PIECE: Final = re.compile(
    r"""(?P<end></[^>]*>)|(?P<start><(?:"[^"]*"|'[^']*'|[^'">])*>)"""
    r"""|(?P<reference>&(?:\#x[0-9A-Fa-f]+|\#[0-9]+|(?:lt|gt|amp|quot)(?![A-Za-z]));?)|(?P<character>.)""",
    re.DOTALL | re.VERBOSE,
)
_NAME: Final = re.compile(r"</?\s*([A-Za-z-]+)")
_JOINERS: Final = frozenset("\u200d\ufe0f\ufe0e")
_SENTENCE_ENDS: Final = frozenset(".!?…")


@dataclass(frozen=True, slots=True, eq=False)
class _Tag:
    """An opened tag; two that read the same are two."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class _Character:
    """One visible character: how it was written, and the tags around it, outermost first."""

    seen: str
    source: str
    tags: tuple[_Tag, ...]

    @property
    def width(self) -> int:
        return units(self.seen)


def visible_length(html: str) -> int:
    """As Telegram counts: after parsing, in UTF-16 units."""
    return sum(character.width for character in _characters(html))


def split(html: str, limit: int = MOST_IN_TEXT) -> list[str]:
    """The text as one or more texts that Telegram takes, in order; only spaces at the cuts are left out.

    Cut between paragraphs if that can be, else between lines, sentences, words; never within a tag, a reference or
    an emoji. Tags that are open at a cut are closed there and opened again in the next part. A text of spaces alone
    has no parts.
    """
    written = list(_characters(html))
    characters = _trimmed(written)
    if characters and _fits(written, limit):
        return [html]
    parts = []
    while characters:
        end = _cut(characters, limit)
        parts.append(_written(_trimmed(characters[:end])))
        characters = _trimmed(characters[end:])
    return parts


def _characters(html: str) -> Iterator[_Character]:
    tags: tuple[_Tag, ...] = ()
    for piece in _PIECE.finditer(html):
        source = piece[0]
        if piece["start"]:
            tags = (*tags, _Tag(_name(source), source))
        elif piece["end"]:
            # An end without a beginning is none; Telegram refuses it anyway.
            tags = tags[:-1] if tags and _name(source) in {tags[-1].name, ""} else tags
        else:
            yield _Character(unescape(source) if piece["reference"] else source, source, tags)


def _name(tag: str) -> str:
    found = _NAME.match(tag)
    return found[1].lower() if found else ""


def _fits(characters: Sequence[_Character], limit: int) -> bool:
    return _most(characters, limit) == len(characters)


def _most(characters: Sequence[_Character], limit: int) -> int:
    """How many of the characters one message takes; at least one."""
    width, markup = 0, 0
    formats: set[int] = set()
    for number, character in enumerate(characters):
        width += character.width
        markup += len(character.source.encode(errors="surrogatepass"))
        for tag in character.tags:
            if id(tag) not in formats:
                formats.add(id(tag))
                markup += len(tag.source.encode(errors="surrogatepass")) + len(tag.name) + 3
        if width > limit or markup > MOST_MARKUP_BYTES or len(formats) > MOST_FORMATS:
            return max(number, 1)
    return len(characters)


def _cut(characters: Sequence[_Character], limit: int) -> int:
    """Where the next part begins: the best place among those that leave this part fair, and no longer than allowed."""
    most = _most(characters, limit)
    if most == len(characters):
        return most
    fair = max(int(most * FAIR_SHARE), 1)
    for is_good in (_paragraph_ends, _line_ends, _sentence_ends, _word_ends):
        place = _last(characters, most, fair, is_good)
        if place:
            return place
    return _last(characters, most, max(most - LONGEST_CHARACTER, 1), _is_whole) or most


def _last(
    characters: Sequence[_Character], most: int, least: int, is_good: Callable[[Sequence[_Character], int], bool]
) -> int:
    """The last place from ``most`` down to ``least`` that is good for a cut; 0 when there is none."""
    return next((place for place in range(most, least - 1, -1) if is_good(characters, place)), 0)


def _paragraph_ends(characters: Sequence[_Character], place: int) -> bool:
    return place + 1 < len(characters) and characters[place].seen == "\n" and characters[place + 1].seen == "\n"


def _line_ends(characters: Sequence[_Character], place: int) -> bool:
    return characters[place].seen == "\n"


def _sentence_ends(characters: Sequence[_Character], place: int) -> bool:
    return characters[place].seen == " " and characters[place - 1].seen in _SENTENCE_ENDS


def _word_ends(characters: Sequence[_Character], place: int) -> bool:
    return characters[place].seen == " "


def _is_whole(characters: Sequence[_Character], place: int) -> bool:
    """Whether no character that people see as one is cut here."""
    before, after = characters[place - 1], characters[place]
    if before.tags and after.tags[: len(before.tags)] == before.tags and before.tags[-1].name == "tg-emoji":
        return False
    if before.seen == "\u200d" or after.seen in _JOINERS or combining(after.seen[0]):
        return False
    # Flags are pairs of letters, and skin tones follow their emoji.
    return not (_is_flag(after.seen) and _is_flag(before.seen)) and not "\U0001f3fb" <= after.seen <= "\U0001f3ff"


def _is_flag(seen: str) -> bool:
    return "\U0001f1e6" <= seen <= "\U0001f1ff"


def _trimmed(characters: list[_Character]) -> list[_Character]:
    """Without the spaces around it, which Telegram leaves out too."""
    start, end = 0, len(characters)
    while start < end and characters[start].seen.isspace():
        start += 1
    while end > start and characters[end - 1].seen.isspace():
        end -= 1
    return characters[start:end]


def _written(characters: Sequence[_Character]) -> str:
    """The characters as HTML again; every tag that is opened is closed."""
    written: list[str] = []
    opened: tuple[_Tag, ...] = ()
    for character in characters:
        if character.tags != opened:
            shared = _shared(opened, character.tags)
            written += [f"</{tag.name}>" for tag in reversed(opened[shared:])]
            written += [tag.source for tag in character.tags[shared:]]
            opened = character.tags
        written.append(character.source)
    written += [f"</{tag.name}>" for tag in reversed(opened)]
    return "".join(written)


def _shared(one: tuple[_Tag, ...], other: tuple[_Tag, ...]) -> int:
    """How many tags from the outermost inwards are the same."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first is not second:
            break
        count += 1
    return count
