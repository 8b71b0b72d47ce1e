"""Countries as people write them after a city."""

from functools import lru_cache

from babel import Locale

from services.time_zones.names import search_key

# What Babel's names do not have.
_SHORT = {
    "сша": "US", "америка": "US", "usa": "US", "america": "US", "uk": "GB", "england": "GB", "англия": "GB",
    "scotland": "GB", "шотландия": "GB", "оаэ": "AE", "uae": "AE", "рф": "RU", "корея": "KR", "korea": "KR",
    "белоруссия": "BY", "киргизия": "KG", "молдавия": "MD", "туркмения": "TM", "czechrepublic": "CZ",
    "юар": "ZA", "кнр": "CN", "эмираты": "AE", "emirates": "AE", "holland": "NL", "голландия": "NL",
}  # fmt: skip


def country_codes(text: str) -> frozenset[str]:
    """Countries that ``text`` names between commas, in Russian or English or by their code; empty for none."""
    keys = [search_key(part) for part in text.split(",")]
    found = {country_named(part) for part in text.split(",")} | {key.upper() for key in keys if key in _codes()}
    return frozenset(filter(None, found))


def country_named(text: str) -> str | None:
    """The code of the country whose name ``text`` is, in Russian or English."""
    return _names().get(search_key(text))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    territories = (Locale(language).territories.items() for language in ("ru", "en"))
    # Two letters are a country's; numbers stand for continents.
    return _SHORT | {search_key(name): code for items in territories for code, name in items if len(code) == 2}


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(code.casefold() for code in _names().values())
