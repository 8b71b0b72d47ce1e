"""Draws clicks by weekday and hour."""

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.patches import FancyBboxPatch

from services.pictures.heat import HeatChart
from services.pictures.sheet import HEIGHT, MARGIN, WIDTH, Sheet, head, png, say, sheet, sign, write
from services.pictures.text import cut, width
from services.pictures.theme import ACCENT, ACCENT_SOFT, INK, MUTED, REGULAR, drawable

# The names of days stand left of the cells; the hours beneath.
NAMES, TOP, CELL, GAP, LABELS = 104, 206, 64, 5, 690
NONE = "#F3F4F6"
SHADES = LinearSegmentedColormap.from_list("clicks", ["#E5E3FC", ACCENT_SOFT, ACCENT, "#312E81"])


def draw_heat(chart: HeatChart) -> bytes:
    """A PNG of 1200 by 800 pixels."""
    on = sheet()
    head(on.axes, chart.title, chart.subtitle, chart.total)
    peak = max(map(max, chart.rows))
    if peak:
        _cells(on.axes, chart, peak)
        _scale(on, chart)
    else:
        say(on.axes, HEIGHT / 2 + 20, chart.empty)
        sign(on, chart.signature)
    return png(on)


def shade(clicks: int, peak: int) -> str:
    """#rrggbb. By the square root: a few clicks beside very many are still told from none."""
    return str(to_hex(SHADES((clicks / peak) ** 0.5))) if clicks else NONE


def cell_at(day: int, hour: int) -> tuple[float, float]:
    """The upper left corner of a cell."""
    return MARGIN + NAMES + hour * _step(), float(TOP + day * CELL)


def _step() -> float:
    return (WIDTH - 2 * MARGIN - NAMES) / 24


def _cells(axes: Axes, chart: HeatChart, peak: int) -> None:
    for day, row in enumerate(chart.rows):
        name = cut(drawable(chart.days[day]), REGULAR, 36, NAMES - 14)
        write(axes, MARGIN, TOP + day * CELL + 44, name, size=36, colour=INK)
        for hour, clicks in enumerate(row):
            _cell(axes, *cell_at(day, hour), _step(), CELL, shade(clicks, peak))
    for hour, label in enumerate(chart.hours):
        if label:
            # At the left edge of its cell, where the hour begins.
            write(axes, cell_at(0, hour)[0] + GAP / 2, LABELS, drawable(label), size=34, colour=MUTED)


def _cell(axes: Axes, x: float, y: float, wide: float, high: float, colour: str) -> None:
    corner, inset = 6, GAP / 2
    box = FancyBboxPatch(
        (x + inset + corner, y + inset + corner),
        wide - 2 * (inset + corner),
        high - 2 * (inset + corner),
        boxstyle=f"round,pad={corner},rounding_size={corner}",
        facecolor=colour,
        linewidth=0,
    )
    axes.add_patch(box)


def _scale(on: Sheet, chart: HeatChart) -> None:
    """From few to many, and the signature."""
    fewer, more = drawable(chart.fewer), drawable(chart.more)
    write(on.axes, MARGIN, on.foot, fewer, size=34)
    x = MARGIN + width(fewer, REGULAR, 34) + 18
    for step in range(5):
        _cell(on.axes, x, on.foot - 32, 44, 42, str(to_hex(SHADES(step / 4))))
        x += 44
    write(on.axes, x + 18, on.foot, more, size=34)
    sign(on, chart.signature, x + 18 + width(more, REGULAR, 34) + 30)
