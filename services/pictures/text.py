"""Measuring and fitting text, in pixels."""

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont


@lru_cache(maxsize=64)
def font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """A typeface of theme.py at ``size`` pixels."""
    # Basic layout: Inter's scripts need no more, and the other one is not on every machine.
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, path: Path, size: int) -> float:
    """How wide ``text`` stands."""
    return float(font(path, size).getlength(text))


def cut(text: str, path: Path, size: int, most: float) -> str:
    """``text``, or as much of its beginning as is at most ``most`` pixels wide, with …"""
    if width(text, path, size) <= most:
        return text
    short = text
    while short and width(short + "…", path, size) > most:
        short = short[:-1].rstrip()
    return short + "…"


def largest(text: str, path: Path, sizes: range, most: float) -> int:
    """The first of ``sizes`` (falling) at which ``text`` is at most ``most`` pixels wide; the last if none is."""
    return next((size for size in sizes if width(text, path, size) <= most), sizes[-1])
