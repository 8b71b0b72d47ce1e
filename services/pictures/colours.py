"""Colours as people write them, and how well they stand out from white."""

import re
from typing import Final

# What cameras and eyes need, by WCAG 2: a code that is paler is not found on a bright screen.
LEAST_CONTRAST = 4.5
# Those that are offered: all of them stand out from white by 4.5 to 1 and more.
BLACK, BLUE, GREEN, RED = "#000000", "#1d4ed8", "#15803d", "#b91c1c"
VIOLET, ORANGE, BROWN, PINK = "#7e22ce", "#c2410c", "#78350f", "#be185d"
# What people call colours; the last ones are too pale, and said to be.
NAMES: Final = {
    **dict.fromkeys(("black", "чёрный"), BLACK),
    **dict.fromkeys(("blue", "dark blue", "синий", "тёмно-синий"), BLUE),
    **dict.fromkeys(("green", "dark green", "зелёный", "тёмно-зелёный"), GREEN),
    **dict.fromkeys(("red", "dark red", "красный", "тёмно-красный"), RED),
    **dict.fromkeys(("violet", "purple", "фиолетовый", "лиловый"), VIOLET),
    **dict.fromkeys(("orange", "оранжевый"), ORANGE),
    **dict.fromkeys(("brown", "коричневый"), BROWN),
    **dict.fromkeys(("pink", "розовый"), PINK),
    **dict.fromkeys(("grey", "gray", "серый"), "#6b7280"),
    **dict.fromkeys(("light blue", "голубой"), "#60a5fa"),
    **dict.fromkeys(("yellow", "жёлтый"), "#facc15"),
    **dict.fromkeys(("white", "белый"), "#ffffff"),
}
SHORT, LONG = re.compile(r"#?([0-9a-f]{3})"), re.compile(r"#?([0-9a-f]{6})")


def parse_colour(text: str) -> str | None:
    """``#rrggbb`` in small letters out of ``#1A2B3C``, ``1a2b3c``, ``#1ab``, ``Red`` or ``красный``; else None."""
    text = " ".join(text.casefold().split())
    if whole := LONG.fullmatch(text):
        return f"#{whole[1]}"
    if short := SHORT.fullmatch(text):
        return "#" + "".join(2 * digit for digit in short[1])
    return _BY_NAME.get(_plain(text))


def contrast_on_white(colour: str) -> float:
    """1 (white itself) to 21 (black), of ``#rrggbb``: (1 + 0.05) / (L + 0.05), L being WCAG's relative luminance."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _plain(name: str) -> str:
    """Many do not write ё."""
    return name.replace("ё", "е")


_BY_NAME: Final = {_plain(name): colour for name, colour in NAMES.items()}


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
