"""Lengths and slices as Telegram counts them: in UTF-16 units."""

from typing import Any

Json = dict[str, Any]


def utf16_length(text: str) -> int:
    """Characters outside the Basic Multilingual Plane (most emoji) count twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part that an entity covers; offsets that cut a surrogate pair give a replacement character."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def clean_input(text: str) -> str:
    """Control characters become spaces and carriage returns go, as Telegram does before anything else."""
    return "".join(
        " " if character < " " and character != "\n" else character for character in text if character != "\r"
    )
