"""The language in use: set once where an update or a request enters, used wherever a text is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations

from services.language.catalogue import Catalogue

_ENGLISH = NullTranslations()
_translations: ContextVar[NullTranslations] = ContextVar("translations", default=_ENGLISH)
_language: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(catalogue: Catalogue, language: str) -> Iterator[None]:
    """Texts, numbers and dates are in ``language`` inside the block (and in tasks started in it)."""
    before = _translations.set(catalogue.translations(language)), _language.set(language)
    try:
        yield
    finally:
        _translations.reset(before[0])
        _language.reset(before[1])


def current_language() -> str:
    """``ru`` or ``en``."""
    return _language.get()


def gettext(text: str) -> str:
    """The text in the language in use. Always called with a literal: format afterwards."""
    return _translations.get().gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form that fits ``count``. Always called with literals: format afterwards."""
    return _translations.get().ngettext(singular, plural, count)
