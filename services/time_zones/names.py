"""How names of cities are compared: two spellings of one name have one key."""

import re
import unicodedata

# Letters that Unicode does not take apart.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ə": "a"}
)
_WORD = re.compile(r"[^\W_]+")
# «г. Казань», «город Казань», "city of London"; «Казань г», "Kazan city".
_BEFORE = (["г"], ["гор"], ["город"], ["city", "of"])
_AFTER = {"г", "city"}


def search_key(name: str) -> str:
    """Lower-case letters and digits alone: no accents, ``ё`` as ``е``, no spaces or hyphens, no word for "city".

    >>> search_key("г. Санкт-Петербург"), search_key("São Paulo"), search_key("New York City")
    ('санктпетербург', 'saopaulo', 'newyork')
    """
    # Apostrophes stand inside words: Xi’an, Ryazan’.
    plain = re.sub("['’ʼ`´ʹ]", "", unicodedata.normalize("NFKD", name.casefold()))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_PLAIN)
    return "".join(_without_city(_WORD.findall(plain)))


def _without_city(words: list[str]) -> list[str]:
    for before in _BEFORE:
        if len(words) > len(before) and words[: len(before)] == before:
            return words[len(before) :]
    return words[:-1] if len(words) > 1 and words[-1] in _AFTER else words
