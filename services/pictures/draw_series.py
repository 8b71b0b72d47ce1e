"""Draws clicks bar by bar."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

from services.pictures.series import Bar, SeriesChart
from services.pictures.sheet import MARGIN, ROOM, WIDTH, Sheet, dot, head, png, say, sheet, sign, standing, write
from services.pictures.text import largest, width
from services.pictures.theme import ACCENT, ACCENT_SOFT, LINE, MUTED, REGULAR, SEMIBOLD, drawable

# From the top: bars grow from FLOOR up to CEILING, the highest one's number stands above.
CEILING, FLOOR, LABELS = 276, 636, 686
# Steps between labelled bars, the closest that fits.
STEPS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 30, 48, 60, 96, 120)


def draw_series(chart: SeriesChart) -> bytes:
    """A PNG of 1200 by 800 pixels."""
    on = sheet()
    head(on.axes, chart.title, chart.subtitle, chart.total)
    _bars(on.axes, chart)
    _labels(on.axes, [bar.label for bar in chart.bars])
    _foot(on, chart)
    return png(on)


def _bars(axes: Axes, chart: SeriesChart) -> None:
    slot = ROOM / len(chart.bars)
    # A single bar is a bar, not a wall.
    thick = min(slot * 0.68, 60)
    peak = max(bar.clicks for bar in chart.bars)
    top = max(peak, *(bar.before or 0 for bar in chart.bars), 1)
    for number, bar in enumerate(chart.bars):
        left = MARGIN + slot * (number + 0.5) - thick / 2
        _bar(axes, left, thick, _height(bar.clicks, top), _height(bar.visitors, top))
    if _has_line(chart):
        _line(axes, chart.bars, slot, top)
    axes.plot([MARGIN, WIDTH - MARGIN], [FLOOR, FLOOR], color=LINE, linewidth=2, zorder=3)
    if peak:
        _peak(axes, chart, slot, FLOOR - _height(peak, top))
    else:
        say(axes, CEILING - 18 if top > 1 else (CEILING + FLOOR) / 2, chart.empty)


def _has_line(chart: SeriesChart) -> bool:
    # One point is no line, and a line of nothing says nothing.
    known = [bar.before for bar in chart.bars if bar.before is not None]
    return len(known) > 1 and any(known)


def _line(axes: Axes, bars: Sequence[Bar], slot: float, top: int) -> None:
    """The period before, broken where it has no such place."""
    heights = [float("nan") if bar.before is None else FLOOR - (FLOOR - CEILING) * bar.before / top for bar in bars]
    middles = [MARGIN + slot * (number + 0.5) for number in range(len(bars))]
    look = {"solid_capstyle": "round", "solid_joinstyle": "round", "zorder": 2.5}
    # A white edge parts it from bars of any shade.
    axes.plot(middles, heights, color="white", linewidth=5, **look)  # type: ignore[arg-type]
    axes.plot(middles, heights, color=MUTED, linewidth=2.5, **look)  # type: ignore[arg-type]


def _peak(axes: Axes, chart: SeriesChart, slot: float, top: float) -> None:
    """The highest bar's number above it."""
    highest = max(range(len(chart.bars)), key=lambda number: chart.bars[number].clicks)
    # The line may pass where the number would stand: then it stands above all.
    around = chart.bars[max(0, highest - 2) : highest + 3]
    if any(bar.before is not None and bar.before > chart.bars[highest].clicks for bar in around) and _has_line(chart):
        top = CEILING
    text = drawable(chart.peak)
    half = width(text, SEMIBOLD, 40) / 2
    middle = min(max(MARGIN + slot * (highest + 0.5), MARGIN + half), WIDTH - MARGIN - half)
    write(axes, middle, top - 18, text, size=40, face=SEMIBOLD, side="center")


def _height(count: int, top: int) -> float:
    # One click beside a million is still seen.
    return max((FLOOR - CEILING) * count / top, 6) if count else 0


def _bar(axes: Axes, x: float, thick: float, clicks: float, visitors: float) -> None:
    if clicks:
        outline = standing(x, FLOOR - clicks, thick, clicks)
        bar = PathPatch(outline, facecolor=ACCENT_SOFT, linewidth=0)
        axes.add_patch(bar)
        if visitors:
            shape = standing(x, FLOOR - visitors, thick, visitors, corner=0)
            part = PathPatch(shape, facecolor=ACCENT, linewidth=0)
            axes.add_patch(part)
            part.set_clip_path(bar)


def _labels(axes: Axes, labels: Sequence[str]) -> None:
    slot = ROOM / len(labels)
    texts = [drawable(label) for label in labels]
    widest = max(width(text, REGULAR, 34) for text in texts)
    step = next((step for step in STEPS if step * slot >= widest + 28), len(texts))
    # Counted from the right: now is always labelled.
    for number in range(len(texts) - 1, -1, -step):
        half = width(texts[number], REGULAR, 34) / 2
        middle = min(max(MARGIN + slot * (number + 0.5), half + 24), WIDTH - half - 24)
        write(axes, middle, LABELS, texts[number], size=34, colour=MUTED, side="center")


def _foot(on: Sheet, chart: SeriesChart) -> None:
    """What the colours mean. The signature takes what room is left."""
    key = [(ACCENT, drawable(chart.visitors)), (ACCENT_SOFT, drawable(chart.repeats))]
    if _has_line(chart):
        key.append((MUTED, drawable(chart.before)))
    words = " ".join(name for _, name in key)
    size = largest(words, REGULAR, range(34, 24, -2), ROOM - 84 * len(key) - 120)
    x = float(MARGIN)
    for colour, name in key:
        if colour == MUTED:
            on.axes.plot([x, x + 28], [on.foot - 11, on.foot - 11], color=MUTED, linewidth=3)
        else:
            dot(on, x, colour)
        write(on.axes, x + 40, on.foot, name, size=size)
        x += 40 + width(name, REGULAR, size) + 44
    sign(on, chart.signature, x)
