"""Clicks of a known composition, as the drain keeps them, and the truth about them by another way of reckoning."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from db.engine import Database
from db.queries.details import DAY, LIFE, QUARTER
from db.tables import ClickCount, ClickDetail, Link
from services.clicks.dimensions import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Clicked:
    """``clicks`` people's clicks at one moment, ``visitors`` of them for the first time, all from the same place."""

    at: datetime
    clicks: int = 1
    visitors: int = 0
    bots: int = 0
    country: str = ""
    device: str = "Android"
    referrer: str = ""

    def local(self, zone: tzinfo) -> datetime:
        """When its quarter of an hour began, as the zone has it."""
        quarter = int(self.at.timestamp()) // 900 * 900
        return datetime.fromtimestamp(quarter, UTC).astimezone(zone)

    def values(self) -> dict[str, str]:
        known = {"country": self.country, "device": self.device, "referrer": self.referrer}
        return {dimension: known.get(dimension, "") for dimension in DIMENSIONS}


@dataclass
class Truth:
    """All clicks of one link."""

    clicked: list[Clicked] = field(default_factory=list)

    def within(self, zone: tzinfo, first: date, last: date, until: datetime) -> "Truth":
        """Those of the local days, and before the quarter after ``until`` begins."""
        return Truth(
            [
                each
                for each in self.clicked
                if first <= each.local(zone).date() <= last and each.at.timestamp() // 900 <= until.timestamp() // 900
            ]
        )

    def total(self, what: str = "clicks") -> int:
        return sum(getattr(each, what) for each in self.clicked)

    def divided(self, dimension: str) -> Counter[object]:
        return self.by(lambda each: each.values()[dimension])

    def by(self, key: Callable[[Clicked], object]) -> Counter[object]:
        counted: Counter[object] = Counter()
        for each in self.clicked:
            if each.clicks:
                counted[key(each)] += each.clicks
        return counted


def made_up(rng: random.Random, first: datetime, last: datetime, count: int) -> list[Clicked]:
    """Clicks of all kinds at random moments."""
    made = []
    for _ in range(count):
        at = datetime.fromtimestamp(rng.uniform(first.timestamp(), last.timestamp()), UTC)
        clicks = rng.choice([0, 1, 1, 1, 2, 7, 1_000])
        made.append(
            Clicked(
                at,
                clicks,
                rng.randint(0, clicks),
                rng.choice([0, 0, 3]) if clicks else 1,
                rng.choice(["RU", "NP", "DE", ""]),
                rng.choice(["Android", "iPhone", "Windows", "Mac", "other"]),
                rng.choice(["", "t.me", "vk.com", "*"]),
            )
        )
    return made


async def count(database: Database, link_id: int, clicked: Iterable[Clicked]) -> None:
    """Write the clicks as the drain does: counters by quarters, details by quarters, days and the link's life."""
    clicked = list(clicked)
    sums: dict[int, list[int]] = {}
    details: dict[tuple[int, int], dict[str, Counter[str]]] = {}
    for each in clicked:
        bucket = int(each.at.timestamp()) // 900
        row = sums.setdefault(bucket, [0, 0, 0])
        for place, number in enumerate((each.clicks, each.visitors, each.bots)):
            row[place] += number
        for span in ((QUARTER, bucket), (DAY, bucket // 96), (LIFE, 0)) if each.clicks else ():
            counters = details.setdefault(span, {dimension: Counter() for dimension in DIMENSIONS})
            for dimension, value in each.values().items():
                counters[dimension][value] += each.clicks
    async with database.write() as session:
        link = await session.get_one(Link, link_id)
        for bucket, (clicks, visitors, bots) in sums.items():
            session.add(ClickCount(link_id=link_id, bucket=bucket, clicks=clicks, visitors=visitors, bots=bots))
            link.clicks, link.visitors = link.clicks + clicks, link.visitors + visitors
        moments = [each.at for each in clicked if each.clicks]
        link.first_click_at = min([*moments, *filter(None, [link.first_click_at])], default=None)
        for (level, start), counters in details.items():
            session.add(ClickDetail(link_id=link_id, level=level, start=start, values=json.dumps(counters)))
