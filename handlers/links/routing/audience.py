"""Whom a rule is about, in a button while it is being chosen, and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handlers.links.routing.callbacks import MOST_VALUE
from handlers.links.statistics.words import device_name, flag, language_name
from services.clicks.dimensions import COUNTRY, DEVICE, LANGUAGE
from services.language import gettext as _
from services.language.formats import country
from services.links.audiences import DEVICE_CHOICES, is_known
from services.links.routing_errors import NoSuchPart

# Of the code of a country or a language.
LETTERS = 2
_LETTERS = {"c": COUNTRY, "d": DEVICE, "l": LANGUAGE}
# All of a kind fit into a button together.
OFFERED: Mapping[str, tuple[str, ...]] = {
    COUNTRY: ("RU", "BY", "KZ", "UA", "UZ", "TR", "DE", "US"),
    DEVICE: DEVICE_CHOICES,
    LANGUAGE: ("ru", "en", "uk", "kk", "be", "uz", "de", "tr"),
}


@dataclass(frozen=True, slots=True)
class Audience:
    """``values`` as a rule has them; none: nobody was chosen yet."""

    kind: str
    values: tuple[str, ...] = ()

    def encoded(self) -> str:
        """For a button: a letter and the values, which have one length each. Whether it fits, ``fits`` tells."""
        letter = next(letter for letter, kind in _LETTERS.items() if kind == self.kind)
        if self.kind == DEVICE:
            return letter + "".join(str(DEVICE_CHOICES.index(value)) for value in self.values)
        return letter + "".join(self.values)

    @property
    def fits(self) -> bool:
        """Whether a button has room for it: people type as many countries and languages as they like."""
        return len(self.encoded()) <= MOST_VALUE

    @property
    def typed(self) -> tuple[str, ...]:
        """Those that are not among the offered."""
        return tuple(value for value in self.values if value not in OFFERED[self.kind])

    def with_other(self, value: str) -> "Audience":
        """With this one as well, or without it where it was chosen; those that are offered first, in their order."""
        chosen = set(self.values) ^ {value}
        return replace(self, values=tuple(each for each in (*OFFERED[self.kind], *self.typed) if each in chosen))

    def named(self, most: int = 4) -> str:
        """``🇷🇺 Russia, 🇧🇾 Belarus``; no HTML."""
        shown = [value_name(self.kind, value) for value in self.values[:most]]
        more = len(self.values) - len(shown)
        return ", ".join(shown) + (f" +{more}" if more else "")


def decoded(text: str) -> Audience:
    """Of a button. Raises NoSuchPart for what no button says."""
    kind = _LETTERS.get(text[:1])
    if kind is None:
        raise NoSuchPart
    values: Sequence[str]
    if kind == DEVICE:
        values = [DEVICE_CHOICES[int(each)] for each in text[1:] if each in "0123456789"[: len(DEVICE_CHOICES)]]
    else:
        values = [text[at : at + LETTERS] for at in range(1, len(text), LETTERS)]
    if not all(is_known(kind, value) for value in values):
        raise NoSuchPart
    return Audience(kind, tuple(dict.fromkeys(values)))


def value_name(kind: str, value: str) -> str:
    if kind == COUNTRY:
        return f"{flag(value)} {country(value)}"
    if kind == LANGUAGE:
        return language_name(value)
    groups = {"phones": _("Phones"), "computers": _("Computers")}
    return groups.get(value) or device_name(value)


def kind_name(kind: str) -> str:
    """For a button."""
    return {COUNTRY: _("🌍 By country"), DEVICE: _("📱 By device"), LANGUAGE: _("🗣 By language")}[kind]
