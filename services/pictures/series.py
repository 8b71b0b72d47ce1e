"""Clicks hour by hour, day by day or month by month, as a chart for a phone's screen."""

from dataclasses import dataclass

MOST_BARS = 240


@dataclass(frozen=True, slots=True)
class Bar:
    """``label`` as it is to be shown; ``visitors`` is the part of ``clicks`` that came for the first time.

    ``before``: the clicks of the bar's place in the period before; None where there is none.
    """

    label: str
    clicks: int
    visitors: int
    before: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.visitors <= self.clicks:
            raise ValueError(f"{self.visitors} visitors of {self.clicks} clicks")


@dataclass(frozen=True, slots=True)
class SeriesChart:
    """Clicks bar by bar, the oldest first, at most 240 of them. Every text is ready to be shown.

    ``total`` is the large number at the right («1 234 клика»), ``peak`` the number above the highest bar;
    ``visitors`` and ``repeats`` name the two parts of a bar, ``before`` the line of the period before, which is drawn
    where any bar has one; ``empty`` is said where no bar has a click; ``signature`` stands small at the foot.
    """

    title: str
    subtitle: str
    total: str
    peak: str
    visitors: str
    repeats: str
    before: str
    empty: str
    signature: str
    bars: tuple[Bar, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.bars) <= MOST_BARS:
            raise ValueError(f"{len(self.bars)} bars")


def series_chart(chart: SeriesChart) -> bytes:
    """A PNG of 1200 by 800 pixels."""
    # Only the process that draws pays for the import of matplotlib.
    from services.pictures.draw_series import draw_series

    return draw_series(chart)
