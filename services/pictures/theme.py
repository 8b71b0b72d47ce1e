"""One look for all pictures and for the pages that people see: colours, typeface, and what can be written in it."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FONTS = Path(__file__).with_name("fonts")
REGULAR, MEDIUM, SEMIBOLD, BOLD = (
    FONTS / f"Inter-{weight}.ttf" for weight in ("Regular", "Medium", "SemiBold", "Bold")
)

ACCENT = "#4F46E5"
ACCENT_SOFT = "#C3C0F7"
INK = "#111827"
MUTED = "#6B7280"
LINE = "#E5E7EB"
PAPER = "#FFFFFF"
# Several things of one kind in one picture, told from each other by eyes of all kinds.
SERIES = ("#4F46E5", "#F59E0B", "#0D9488", "#DB2777")


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of a picture by day or by night. ``panel`` lies on ``paper``; ``glow``: both ends of the heading."""

    paper: str
    panel: str
    ink: str
    muted: str
    line: str
    accent: str
    glow: tuple[str, str]


LIGHT = Shades("#F4F4FB", PAPER, INK, MUTED, LINE, ACCENT, ("#4338CA", "#8B5CF6"))
DARK = Shades("#0B0C17", "#181A2B", "#F9FAFB", "#A1A6B8", "#2A2D45", "#A5B4FC", ("#312E81", "#6D28D9"))


def drawable(text: str) -> str:
    """``text`` on one line, without what Inter has no shape for.

    Letters of fancy alphabets (𝓣𝓲𝓴𝓣𝓸𝓴) become plain ones; emoji, and letters of scripts that Inter lacks, are left out.
    """
    letters = unicodedata.normalize("NFC", text)
    return " ".join("".join(letter if letter in _shapes() else _plainer(letter) for letter in letters).split())


def _plainer(letter: str) -> str:
    if letter.isspace():
        return " "
    return "".join(part for part in unicodedata.normalize("NFKC", letter) if part in _shapes())


@lru_cache(maxsize=1)
def _shapes() -> frozenset[str]:
    # Here, not above: whoever wants the colours alone does not pay for matplotlib.
    from matplotlib.ft2font import FT2Font

    letters = map(chr, FT2Font(str(REGULAR)).get_charmap())
    # No marks that stack on others without end, nothing invisible or private.
    return frozenset(letter for letter in letters if unicodedata.category(letter)[0] not in "CMZ")
