"""A number over time as a line, for a phone's screen; clicks may stand beneath it as bars."""

from dataclasses import dataclass

MOST_DOTS, MOST_BARS = 800, 400


@dataclass(frozen=True, slots=True)
class Dot:
    """``at``: 0 at the left edge of the time that is shown, 1 at the right. ``low`` and ``high``: of an estimate."""

    at: float
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A line behind the chart, and what it says."""

    value: float
    text: str


@dataclass(frozen=True, slots=True)
class TimeLabel:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class ClickBar:
    at: float
    clicks: int


@dataclass(frozen=True, slots=True)
class LineChart:
    """Every text is ready to be shown; texts as in services.pictures.series.SeriesChart.

    ``stretches``: dots in their order, parted where nobody looked for long: a broken line leads over such a gap.
    ``marks``: from the lowest to the highest, as services.pictures.scale.marks gives them. ``labels`` stand beneath.
    ``bars``: clicks, each ``bar_width`` (a part of the whole width) wide, on a scale of their own whose highest is
    ``bars_peak``; ``line_name`` and ``bars_name`` say which is which, ``band_name`` what lies between low and high.
    """

    title: str
    subtitle: str
    total: str
    empty: str
    signature: str
    stretches: tuple[tuple[Dot, ...], ...]
    marks: tuple[Mark, ...]
    labels: tuple[TimeLabel, ...]
    line_name: str = ""
    band_name: str = ""
    bars: tuple[ClickBar, ...] = ()
    bars_name: str = ""
    bars_peak: str = ""
    bar_width: float = 0.02

    def __post_init__(self) -> None:
        dots = [dot for stretch in self.stretches for dot in stretch]
        if len(dots) > MOST_DOTS or len(self.bars) > MOST_BARS:
            raise ValueError(f"{len(dots)} dots and {len(self.bars)} bars")
        places = [*(dot.at for dot in dots), *(bar.at for bar in self.bars), *(label.at for label in self.labels)]
        if any(not 0 <= place <= 1 for place in places):
            raise ValueError("something stands outside the chart")
        if dots and len(self.marks) < 2:
            raise ValueError("a line without a scale")


def line_chart(chart: LineChart) -> bytes:
    """A PNG of 1200 by 800 pixels."""
    from services.pictures.draw_lines import draw_lines

    return draw_lines(chart)
