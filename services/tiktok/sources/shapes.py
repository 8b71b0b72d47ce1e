"""Looking into an answer by paths: what is not as it should be is named, and never guessed."""

import json
from collections.abc import Iterator
from typing import Any

from services.tiktok.errors import ShapeChanged, SourceCaptcha

# Counts of the embed page are 32 bits wide: beyond 2,147,483,647 they come back from below zero.
WRAPPED = 2**32


class Node:
    """A value of an answer and where it stands: ``Node(answer)["userInfo"]["stats"].count("followerCount")``."""

    __slots__ = ("path", "value")

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path

    def __getitem__(self, key: str) -> "Node":
        """What must be there. Raises ShapeChanged with its path."""
        found = self.maybe(key)
        if found is None:
            raise ShapeChanged(self._under(key))
        return found

    def maybe(self, key: str) -> "Node | None":
        """What may be missing, or null."""
        if not isinstance(self.value, dict):
            raise ShapeChanged(self.path or key)
        found = self.value.get(key)
        return None if found is None else Node(found, self._under(key))

    def items(self) -> Iterator["Node"]:
        """Of a list."""
        if not isinstance(self.value, list):
            raise ShapeChanged(self.path)
        for place, value in enumerate(self.value):
            yield Node(value, f"{self.path}[{place}]")

    def text(self, key: str) -> str:
        """Words, or a number as words: ids come either way."""
        return self[key]._words()

    def text_or_none(self, key: str) -> str:
        """Empty where it is missing."""
        found = self.maybe(key)
        return "" if found is None else found._words()

    def flag(self, key: str) -> bool:
        found = self[key]
        if not isinstance(found.value, bool):
            raise ShapeChanged(found.path)
        return found.value

    def flag_or_false(self, key: str) -> bool:
        return self.maybe(key) is not None and self.flag(key)

    def count(self, key: str, *, wrapped: bool = False) -> int:
        """A whole number, zero or more. ``wrapped``: below zero it has gone over 32 bits."""
        found = self[key]
        number = found.whole()
        if number < 0 and wrapped and number >= -(WRAPPED // 2):
            return number + WRAPPED
        if number < 0:
            raise ShapeChanged(found.path)
        return number

    def whole(self) -> int:
        """A whole number, written as one or in digits."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        digits = self.value.removeprefix("-") if isinstance(self.value, str) else ""
        # Python itself refuses thousands of digits, and no count has more than these.
        if digits.isdecimal() and digits.isascii() and len(digits) <= 19:
            return int(self.value)
        raise ShapeChanged(self.path)

    def _words(self) -> str:
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        raise ShapeChanged(self.path)

    def _under(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def parse(text: str, what: str) -> Node:
    """The JSON in ``text``; ShapeChanged of ``what`` where it is none, or no object, SourceCaptcha of such a page."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        if "captcha" in text.lower():
            raise SourceCaptcha from None
        raise ShapeChanged(what) from None
    if not isinstance(value, dict):
        raise ShapeChanged(what)
    return Node(value)
