"""Clicks by weekday and hour, as a picture for a phone's screen."""

from dataclasses import dataclass

DAYS, HOURS = 7, 24


@dataclass(frozen=True, slots=True)
class HeatChart:
    """``rows``: clicks of 7 days with 24 hours each. Every text is ready to be shown.

    ``days`` names the rows, ``hours`` the columns, of which some may be empty; ``fewer`` and ``more`` stand at the two
    ends of the scale; the others are as in SeriesChart.
    """

    title: str
    subtitle: str
    total: str
    days: tuple[str, ...]
    hours: tuple[str, ...]
    fewer: str
    more: str
    empty: str
    signature: str
    rows: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        if len(self.rows) != DAYS or len(self.days) != DAYS or len(self.hours) != HOURS:
            raise ValueError(f"{len(self.rows)} rows of {len(self.days)} days, {len(self.hours)} hours")
        if any(len(row) != HOURS or min(row) < 0 for row in self.rows):
            raise ValueError("a day has 24 hours, none with fewer than no clicks")


def heat_chart(chart: HeatChart) -> bytes:
    """A PNG of 1200 by 800 pixels."""
    from services.pictures.draw_heat import draw_heat

    return draw_heat(chart)
