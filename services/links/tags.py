"""Tags of links, as they are kept: in small letters, without #, of letters, digits, _ and -."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from services.links.option_errors import TagNotUnderstood, TagTooLong, TooManyTags

MOST_TAGS = 10
MOST_TAG_CHARACTERS = 32
_TAG = re.compile(r"[\w-]+")


def parse_tag(text: str) -> str:
    """One tag as it is kept. Raises TagNotUnderstood and TagTooLong."""
    tag = normalize("NFC", text).strip().lstrip("#").strip().casefold()
    # Some letters are more than one in small ones.
    tag = normalize("NFC", tag)
    if not _TAG.fullmatch(tag) or not any(character.isalnum() for character in tag):
        raise TagNotUnderstood(text.strip())
    if len(tag) > MOST_TAG_CHARACTERS:
        raise TagTooLong(text.strip(), MOST_TAG_CHARACTERS)
    return tag


def parse_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Several tags, each once. Raises TagNotUnderstood, TagTooLong and TooManyTags."""
    tags = tuple(dict.fromkeys(parse_tag(text) for text in texts))
    if len(tags) > MOST_TAGS:
        raise TooManyTags(len(tags), MOST_TAGS)
    return tags


def split_tags(text: str) -> list[str]:
    """Tags as people write several: between commas, on lines of their own, or with spaces between."""
    return re.sub(r"[,;]", " ", text).split()
