"""How clicks divide, as bars that lie beneath each other, for a phone's screen."""

from dataclasses import dataclass

MOST_ROWS = 14


@dataclass(frozen=True, slots=True)
class Share:
    """``part``: 0 to 1 of all clicks. ``faint``: what is no value of its own: all others, and what is not known."""

    label: str
    value: str
    part: float
    faint: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.part <= 1:
            raise ValueError(f"a part of {self.part}")


@dataclass(frozen=True, slots=True)
class SharesChart:
    """At most 14 rows, in their order. Texts as in SeriesChart; ``empty`` is said where there are no rows."""

    title: str
    subtitle: str
    total: str
    empty: str
    signature: str
    rows: tuple[Share, ...]

    def __post_init__(self) -> None:
        if len(self.rows) > MOST_ROWS:
            raise ValueError(f"{len(self.rows)} rows")


def shares_chart(chart: SharesChart) -> bytes:
    """A PNG 1200 pixels wide, and as high as its rows need: 800 to 1,460."""
    from services.pictures.draw_shares import draw_shares

    return draw_shares(chart)
