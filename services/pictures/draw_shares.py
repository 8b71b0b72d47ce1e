"""Draws how clicks divide."""

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from services.pictures.shares import Share, SharesChart
from services.pictures.sheet import HEIGHT, MARGIN, ROOM, WIDTH, head, png, say, sheet, sign, write
from services.pictures.text import cut, width
from services.pictures.theme import ACCENT, ACCENT_SOFT, INK, LINE, MEDIUM, MUTED, SEMIBOLD, drawable

# A row is a line of text and its bar beneath. Few rows are given more room than many.
TOP, BELOW, ROW, MOST_ROW = 196, 104, 82, 120
THICK, TEXT = 16, 38


def draw_shares(chart: SharesChart) -> bytes:
    """A PNG 1200 pixels wide."""
    on = sheet(max(HEIGHT, TOP + ROW * len(chart.rows) + BELOW + 12))
    head(on.axes, chart.title, chart.subtitle, chart.total)
    if chart.rows:
        row = min((on.height - TOP - BELOW) / len(chart.rows), MOST_ROW)
        for number, share in enumerate(chart.rows):
            _row(on.axes, share, TOP + row * number)
    else:
        say(on.axes, on.height / 2 + 20, chart.empty)
    sign(on, chart.signature)
    return png(on)


def _row(axes: Axes, share: Share, top: float) -> None:
    value = drawable(share.value)
    room = ROOM - width(value, SEMIBOLD, TEXT) - 40
    label = cut(drawable(share.label), MEDIUM, TEXT, room)
    write(axes, MARGIN, top + 38, label, size=TEXT, face=MEDIUM, colour=MUTED if share.faint else INK)
    write(axes, WIDTH - MARGIN, top + 38, value, size=TEXT, face=SEMIBOLD, colour=INK, side="right")
    _bar(axes, top + 54, ROOM, LINE)
    if share.part:
        # One click of a million is still seen.
        _bar(axes, top + 54, max(ROOM * share.part, THICK), ACCENT_SOFT if share.faint else ACCENT)


def _bar(axes: Axes, y: float, wide: float, colour: str) -> None:
    """Lying, both ends round."""
    left, right, radius = MARGIN, MARGIN + wide, THICK / 2
    corners = [
        (left + radius, y), (right - radius, y), (right, y), (right, y + radius), (right, y + THICK),
        (right - radius, y + THICK), (left + radius, y + THICK), (left, y + THICK), (left, y + radius), (left, y),
        (left + radius, y), (left + radius, y),
    ]  # fmt: skip
    turn = [Path.CURVE3, Path.CURVE3]
    codes = [Path.MOVETO, Path.LINETO, *turn, *turn, Path.LINETO, *turn, *turn, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(corners, codes), facecolor=colour, linewidth=0))
