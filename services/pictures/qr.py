"""QR pictures: rounded, and read by every camera."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

from services.pictures.qr_layout import BORDER, EYE, EYE_RADIUS, LOGO_MARGIN, MODULE_RADIUS, Corners, QrLayout, layout
from services.pictures.text import cut, font, width
from services.pictures.theme import ACCENT, INK, PAPER, SEMIBOLD, drawable

SIZES = (512, 1024, 2048)
USUAL_SIZE = 1024
# A module has a whole number of pixels, and never fewer: a code of much content becomes larger than asked for.
SMALLEST_MODULE = 4
# Shapes are drawn this much larger and reduced, for smooth edges.
OVERSIZE = 8
CAPTION_SIZES = range(56, 30, -2)
LINE_HEIGHT, MARGIN = 1.3, 48


@dataclass(frozen=True, slots=True)
class QrPicture:
    """``content`` is what a camera reads; ``caption`` stands beneath for people, nothing if empty.

    ``content`` has at most MOST_BYTES in UTF-8. ``colour`` is of all of it, ``#rrggbb``; empty: ours. ``size`` in
    pixels. ``logo``: a square PNG for the middle.
    """

    content: str
    caption: str = ""
    colour: str = ""
    size: int = USUAL_SIZE
    logo: bytes | None = None

    @property
    def ink(self) -> str:
        return self.colour or INK

    @property
    def pupil(self) -> str:
        """The colour of the eyes' middles."""
        return self.colour or ACCENT


def qr_picture(picture: QrPicture) -> bytes:
    """A PNG ``size`` pixels wide, wider where the content needs it; ValueError for content that does not fit.

    It is a square; a caption makes it higher.
    """
    plan = layout(picture.content, with_logo=picture.logo is not None)
    module = max(picture.size // (plan.side + 2 * BORDER), SMALLEST_MODULE)
    wide = max(picture.size, (plan.side + 2 * BORDER) * module)
    # What is left of whole modules makes the quiet margin wider.
    at = (wide - plan.side * module) // 2
    lines = _caption(drawable(picture.caption), wide - max(2 * at, 2 * MARGIN))
    below = sum(round(size * LINE_HEIGHT) for _, size in lines) + MARGIN if lines else 0
    sheet = Image.new("RGB", (wide, wide + below), PAPER)
    _modules(sheet, plan, module, at, picture.ink)
    _eyes(sheet, plan, module, at, picture)
    # The caption begins where the quiet margin ends.
    baseline = float(wide)
    for text, size in lines:
        ImageDraw.Draw(sheet).text(
            (wide / 2, baseline + size * 0.8), text, font=font(SEMIBOLD, size), fill=INK, anchor="ms"
        )
        baseline += size * LINE_HEIGHT
    if picture.logo is not None:
        _logo(sheet, plan, module, at, picture.logo)
    png = BytesIO()
    # Neither reduced to few colours nor packed as tightly as can be: that takes three times as long as all else.
    sheet.save(png, "PNG")
    return png.getvalue()


def _modules(sheet: Image.Image, plan: QrLayout, module: int, at: int, ink: str) -> None:
    for row, column, corners in plan.modules():
        shape = _shape(module, module, MODULE_RADIUS * module, corners)
        sheet.paste(ink, (at + column * module, at + row * module), shape)


def _eyes(sheet: Image.Image, plan: QrLayout, module: int, at: int, picture: QrPicture) -> None:
    radius = EYE_RADIUS * module
    for row, column in plan.eyes():
        for inset, colour in ((0, picture.ink), (1, PAPER), (2, picture.pupil)):
            shape = _shape(module, (EYE - 2 * inset) * module, radius, (True, True, True, True))
            sheet.paste(colour, (at + (column + inset) * module, at + (row + inset) * module), shape)


def _logo(sheet: Image.Image, plan: QrLayout, module: int, at: int, logo: bytes) -> None:
    side = round((plan.hole - 2 * LOGO_MARGIN) * module)
    begin = at + round((plan.hole_at + LOGO_MARGIN) * module)
    with Image.open(BytesIO(logo), formats=("PNG",)) as opened:
        small = opened.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
    sheet.paste(small, (begin, begin), small)


@lru_cache(maxsize=256)
def _shape(module: int, size: int, radius: float, corners: Corners) -> Image.Image:
    """A square with these corners round, as a mask."""
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
