"""Draws a number over time."""

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

from services.pictures.lines import ClickBar, Dot, LineChart, TimeLabel
from services.pictures.sheet import (
    HEIGHT,
    MARGIN,
    ROOM,
    WIDTH,
    Sheet,
    dot,
    head,
    png,
    say,
    sheet,
    sign,
    standing,
    write,
)
from services.pictures.text import cut, largest, width
from services.pictures.theme import ACCENT, ACCENT_SOFT, LINE, MUTED, PAPER, REGULAR, SERIES, drawable

# From the top: the line lies between CEILING and FLOOR; bars of clicks take the part above FLOOR.
CEILING, FLOOR, LABELS, BARS_HIGH = 232, 640, 690, 110
MOST_SCALE = 320
# Up to so many dots are seen as such.
MOST_SEEN = 16
CLICKS = SERIES[1]


def draw_lines(chart: LineChart) -> bytes:
    """A PNG of 1200 by 800 pixels."""
    on = sheet()
    head(on.axes, chart.title, chart.subtitle, chart.total)
    if not any(chart.stretches):
        say(on.axes, HEIGHT / 2 + 20, chart.empty)
        sign(on, chart.signature)
        return png(on)
    plot = _Plot(on.axes, chart)
    plot.scale()
    plot.bars(chart.bars)
    plot.band()
    plot.line()
    plot.labels(chart.labels)
    _foot(on, chart)
    return png(on)


class _Plot:
    """Where things stand: the scale's numbers at the left, the line right of them."""

    def __init__(self, axes: Axes, chart: LineChart) -> None:
        self.axes = axes
        self.chart = chart
        self.texts = [cut(drawable(mark.text), REGULAR, 30, MOST_SCALE) for mark in chart.marks]
        self.left = MARGIN + max(width(text, REGULAR, 30) for text in self.texts) + 24
        # Bars need room of their own at the edges, and so does the last dot.
        self.right = WIDTH - MARGIN - 12
        self.low, self.high = chart.marks[0].value, chart.marks[-1].value
        self.bottom = FLOOR - (BARS_HIGH + 44 if chart.bars else 0)

    def x(self, at: float) -> float:
        return self.left + (self.right - self.left) * at

    def y(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - CEILING) * min(max(part, 0), 1)

    def scale(self) -> None:
        for mark, text in zip(self.chart.marks, self.texts, strict=True):
            y = self.y(mark.value)
            self.axes.plot([self.left, WIDTH - MARGIN], [y, y], color=LINE, linewidth=2, zorder=1)
            write(self.axes, self.left - 24, y + 11, text, size=30, colour=MUTED, side="right")

    def bars(self, bars: Sequence[ClickBar]) -> None:
        if not bars:
            return
        peak = max(*(bar.clicks for bar in bars), 1)
        # A single bar is a bar, not a wall.
        thick = min(max((self.right - self.left) * self.chart.bar_width * 0.72, 3), 60)
        for bar in bars:
            if bar.clicks:
                high = max(BARS_HIGH * bar.clicks / peak, 4)
                left = min(max(self.x(bar.at) - thick / 2, self.left), WIDTH - MARGIN - thick)
                outline = standing(left, FLOOR - high, thick, high, corner=5)
                self.axes.add_patch(PathPatch(outline, facecolor=CLICKS, linewidth=0))
        self.axes.plot([self.left, WIDTH - MARGIN], [FLOOR, FLOOR], color=LINE, linewidth=2, zorder=1)
        text = cut(drawable(self.chart.bars_peak), REGULAR, 30, self.left - 24 - MARGIN)
        write(self.axes, self.left - 24, FLOOR - BARS_HIGH + 18, text, size=30, colour=MUTED, side="right")

    def band(self) -> None:
        for stretch in self.chart.stretches:
            known = [(self.x(each.at), each.low, each.high) for each in stretch if each.low is not None]
            lows = [self.y(low) for _, low, _ in known if low is not None]
            highs = [self.y(high if high is not None else self.high) for _, _, high in known]
            if len(known) > 1:
                xs = [x for x, _, _ in known]
                self.axes.fill_between(xs, lows, highs, color=ACCENT_SOFT, alpha=0.45, linewidth=0, zorder=1.5)

    def line(self) -> None:
        look = {"solid_capstyle": "round", "solid_joinstyle": "round", "zorder": 3}
        dots = sum(map(len, self.chart.stretches))
        for stretch in self.chart.stretches:
            xs, ys = [self.x(each.at) for each in stretch], [self.y(each.value) for each in stretch]
            self.axes.plot(xs, ys, color=ACCENT, linewidth=4.5, **look)  # type: ignore[arg-type]
            # A dot alone is no line.
            if dots <= MOST_SEEN or len(stretch) == 1:
                self.axes.plot(
                    xs, ys, "o", color=ACCENT, markersize=8, markeredgecolor=PAPER, markeredgewidth=2, zorder=4
                )
        for before, after in pairwise([stretch for stretch in self.chart.stretches if stretch]):
            self._gap(before[-1], after[0])
        last = self.chart.stretches[-1][-1]
        self.axes.plot(
            [self.x(last.at)], [self.y(last.value)], "o",
            color=ACCENT, markersize=14, markeredgecolor=PAPER, markeredgewidth=3.5, zorder=5,
        )  # fmt: skip

    def _gap(self, before: Dot, after: Dot) -> None:
        xs, ys = [self.x(before.at), self.x(after.at)], [self.y(before.value), self.y(after.value)]
        self.axes.plot(xs, ys, color=ACCENT_SOFT, linewidth=3.5, linestyle=(0, (2, 2)), zorder=2.5)

    def labels(self, labels: Sequence[TimeLabel]) -> None:
        """Every one, or every second, third, …: as many as fit, counted from the right: now is always labelled."""
        placed = []
        for label in reversed(labels):
            text = cut(drawable(label.text), REGULAR, 32, ROOM / 3)
            half = width(text, REGULAR, 32) / 2
            placed.append((min(max(self.x(label.at), half + 24), WIDTH - 24 - half), half, text))
        for step in range(1, len(placed) + 1):
            chosen = placed[::step]
            if all(right[0] - right[1] >= left[0] + left[1] + 28 for right, left in pairwise(chosen)):
                break
        for middle, _, text in chosen if placed else ():
            write(self.axes, middle, LABELS, text, size=32, colour=MUTED, side="center")


def _foot(on: Sheet, chart: LineChart) -> None:
    """What the colours mean, where there is more than the line. The signature takes what room is left."""
    key = [(ACCENT, drawable(chart.line_name))] if chart.band_name or chart.bars else []
    if chart.band_name:
        key.append((ACCENT_SOFT, drawable(chart.band_name)))
    if chart.bars:
        key.append((CLICKS, drawable(chart.bars_name)))
    words = " ".join(name for _, name in key)
    room = ROOM - 84 * len(key) - 200
    size = largest(words, REGULAR, range(34, 24, -2), room)
    x = float(MARGIN)
    for colour, name in key:
        dot(on, x, colour)
        text = cut(name, REGULAR, size, room / len(key) + 40)
        write(on.axes, x + 40, on.foot, text, size=size)
        x += 40 + width(text, REGULAR, size) + 44
    sign(on, chart.signature, x)
