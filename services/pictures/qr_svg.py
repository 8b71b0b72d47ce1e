"""QR codes as vectors: the same shapes as the picture's, sharp at any size."""

from base64 import b64encode
from collections.abc import Iterator

from services.pictures.qr import QrPicture
from services.pictures.qr_layout import BORDER, EYE, EYE_RADIUS, LOGO_MARGIN, MODULE_RADIUS, Corners, QrLayout, layout
from services.pictures.theme import PAPER

# A module in the SVG's own units: corners then have one digit behind the point.
UNIT = 20


def qr_svg(picture: QrPicture) -> bytes:
    """An SVG of ``size`` by ``size`` pixels, without the caption; ValueError for content that does not fit.

    It refers to nothing outside of itself: the logo lies in it.
    """
    plan = layout(picture.content, with_logo=picture.logo is not None)
    side = (plan.side + 2 * BORDER) * UNIT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 {side} {side}" width="{picture.size}" height="{picture.size}">',
        f'<rect width="{side}" height="{side}" fill="{PAPER}"/>',
        # One path for all: shapes that touch within one path leave no hairline between them.
        f'<path fill="{picture.ink}" d="{"".join(_modules(plan))}"/>',
        *_eyes(plan, picture),
    ]
    if picture.logo is not None:
        parts.append(_logo(plan, picture.logo))
    return "\n".join([*parts, "</svg>", ""]).encode()


def _modules(plan: QrLayout) -> Iterator[str]:
    radius = round(MODULE_RADIUS * UNIT)
    for row, column, corners in plan.modules():
        yield _module((column + BORDER) * UNIT, (row + BORDER) * UNIT, radius, corners)


def _module(x: int, y: int, radius: int, corners: Corners) -> str:
    upper_left, upper_right, lower_right, lower_left = (radius if is_round else 0 for is_round in corners)
    edges = (
        (UNIT - upper_left - upper_right, "h", upper_right, (1, 1)),
        (UNIT - upper_right - lower_right, "v", lower_right, (-1, 1)),
        (-(UNIT - lower_right - lower_left), "h", lower_left, (-1, -1)),
        (-(UNIT - lower_left - upper_left), "v", upper_left, (1, -1)),
    )
    drawn = "".join(
        f"{direction}{length}" + (f"a{corner} {corner} 0 0 1 {across * corner} {down * corner}" if corner else "")
        for length, direction, corner, (across, down) in edges
    )
    return f"M{x + upper_left} {y}{drawn}z"


def _eyes(plan: QrLayout, picture: QrPicture) -> Iterator[str]:
    radius = round(EYE_RADIUS * UNIT)
    for row, column in plan.eyes():
        for inset, colour in ((0, picture.ink), (1, PAPER), (2, picture.pupil)):
            x, y, size = (column + inset + BORDER) * UNIT, (row + inset + BORDER) * UNIT, (EYE - 2 * inset) * UNIT
            yield f'<rect x="{x}" y="{y}" width="{size}" height="{size}" rx="{radius}" fill="{colour}"/>'


def _logo(plan: QrLayout, logo: bytes) -> str:
    begin = round((plan.hole_at + BORDER + LOGO_MARGIN) * UNIT)
    size = round((plan.hole - 2 * LOGO_MARGIN) * UNIT)
    content = b64encode(logo).decode()
    # By xlink: drawing programs that know no other way are still in use.
    return (
        f'<image x="{begin}" y="{begin}" width="{size}" height="{size}" xlink:href="data:image/png;base64,{content}"/>'
    )
