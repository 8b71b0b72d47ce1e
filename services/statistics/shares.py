"""How clicks divide: who has most, what is left, and what is not known."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.clicks.dimensions import COMPUTERS, OTHER, PHONES, SCAN

# Named one by one; the rest is one number.
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Ranking:
    """The values with most clicks, the most clicked first; ``unknown`` clicks have none, ``rest`` are all others'."""

    top: tuple[tuple[str, int], ...]
    rest: int
    unknown: int

    @property
    def clicks(self) -> int:
        return sum(clicks for _, clicks in self.top) + self.rest + self.unknown


@dataclass(frozen=True, slots=True)
class Kinds:
    """Clicks by kind of device."""

    phones: int
    computers: int
    other: int


def ranked(values: Mapping[str, int], most: int = MOST_NAMED) -> Ranking:
    """At most ``most`` values by name. What has as many clicks stands by the alphabet.

    What was counted as "other" for being one of too many is in the rest.
    """
    named = sorted(
        ((value, clicks) for value, clicks in values.items() if value not in {"", OTHER} and clicks),
        key=lambda row: (-row[1], row[0]),
    )
    rest = sum(clicks for _, clicks in named[most:]) + values.get(OTHER, 0)
    return Ranking(tuple(named[:most]), rest, values.get("", 0))


def kinds_of(devices: Mapping[str, int]) -> Kinds:
    phones, computers = (sum(devices.get(device, 0) for device in group) for group in (PHONES, COMPUTERS))
    return Kinds(phones, computers, sum(devices.values()) - phones - computers)


def scans_of(qr: Mapping[str, int]) -> tuple[int, int]:
    """(clicks by a scan of the QR, all others)."""
    scans = qr.get(SCAN, 0)
    return scans, sum(qr.values()) - scans
