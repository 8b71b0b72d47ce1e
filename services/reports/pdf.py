"""The day of a person's links as a PDF: A4 across, as many pages as it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.pictures.text import cut
from services.pictures.theme import MEDIUM, REGULAR, drawable
from services.reports.typesetting import COLOURS, typeset

TEMPLATE = Path(__file__).with_name("daily.typ")
HOURS = 24
# The table has this many columns before those of the hours.
HEADINGS = 7
SKIPPED, NOTHING = "—", "·"
# Beyond, an hour is shown in thousands: no more digits stand in its column.
MOST_IN_AN_HOUR = 9_999
# How wide names may be, in tenths of a point: in the table and in the chart of the best.
IN_TABLE, IN_CHART = 1_590, 1_450
# Of the text of each, in tenths of a point as well.
TEXT_SIZE, SMALL_SIZE = 80, 70


@dataclass(frozen=True, slots=True)
class Part:
    """One of what a chart shows: ``share`` of the whole, or of the largest, from 0 to 1; the rest as it is shown.

    ``otherwise`` stands where nothing of the name can be shown: it is empty, or in letters that Inter lacks.
    """

    name: str
    value: str
    share: float
    percent: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of the table. ``figures``: clicks, repeats, computers, phones, unknown, as they are shown.

    ``hours``: clicks in each of the 24 hours by the person's clock; None: the clock skipped it. ``name`` may be empty.
    """

    place: str
    link: str
    name: str
    figures: tuple[str, str, str, str, str]
    hours: tuple[int | None, ...]

    def __post_init__(self) -> None:
        if len(self.hours) != HOURS:
            raise ValueError(f"{len(self.hours)} hours")


@dataclass(frozen=True, slots=True)
class DailySheet:
    """What stands in the PDF. Every text is ready to be shown; any characters are fine in any of them.

    ``figures``: (value, what it is), the first in colour. ``page``: the number of a page, with ``{page}`` and
    ``{pages}`` in it. ``headings``: of the first seven columns. ``first_visits``: of each hour, what part of the clicks
    in ``total`` came for the first time. ``thousand``: behind a number of thousands.
    """

    language: str
    title: str
    subtitle: str
    signature: str
    foot: str
    page: str
    figures: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    rows: tuple[ReportRow, ...]
    total: ReportRow
    first_visits: tuple[int, ...]
    hours_title: str
    visitors: str
    repeats: str
    devices_title: str
    devices: tuple[Part, ...]
    top_title: str
    top: tuple[Part, ...]
    thousand: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.headings) != HEADINGS or len(self.first_visits) != HOURS:
            raise ValueError(f"{len(self.headings)} headings, {len(self.first_visits)} hours")


def daily_pdf(sheet: DailySheet) -> bytes:
    """The PDF: some 40 KB, and 1 KB for each link."""
    # Without tags: thousands of cells make them five times as much as all else.
    return typeset(TEMPLATE, _facts(sheet), tags=False)


def _facts(sheet: DailySheet) -> dict[str, Any]:
    """The sheet as JSON has it, without what Inter has no shape for."""
    busiest = max((hour or 0 for row in sheet.rows for hour in row.hours), default=0)
    of_total = max(hour or 0 for hour in sheet.total.hours)
    bars = zip(sheet.first_visits, sheet.total.hours, range(HOURS), strict=True)
    return {
        "language": sheet.language,
        "colours": list(COLOURS),
        **{name: drawable(getattr(sheet, name)) for name in TEXTS},
        "figures": [[drawable(value), drawable(name)] for value, name in sheet.figures],
        "headings": [drawable(heading) for heading in sheet.headings],
        "hours": [str(hour) for hour in range(HOURS)],
        "bars": [
            [seen / max(of_total, 1), ((clicks or 0) - seen) / max(of_total, 1), str(hour) if hour % 3 == 0 else ""]
            for seen, clicks, hour in bars
        ],
        "devices": [_part(part) for part in sheet.devices],
        "top": [_part(part) for part in sheet.top],
        "rows": [_row(row, busiest, sheet.thousand) for row in sheet.rows],
        # A colour of its own would say nothing: the chart above shows these hours.
        "total": _row(sheet.total, 0, sheet.thousand),
        "notes": [drawable(note) for note in sheet.notes],
    }


TEXTS = (
    "title", "subtitle", "signature", "foot", "page", "hours_title", "visitors", "repeats", "devices_title",
    "top_title",
)  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    name = _cut(part.name, REGULAR, TEXT_SIZE, IN_CHART) or _cut(part.otherwise, REGULAR, TEXT_SIZE, IN_CHART)
    # A whole of nothing has parts of the same width.
    return {
        "name": name, "value": part.value, "percent": part.percent, "share": max(part.share, 0.000_001),
    }  # fmt: skip


def _row(row: ReportRow, busiest: int, thousand: str) -> dict[str, Any]:
    # Of a name in letters that Inter lacks, nothing is left.
    name = _cut(row.name, MEDIUM, TEXT_SIZE, IN_TABLE)
    return {
        "place": row.place,
        "link": _cut(row.link, REGULAR, SMALL_SIZE if name else TEXT_SIZE, IN_TABLE),
        "name": name,
        "figures": list(row.figures),
        "hours": [[_hour(clicks, thousand), (clicks or 0) / busiest if busiest else 0] for clicks in row.hours],
    }


def _cut(text: str, face: Path, size: int, most: float) -> str:
    return cut(drawable(text), face, size, most)


def _hour(clicks: int | None, thousand: str) -> str:
    if clicks is None:
        return SKIPPED
    if clicks > MOST_IN_AN_HOUR:
        return f"{clicks // 1_000}{thousand}"
    return str(clicks) if clicks else NOTHING
