"""Colours as people write them, and how well they stand out from white."""

import re

# What cameras and eyes need, by WCAG 2: a code that is paler is not found on a bright screen.
LEAST_CONTRAST = 4.5
SHORT, LONG = re.compile(r"#?([0-9a-f]{3})"), re.compile(r"#?([0-9a-f]{6})")


def parse_colour(text: str) -> str | None:
    """``#rrggbb`` in small letters out of ``#1A2B3C``, ``1a2b3c`` or ``#1ab``; None for anything else."""
    text = text.strip().casefold()
    if whole := LONG.fullmatch(text):
        return f"#{whole[1]}"
    if short := SHORT.fullmatch(text):
        return "#" + "".join(2 * digit for digit in short[1])
    return None


def contrast_on_white(colour: str) -> float:
    """1 (white itself) to 21 (black), of ``#rrggbb``: (1 + 0.05) / (L + 0.05), L being WCAG's relative luminance."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
