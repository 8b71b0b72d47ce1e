"""The languages of the product: catalogues, the language in use, numbers and dates as people write them."""

from services.language.catalogue import LANGUAGES, Catalogue, closest_language
from services.language.current import current_language, gettext, ngettext, speaking

__all__ = [
    "LANGUAGES",
    "Catalogue",
    "closest_language",
    "current_language",
    "gettext",
    "ngettext",
    "speaking",
]
