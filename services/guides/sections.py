"""The sections of a guide as they are read: ready texts, and where figures lie in their charts."""

from dataclasses import dataclass

from services.guides.words import FindingText


@dataclass(frozen=True, slots=True)
class Reach:
    """Typical views. ``bars``: views of each video, oldest first, and all else from 0 to 1 of the chart's height."""

    title: str
    value: str
    unit: str
    around: str
    meaning: str
    caption: str
    bars: tuple[float, ...]
    line: float
    band: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure beside what is usual; ``value`` may be — . Places lie from 0 to 1 on one scale; None: not known."""

    name: str
    value: str
    around: str
    usual: str
    verdict: str
    at: float | None
    interval: tuple[float, float] | None
    usual_range: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Benchmarks:
    title: str
    subtitle: str
    caption: str
    gauges: tuple[Gauge, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the rating; ``share`` of the most that it can be. ``weight``: how often it counts, in words."""

    name: str
    value: str
    weight: str
    meaning: str
    share: float


@dataclass(frozen=True, slots=True)
class Points:
    """The rating; without ``parts``, ``meaning`` says why there is none. ``share`` of the most that it can be."""

    title: str
    value: str
    unit: str
    meaning: str
    share: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Money:
    """The income of one video; ``value`` is — where it is not known."""

    title: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Findings:
    title: str
    subtitle: str
    items: tuple[FindingText, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """``entries``: (word, what it means), or ("", a line)."""

    title: str
    entries: tuple[tuple[str, str], ...]
