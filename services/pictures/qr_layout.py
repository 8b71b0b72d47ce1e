"""Where everything of a QR code stands, in modules: the same for pixels and for vectors."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qrcode.constants import ERROR_CORRECT_H
from qrcode.main import QRCode

# What the largest code holds at the highest error correction.
MOST_BYTES = 1273
# The quiet margin that the standard asks for, in modules.
BORDER = 4
EYE = 7
# Rounder eyes are no longer found by some readers.
EYE_RADIUS, MODULE_RADIUS = 0.8, 0.45
# Of the code's width, a logo has at most this: error correction gives back what it covers, with much to spare.
LOGO_SHARE = 0.24
# Around the logo, so that it touches no module.
LOGO_MARGIN = 0.5

# Which corners are round: upper left, upper right, lower right, lower left.
Corners = tuple[bool, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class QrLayout:
    """``dark``: the modules row by row, without a margin; ``hole``: how many modules wide the logo's place is."""

    dark: tuple[tuple[bool, ...], ...]
    hole: int

    @property
    def side(self) -> int:
        """Modules from edge to edge, without the margin."""
        return len(self.dark)

    @property
    def hole_at(self) -> int:
        """The row, and the column, where the hole begins."""
        return (self.side - self.hole) // 2

    def modules(self) -> Iterator[tuple[int, int, Corners]]:
        """(row, column, round corners) of every dark module but the eyes'; round is what no neighbour touches."""
        for row in range(self.side):
            for column in range(self.side):
                if self._is_dark(row, column) and not self._in_eye(row, column):
                    up, right = self._is_dark(row - 1, column), self._is_dark(row, column + 1)
                    down, left = self._is_dark(row + 1, column), self._is_dark(row, column - 1)
                    yield row, column, (not (up or left), not (up or right), not (down or right), not (down or left))

    def eyes(self) -> tuple[tuple[int, int], ...]:
        """(row, column) where each of the three eyes begins."""
        return (0, 0), (0, self.side - EYE), (self.side - EYE, 0)

    def _is_dark(self, row: int, column: int) -> bool:
        within = 0 <= row < self.side and 0 <= column < self.side
        return within and self.dark[row][column] and not self._in_hole(row, column)

    def _in_hole(self, row: int, column: int) -> bool:
        return all(self.hole_at <= place < self.hole_at + self.hole for place in (row, column))

    def _in_eye(self, row: int, column: int) -> bool:
        near_top, near_left = row < EYE, column < EYE
        return (near_top and (near_left or column >= self.side - EYE)) or (near_left and row >= self.side - EYE)


@lru_cache(maxsize=64)
def layout(content: str, *, with_logo: bool) -> QrLayout:
    """At the highest error correction. Raises ValueError for content of more than MOST_BYTES in UTF-8."""
    if len(content.encode()) > MOST_BYTES:
        raise ValueError(f"a QR code holds {MOST_BYTES:,} bytes")
    code = QRCode(error_correction=ERROR_CORRECT_H, border=0)
    code.add_data(content.encode())
    code.make()
    dark = tuple(tuple(bool(cell) for cell in row) for row in code.get_matrix())
    return QrLayout(dark, _hole(len(dark)) if with_logo else 0)


def _hole(side: int) -> int:
    """The odd number (a code's width is odd) nearest to the logo's share."""
    return 2 * round((side * LOGO_SHARE - 1) / 2) + 1
