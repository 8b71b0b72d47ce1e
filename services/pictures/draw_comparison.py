"""Draws accounts side by side."""

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from services.pictures.comparison import Compared, ComparedNumber, ComparisonChart
from services.pictures.names import lettered
from services.pictures.sheet import MARGIN, ROOM, WIDTH, head, png, sheet, sign, write
from services.pictures.text import cut, width
from services.pictures.theme import LINE, MEDIUM, MUTED, REGULAR, SEMIBOLD, SERIES, drawable

# From the top: names, one beneath the other; then numbers, each a line of text and a bar for each account.
NAMES, NAME, LABEL, BAR, GAP, FOOT = 190, 62, 60, 50, 30, 104
THICK, TEXT = 30, 34


def draw_comparison(chart: ComparisonChart) -> bytes:
    """A PNG 1200 pixels wide."""
    names_end = NAMES + NAME * len(chart.accounts) + 24
    each = LABEL + BAR * len(chart.accounts) + GAP
    on = sheet(names_end + each * len(chart.numbers) + FOOT)
    head(on.axes, chart.title, chart.subtitle, "")
    for place, account in enumerate(chart.accounts):
        _name(on.axes, account, NAMES + NAME * place, SERIES[place])
    for place, number in enumerate(chart.numbers):
        _number(on.axes, number, names_end + each * place)
    sign(on, chart.signature)
    return png(on)


def _name(axes: Axes, account: Compared, top: float, colour: str) -> None:
    axes.add_patch(Circle((MARGIN + 17, top + 34), 17, facecolor=colour, linewidth=0))
    left = MARGIN + 56
    name = lettered(account.nickname, account.username, SEMIBOLD).fitting(40, ROOM * 0.58)
    write(axes, left, top + 48, name.text, size=40, face=name.face)
    if not name.is_username:
        x = left + name.width(40) + 20
        handle = cut(f"@{drawable(account.username)}", REGULAR, 36, WIDTH - MARGIN - x)
        write(axes, x, top + 48, handle, size=36, colour=MUTED)


def _number(axes: Axes, number: ComparedNumber, top: float) -> None:
    write(axes, MARGIN, top + 38, cut(drawable(number.label), MEDIUM, TEXT, ROOM), size=TEXT, face=MEDIUM, colour=MUTED)
    texts = [cut(drawable(value.text), SEMIBOLD, TEXT, ROOM / 2) for value in number.values]
    # All bars end where the widest number still has room beside the longest one.
    room = ROOM - max(width(text, SEMIBOLD, TEXT) for text in texts) - 24
    for place, (value, text) in enumerate(zip(number.values, texts, strict=True)):
        y = top + LABEL + BAR * place
        # Little is still seen; nothing, and what is not known, is grey.
        wide = max(room * (value.part or 0), THICK / 2)
        _bar(axes, y, wide, SERIES[place] if value.part else LINE)
        write(axes, MARGIN + wide + 20, y + 27, text, size=TEXT, face=SEMIBOLD)


def _bar(axes: Axes, y: float, wide: float, colour: str) -> None:
    corner = min(8.0, wide / 2)
    box = FancyBboxPatch(
        (MARGIN + corner, y + corner), wide - 2 * corner, THICK - 2 * corner,
        boxstyle=f"round,pad={corner},rounding_size={corner}", facecolor=colour, linewidth=0,
    )  # fmt: skip
    axes.add_patch(box)
