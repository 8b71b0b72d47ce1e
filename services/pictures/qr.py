"""QR pictures: rounded, and read by every camera."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw
from qrcode.constants import ERROR_CORRECT_H
from qrcode.main import QRCode

from services.pictures.text import cut, font, width
from services.pictures.theme import ACCENT, INK, PAPER, SEMIBOLD, drawable

# What the largest code holds at the highest error correction.
MOST_BYTES = 1273
# The quiet margin that the standard asks for, in modules.
BORDER = 4
# About as wide as this; a module is a whole number of pixels, and never under eight of them.
WIDTH, SMALLEST_MODULE = 900, 8
EYE = 7
# Rounder eyes are no longer found by some readers.
EYE_RADIUS, MODULE_RADIUS = 0.8, 0.45
# Shapes are drawn this much larger and reduced, for smooth edges.
OVERSIZE = 8
CAPTION_SIZES = range(56, 30, -2)
LINE_HEIGHT, MARGIN = 1.3, 48


@dataclass(frozen=True, slots=True)
class QrPicture:
    """``content`` is what a camera reads; ``caption`` stands beneath for people, nothing if empty.

    ``content`` has at most MOST_BYTES in UTF-8.
    """

    content: str
    caption: str = ""


def qr_picture(picture: QrPicture) -> bytes:
    """A PNG about 900 pixels wide, wider where the content needs it; ValueError for content that does not fit."""
    matrix = _matrix(picture.content)
    side = len(matrix)
    module = max(WIDTH // (side + 2 * BORDER), SMALLEST_MODULE)
    wide = (side + 2 * BORDER) * module
    lines = _caption(drawable(picture.caption), wide - max(2 * BORDER * module, 2 * MARGIN))
    below = sum(round(size * LINE_HEIGHT) for _, size in lines) + MARGIN if lines else 0
    sheet = Image.new("RGB", (wide, wide + below), PAPER)
    _modules(sheet, matrix, module)
    _eyes(sheet, side, module)
    # The caption begins where the quiet margin ends.
    baseline = float(wide)
    for text, size in lines:
        ImageDraw.Draw(sheet).text(
            (wide / 2, baseline + size * 0.8), text, font=font(SEMIBOLD, size), fill=INK, anchor="ms"
        )
        baseline += size * LINE_HEIGHT
    png = BytesIO()
    sheet.quantize(64).save(png, "PNG", optimize=True)
    return png.getvalue()


def _matrix(content: str) -> list[list[bool]]:
    if len(content.encode()) > MOST_BYTES:
        raise ValueError(f"a QR code holds {MOST_BYTES:,} bytes")
    code = QRCode(error_correction=ERROR_CORRECT_H, border=0)
    code.add_data(content.encode())
    code.make()
    return [[bool(cell) for cell in row] for row in code.get_matrix()]


def _modules(sheet: Image.Image, matrix: list[list[bool]], module: int) -> None:
    """All dark modules but the eyes; a corner is round where no neighbour touches it."""
    side = len(matrix)

    def dark(row: int, column: int) -> bool:
        return 0 <= row < side and 0 <= column < side and matrix[row][column]

    for row in range(side):
        for column in range(side):
            if not matrix[row][column] or _in_eye(row, column, side):
                continue
            up, right = dark(row - 1, column), dark(row, column + 1)
            down, left = dark(row + 1, column), dark(row, column - 1)
            corners = (not (up or left), not (up or right), not (down or right), not (down or left))
            shape = _shape(module, module, MODULE_RADIUS * module, corners)
            sheet.paste(INK, ((column + BORDER) * module, (row + BORDER) * module), shape)


def _in_eye(row: int, column: int, side: int) -> bool:
    near_top, near_left = row < EYE, column < EYE
    return (near_top and (near_left or column >= side - EYE)) or (near_left and row >= side - EYE)


def _eyes(sheet: Image.Image, side: int, module: int) -> None:
    radius = EYE_RADIUS * module
    for row, column in ((0, 0), (0, side - EYE), (side - EYE, 0)):
        for inset, colour in ((0, INK), (1, PAPER), (2, ACCENT)):
            shape = _shape(module, (EYE - 2 * inset) * module, radius, (True, True, True, True))
            sheet.paste(colour, ((column + inset + BORDER) * module, (row + inset + BORDER) * module), shape)


@lru_cache(maxsize=256)
def _shape(module: int, size: int, radius: float, corners: tuple[bool, bool, bool, bool]) -> Image.Image:
    """A square with these corners round (upper left, upper right, lower right, lower left), as a mask."""
    large = Image.new("L", (size * OVERSIZE, size * OVERSIZE), 0)
    box = (0, 0, size * OVERSIZE - 1, size * OVERSIZE - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * OVERSIZE, fill=255, corners=corners)
    return large.resize((size, size), Image.Resampling.BOX)


def _caption(text: str, most: float) -> list[tuple[str, int]]:
    """The caption's lines with their size: one as large as fits, or two small ones, and then cut."""
    if not text:
        return []
    for size in CAPTION_SIZES:
        if width(text, SEMIBOLD, size) <= most:
            return [(text, size)]
    size = CAPTION_SIZES[-1]
    fits = next(end for end in range(len(text), 0, -1) if width(text[:end], SEMIBOLD, size) <= most)
    # Behind a slash or a hyphen, if one is near the end of the line.
    end = max((at + 1 for at in range(fits // 2, fits) if text[at] in "/-."), default=fits)
    return [(text[:end], size), (cut(text[end:], SEMIBOLD, size, most), size)]
