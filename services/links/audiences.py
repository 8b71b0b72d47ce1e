"""Whom a rule may name: countries, devices and languages, as people type them."""

from functools import lru_cache
from typing import Final

from babel import Locale

from services.clicks.dimensions import COUNTRY, DEVICE, DEVICES, LANGUAGE
from services.links.routing_errors import NobodyMeant
from services.links.ways import GROUPS
from services.time_zones.countries import country_named
from services.time_zones.names import search_key

KINDS: Final = (COUNTRY, DEVICE, LANGUAGE)
# In the order in which they are offered.
DEVICE_CHOICES: Final = (*GROUPS, *DEVICES)
# Babel's codes that are no country's: unions, experiments, and places that ISO 3166 only keeps free.
_NO_COUNTRIES: Final = frozenset(
    {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
)  # fmt: skip
# What people call a language beside its name in Russian and English.
_LANGUAGE_WORDS: Final = {
    "рус": "ru", "англ": "en", "укр": "uk", "українська": "uk", "беларуская": "be", "қазақша": "kk", "татарча": "tt",
    "deutsch": "de", "français": "fr", "español": "es", "italiano": "it", "português": "pt", "polski": "pl",
    "türkçe": "tr", "oʻzbekcha": "uz", "фарси": "fa", "farsi": "fa",
}  # fmt: skip
_DEVICE_WORDS: Final = {
    "телефон": "phones", "телефоны": "phones", "смартфон": "phones", "смартфоны": "phones", "phone": "phones",
    "мобильные": "phones", "mobile": "phones", "computer": "computers", "компьютер": "computers",
    "компьютеры": "computers", "пк": "computers", "pc": "computers", "desktop": "computers", "андроид": "Android",
    "айфон": "iPhone", "айпад": "iPad", "ios": "iPhone", "виндоус": "Windows", "линукс": "Linux", "мак": "Mac",
    "macos": "Mac", "другое": "other",
}  # fmt: skip


def is_known(kind: str, value: str) -> bool:
    """Whether a rule of this kind may name this: ``RU``; a device or a group of them; ``ru``."""
    if kind == COUNTRY:
        return value in countries()
    if kind == DEVICE:
        return value in DEVICE_CHOICES
    return kind == LANGUAGE and value in languages()


def parse_audience(kind: str, text: str) -> tuple[str, ...]:
    """Countries, devices or languages that a person names, with commas or lines between, each once and in order.

    By their names in Russian or English, or by their codes. Raises NobodyMeant for the first one that is not known.
    """
    parts = [part.strip() for line in text.splitlines() for part in line.split(",") if part.strip()]
    if not parts:
        raise NobodyMeant(kind, text.strip())
    # A few names have a comma of their own.
    whole = _value(kind, text.strip())
    if whole is not None:
        return (whole,)
    found = []
    for part in parts:
        value = _value(kind, part)
        if value is None:
            raise NobodyMeant(kind, part)
        found.append(value)
    return tuple(dict.fromkeys(found))


def _value(kind: str, text: str) -> str | None:
    if kind == COUNTRY:
        code = country_named(text) or text.upper()
        return code if code in countries() else None
    if kind == LANGUAGE:
        return _language_names().get(search_key(text))
    return _device_names().get(search_key(text)) if kind == DEVICE else None


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """All codes of ISO 3166-1 alpha-2, and Kosovo's."""
    codes = Locale("en").territories
    return frozenset(str(code) for code in codes if len(str(code)) == 2 and str(code).isalpha()) - _NO_COUNTRIES


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """All codes of ISO 639-1 that have a name."""
    return frozenset(str(code) for code in Locale("en").languages if len(str(code)) == 2)


@lru_cache(maxsize=1)
def _language_names() -> dict[str, str]:
    named = {search_key(words): code for words, code in _LANGUAGE_WORDS.items()}
    for spoken in ("ru", "en"):
        names = Locale(spoken).languages
        named |= {search_key(str(names[code])): code for code in languages() if code in names}
    # A code is a code, whatever language has a name like it.
    return named | {code: code for code in languages()}


@lru_cache(maxsize=1)
def _device_names() -> dict[str, str]:
    named = {search_key(words): device for words, device in _DEVICE_WORDS.items()}
    return named | {search_key(device): device for device in DEVICE_CHOICES}
