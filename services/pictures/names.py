"""Names that people gave themselves, so that they can be drawn: letters that no typeface of ours has are left out."""

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from services.pictures.text import cut, width
from services.pictures.theme import drawable

# Letters, digits and punctuation: no signs, nothing that stacks or turns the direction.
KEPT = "LNP"


@dataclass(frozen=True, slots=True)
class Lettered:
    """A text, and the typeface that has all of it."""

    text: str
    face: Path
    # Nothing of the name can be drawn.
    is_username: bool = False

    def width(self, size: int) -> float:
        """How wide it stands, in pixels."""
        return (
            shaped_width(self.text, self.face, size) if self.face == fallback() else width(self.text, self.face, size)
        )

    def fitting(self, size: int, most: float) -> "Lettered":
        """As much of its beginning as is at most ``most`` pixels wide, with …"""
        if self.width(size) <= most:
            return self
        return replace(self, text=cut(self.text, self.face, size, most))

    def largest(self, sizes: range, most: float) -> int:
        """The first of ``sizes`` (falling) at which it is at most ``most`` pixels wide; the last if none is."""
        return next((size for size in sizes if self.width(size) <= most), sizes[-1])


def lettered(name: str, username: str, face: Path) -> Lettered:
    """``name`` in ``face`` (one of theme.py); in DejaVu where only that has its letters.

    ``@username`` where neither leaves a letter or a digit of it.
    """
    plain = drawable(name)
    wanted, kept = _letters(name), _letters(plain)
    if kept < wanted:
        other = _in_fallback(name)
        if _letters(other) > kept:
            return Lettered(other, fallback())
    return Lettered(plain, face) if kept else Lettered(f"@{drawable(username)}", face, is_username=True)


def initials(name: str) -> str:
    """One or two capital letters for a face: of the first two words, or the first of the only one."""
    words = ["".join(letter for letter in word if letter.isalnum()) for word in name.replace("_", " ").split()]
    first = [_capital(word[0]) for word in words if word]
    return "".join(first[:2]) or "?"


def _capital(letter: str) -> str:
    """Georgian has capitals that hardly any typeface has."""
    capital = letter.upper()[:1]
    return capital if drawable(capital) or capital in _shapes() else letter


@lru_cache(maxsize=1)
def fallback() -> Path:
    """DejaVu, which matplotlib brings: Arabic, Hebrew, Georgian, Armenian and others that Inter lacks."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"


@lru_cache(maxsize=1)
def _shapes() -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    letters = map(chr, FT2Font(str(fallback())).get_charmap())
    return frozenset(letter for letter in letters if unicodedata.category(letter)[0] in KEPT)


def shaped_width(text: str, face: Path, size: int) -> float:
    """How wide a text stands whose letters change with their neighbours, as Arabic ones do; in pixels."""
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(face))
    font.set_size(size, 72)
    font.set_text(text, 0)
    return float(font.get_width_height()[0]) / 64


def _in_fallback(name: str) -> str:
    whole = unicodedata.normalize("NFKC", name)
    return " ".join("".join(each if each in _shapes() else " " * each.isspace() for each in whole).split())


def _letters(text: str) -> int:
    """How many letters and digits there are; two of a kind of writing that are one in another count as they stand."""
    return sum(unicodedata.category(each)[0] in "LN" for each in unicodedata.normalize("NFKC", text))
