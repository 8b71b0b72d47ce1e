"""Aliases: slugs that people choose. Which may be, and which look like one another."""

import re
from unicodedata import normalize

from services.links.option_errors import AliasLength, AliasMixed, AliasNotUnderstood, AliasReserved
from services.links.slugs import RESERVED

LEAST_CHARACTERS, MOST_CHARACTERS = 3, 64
_CYRILLIC = "а-яёђѓєѕіїјљњћќўџґ"
_ALIAS = re.compile(rf"[0-9a-z{_CYRILLIC}_-]+", re.IGNORECASE)
_LATIN_LETTER = re.compile(r"[a-z]", re.IGNORECASE)
_CYRILLIC_LETTER = re.compile(rf"[{_CYRILLIC}]", re.IGNORECASE)
# What an eye in a hurry takes other characters for, in small letters: after Unicode's technical standard 39 on
# confusable characters, and by how the capital letters of each look.
_LOOKS_LIKE = {
    "a": "а",
    "b": "вь",
    "c": "с",
    "e": "еёє",
    "h": "нћђ",
    "j": "ј",
    "k": "кќ",
    "l": "1iії",
    "m": "м",
    "n": "п",
    "o": "0о",
    "p": "р",
    "r": "гґ",
    "s": "ѕ",
    "t": "т",
    "u": "џ",
    "x": "х",
    "y": "уў",
    "3": "з",
    "6": "б",
    "-": "_",
}
_TAKEN_FOR = str.maketrans({other: seen for seen, others in _LOOKS_LIKE.items() for other in others})
_PAIRS = (("rn", "m"), ("vv", "w"))


def parse_alias(text: str) -> str:
    """The alias as it is kept. Raises AliasLength, AliasNotUnderstood, AliasMixed and AliasReserved."""
    alias = normalize("NFC", text.strip())
    if not _ALIAS.fullmatch(alias):
        raise AliasNotUnderstood(alias)
    if not LEAST_CHARACTERS <= len(alias) <= MOST_CHARACTERS:
        raise AliasLength(len(alias), LEAST_CHARACTERS, MOST_CHARACTERS)
    if _LATIN_LETTER.search(alias) and _CYRILLIC_LETTER.search(alias):
        raise AliasMixed(alias)
    if skeleton(alias) in _RESERVED:
        raise AliasReserved(alias)
    return alias


def skeleton(slug: str) -> str:
    """What slugs that look alike have in common, at most as long as the slug: ``PayPa1`` and ``рауpal`` → ``paypal``.

    Of slugs of base58, the migration that adds skeletons says the same in SQL.
    """
    seen = slug.lower().translate(_TAKEN_FOR)
    for pair, taken_for in _PAIRS:
        seen = seen.replace(pair, taken_for)
    return seen


_RESERVED = frozenset(skeleton(word) for word in RESERVED)
