"""Gettext catalogues, read from .po files as they are: nothing has to be compiled after a change."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("ru", "en")
DOMAIN = "toklink"
# Where Telegram speaks one of these, Russian is understood more often than English.
RUSSIAN_READERS = {"ru", "be", "kk", "ky", "tg", "uz"}


def closest_language(code: str | None) -> str:
    """Our language for an IETF tag such as ``ru``, ``en-GB`` or ``kk``; English when unknown."""
    primary = (code or "").replace("_", "-").split("-")[0].casefold()
    return "ru" if primary in RUSSIAN_READERS else "en"


class Catalogue:
    """The texts of the product. Message ids are the English sentences themselves."""

    def __init__(self, folder: Path) -> None:
        """``folder`` holds LANGUAGE/LC_MESSAGES/toklink.po for each of LANGUAGES."""
        self._translations = {language: _read(po_path(folder, language)) for language in LANGUAGES}

    def translations(self, language: str) -> NullTranslations:
        """What ``speaking`` takes; English for a language that there is not."""
        return self._translations.get(language, self._translations["en"])

    def gettext(self, language: str, text: str) -> str:
        """One text in a language said outright, for places without a language in use."""
        return self.translations(language).gettext(text)


def po_path(folder: Path, language: str) -> Path:
    return folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def _read(path: Path) -> NullTranslations:
    """Once in the life of a process: it takes a while."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
