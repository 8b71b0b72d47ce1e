"""Numbers that look drawn by lot and are the same at every start: what was drawn yesterday stays drawn."""

import math
import struct
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, TypeVar

T = TypeVar("T")
# A draw is 64 bytes: sixteen numbers of 32 bits.
SPLIT: Final = struct.Struct("<16I")
RANGE: Final = float(1 << 32)


class Draw:
    """Sixteen numbers that depend on the seed, on what they are drawn for, and on a count."""

    __slots__ = ("numbers",)

    def __init__(self, seed: str, what: str, number: int = 0) -> None:
        self.numbers: tuple[int, ...] = SPLIT.unpack(blake2b(f"{seed}/{what}/{number}".encode()).digest())

    def unit(self, index: int) -> float:
        """Evenly in 0 ≤ x < 1."""
        return self.numbers[index] / RANGE

    def within(self, low: float, high: float, index: int) -> float:
        return low + (high - low) * self.numbers[index] / RANGE

    def choice(self, options: Sequence[T], index: int) -> T:
        return options[self.numbers[index] % len(options)]

    def spread(self, deviation: float, index: int) -> float:
        """A factor around 1: log-normal, its median is 1. Takes this number and the next (Box and Muller)."""
        height = math.sqrt(-2.0 * math.log(1.0 - self.unit(index)))
        return math.exp(deviation * height * math.cos(2.0 * math.pi * self.unit(index + 1)))
