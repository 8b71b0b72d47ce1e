"""Charts for a phone's screen: 1200 by 800 pixels, readable when shown at 360."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path as File

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path

from services.pictures.hours import HoursChart
from services.pictures.text import cut, largest, width
from services.pictures.theme import (
    ACCENT,
    ACCENT_SOFT,
    BOLD,
    INK,
    LINE,
    MEDIUM,
    MUTED,
    PAPER,
    REGULAR,
    SEMIBOLD,
    drawable,
)

WIDTH, HEIGHT = 1200, 800
MARGIN = 64
# From the top: what stands where. Bars grow from FLOOR up to CEILING, the busiest one's number stands above.
TITLE, SUBTITLE, CEILING, FLOOR, HOURS, FOOT = 100, 156, 276, 636, 686, 758
DOTS_PER_INCH = 100
# Steps between labelled hours, the closest that fits.
STEPS = (1, 2, 3, 4, 6, 8, 12, 24)


def draw_hours(chart: HoursChart) -> bytes:
    """A PNG of 1200 by 800 pixels."""
    figure, axes = _sheet()
    _head(axes, chart)
    _bars(axes, chart)
    _hour_labels(axes, [hour.label for hour in chart.hours])
    _foot(axes, chart)
    return _png(figure)


def _sheet() -> tuple[Figure, Axes]:
    """An empty sheet measured in pixels from its upper left corner."""
    figure = Figure(figsize=(WIDTH / DOTS_PER_INCH, HEIGHT / DOTS_PER_INCH), dpi=DOTS_PER_INCH, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(HEIGHT, 0)
    axes.set_axis_off()
    return figure, axes


def _png(figure: Figure) -> bytes:
    picture = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _write(
    axes: Axes, x: float, y: float, text: str, *, size: int, face: File = REGULAR, colour: str = INK, side: str = "left"
) -> None:
    """``text`` with its baseline at ``y``; ``size`` in pixels."""
    axes.text(
        x, y, text, ha=side, va="baseline", color=colour, parse_math=False,
        fontproperties=FontProperties(fname=str(face)), fontsize=size * 72 / DOTS_PER_INCH,
    )  # fmt: skip


def _head(axes: Axes, chart: HoursChart) -> None:
    room = WIDTH - 2 * MARGIN
    total = drawable(chart.total)
    size = largest(total, BOLD, range(56, 30, -2), room / 2)
    total = cut(total, BOLD, size, room / 2)
    _write(axes, WIDTH - MARGIN, TITLE, total, size=size, face=BOLD, colour=ACCENT, side="right")
    left = room - width(total, BOLD, size) - 40
    title = drawable(chart.title)
    size = largest(title, SEMIBOLD, range(56, 34, -2), left)
    _write(axes, MARGIN, TITLE, cut(title, SEMIBOLD, size, left), size=size, face=SEMIBOLD)
    _write(axes, MARGIN, SUBTITLE, cut(drawable(chart.subtitle), REGULAR, 36, room), size=36, colour=MUTED)


def _bars(axes: Axes, chart: HoursChart) -> None:
    slot = (WIDTH - 2 * MARGIN) / len(chart.hours)
    # A single hour is a bar, not a wall.
    thick = min(slot * 0.68, 60)
    peak = max(hour.clicks for hour in chart.hours)
    for number, hour in enumerate(chart.hours):
        middle = MARGIN + slot * (number + 0.5)
        _bar(axes, middle - thick / 2, thick, _height(hour.clicks, peak), _height(hour.visitors, peak))
    axes.plot([MARGIN, WIDTH - MARGIN], [FLOOR, FLOOR], color=LINE, linewidth=2, zorder=3)
    if peak == 0:
        text = drawable(chart.empty)
        size = largest(text, MEDIUM, range(44, 26, -2), WIDTH - 2 * MARGIN)
        text = cut(text, MEDIUM, size, WIDTH - 2 * MARGIN)
        _write(axes, WIDTH / 2, (CEILING + FLOOR) / 2, text, size=size, face=MEDIUM, colour=MUTED, side="center")
        return
    busiest = next(number for number, hour in enumerate(chart.hours) if hour.clicks == peak)
    text = drawable(chart.peak)
    half = width(text, SEMIBOLD, 40) / 2
    middle = min(max(MARGIN + slot * (busiest + 0.5), MARGIN + half), WIDTH - MARGIN - half)
    _write(axes, middle, CEILING - 18, text, size=40, face=SEMIBOLD, side="center")


def _height(count: int, peak: int) -> float:
    # One click beside a million is still seen.
    return max((FLOOR - CEILING) * count / peak, 6) if count else 0


def _bar(axes: Axes, x: float, thick: float, clicks: float, visitors: float) -> None:
    if clicks:
        outline = _rounded(x, FLOOR - clicks, thick, clicks)
        bar = PathPatch(outline, facecolor=ACCENT_SOFT, linewidth=0)
        axes.add_patch(bar)
        if visitors:
            part = PathPatch(_rounded(x, FLOOR - visitors, thick, visitors, corner=0), facecolor=ACCENT, linewidth=0)
            axes.add_patch(part)
            part.set_clip_path(bar)


def _rounded(x: float, top: float, wide: float, high: float, corner: float = 8) -> Path:
    """A rectangle standing on its base, the upper corners round."""
    corner = min(corner, wide / 2, high)
    right, bottom = x + wide, top + high
    corners = [
        (x, bottom), (x, top + corner), (x, top), (x + corner, top), (right - corner, top), (right, top),
        (right, top + corner), (right, bottom), (x, bottom),
    ]  # fmt: skip
    turn = [Path.CURVE3, Path.CURVE3]
    return Path(corners, [Path.MOVETO, Path.LINETO, *turn, Path.LINETO, *turn, Path.LINETO, Path.CLOSEPOLY])


def _hour_labels(axes: Axes, labels: Sequence[str]) -> None:
    slot = (WIDTH - 2 * MARGIN) / len(labels)
    texts = [drawable(label) for label in labels]
    widest = max(width(text, REGULAR, 34) for text in texts)
    step = next((step for step in STEPS if step * slot >= widest + 28), len(texts))
    # Counted from the right: now is always labelled.
    for number in range(len(texts) - 1, -1, -step):
        half = width(texts[number], REGULAR, 34) / 2
        middle = min(max(MARGIN + slot * (number + 0.5), half + 24), WIDTH - half - 24)
        _write(axes, middle, HOURS, texts[number], size=34, colour=MUTED, side="center")


def _foot(axes: Axes, chart: HoursChart) -> None:
    x = float(MARGIN)
    for colour, name in ((ACCENT, drawable(chart.visitors)), (ACCENT_SOFT, drawable(chart.repeats))):
        axes.add_patch(Circle((x + 13, FOOT - 12), 13, facecolor=colour, linewidth=0))
        _write(axes, x + 40, FOOT, name, size=34, colour=INK)
        x += 40 + width(name, REGULAR, 34) + 44
    signature = drawable(chart.signature)
    size = largest(signature, REGULAR, range(30, 22, -2), WIDTH - MARGIN - x)
    signature = cut(signature, REGULAR, size, WIDTH - MARGIN - x)
    _write(axes, WIDTH - MARGIN, FOOT, signature, size=size, colour=MUTED, side="right")
