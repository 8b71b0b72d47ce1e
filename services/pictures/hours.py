"""Clicks hour by hour, as a chart for a phone's screen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hour:
    """One bar. ``label`` as it is to be shown; ``visitors`` is the part of ``clicks`` that came for the first time."""

    label: str
    clicks: int
    visitors: int

    def __post_init__(self) -> None:
        if not 0 <= self.visitors <= self.clicks:
            raise ValueError(f"{self.visitors} visitors of {self.clicks} clicks")


@dataclass(frozen=True, slots=True)
class HoursChart:
    """Clicks hour by hour, the oldest first, at most 48 of them. Every text is ready to be shown.

    ``total`` is the large number at the right («1 234 клика»), ``peak`` the number above the busiest hour; ``visitors``
    and ``repeats`` name the two parts of a bar; ``empty`` is said where no hour has a click; ``signature`` stands small
    at the foot.
    """

    title: str
    subtitle: str
    total: str
    peak: str
    visitors: str
    repeats: str
    empty: str
    signature: str
    hours: tuple[Hour, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.hours) <= 48:
            raise ValueError(f"{len(self.hours)} hours")


def hours_chart(chart: HoursChart) -> bytes:
    """A PNG of 1200 by 800 pixels."""
    # Only the process that draws pays for the import of matplotlib.
    from services.pictures.charts import draw_hours

    return draw_hours(chart)
