"""From clicks in a journal to what the database is told of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from db.queries.clicks import Count, RawClick
from db.queries.visitors import Visitor
from services.clicks.dimensions import DIMENSIONS, QR, SCAN
from services.clicks.records import COLUMNS, RecordedClick

# A quarter of an hour: the grain that fits every time zone.
BUCKET_SECONDS: Final = 900
DAY_MILLISECONDS: Final = 86_400_000
# How many clicks each value had, a dictionary for each of DIMENSIONS.
Values = Sequence[dict[str, int]]

# A click has its dimensions at its end, in their order.
_FIRST = len(COLUMNS) - len(DIMENSIONS)
_QR = DIMENSIONS.index(QR)
assert COLUMNS[_FIRST:] == DIMENSIONS
# From here on counting in C is worth its beginning.
_MANY = 24


class Tally:
    """What clicks add to each bucket of each link. Clicks may come in parts."""

    def __init__(self) -> None:
        # clicks, visitors and bots by link and bucket.
        self._sums: dict[tuple[int, int], list[int]] = {}
        # By link and bucket, the dimensions of its people's clicks.
        self._people: dict[int, dict[int, list[tuple[Any, ...]]]] = {}

    def add(self, clicks: Iterable[RecordedClick]) -> None:
        sums, people = self._sums, self._people
        for click in clicks:
            link_id, bucket = click.link_id, click.at // (BUCKET_SECONDS * 1000)
            added = sums.get((link_id, bucket))
            if added is None:
                added = sums[link_id, bucket] = [0, 0, 0]
            if click.bot:
                added[2] += 1
                continue
            added[0] += 1
            added[1] += click.first_visit
            buckets = people.get(link_id)
            if buckets is None:
                buckets = people[link_id] = {}
            if bucket in buckets:
                buckets[bucket].append(click[_FIRST:])
            else:
                buckets[bucket] = [click[_FIRST:]]

    def counts(self) -> list[Count]:
        """In order of link and bucket."""
        return [Count(*key, *self._sums[key]) for key in sorted(self._sums)]

    def links(self) -> list[int]:
        """Ids of the links that were clicked by anybody, in order."""
        return sorted({link_id for link_id, _ in self._sums})

    def clicked(self) -> list[int]:
        """Ids of the links that people clicked, in order."""
        return sorted(self._people)

    def values(self, link_id: int) -> dict[int, Values]:
        """The dimensions of people's clicks on the link, by bucket in order."""
        buckets = self._people[link_id]
        return {bucket: _values(buckets[bucket]) for bucket in sorted(buckets)}


def _values(clicks: Sequence[tuple[Any, ...]]) -> Values:
    if len(clicks) == 1:
        counted: list[dict[Any, int]] = [{value: 1} for value in clicks[0]]
    elif len(clicks) < _MANY:
        counted = [_counted(column) for column in zip(*clicks, strict=True)]
    else:
        counted = [dict(Counter(column)) for column in zip(*clicks, strict=True)]
    counted[_QR] = {SCAN if scanned else "": clicks for scanned, clicks in counted[_QR].items()}
    return counted


def _counted(column: Iterable[Any]) -> dict[Any, int]:
    counted: dict[Any, int] = {}
    for value in column:
        counted[value] = counted.get(value, 0) + 1
    return counted


def dimensions(click: RecordedClick) -> tuple[Any, ...]:
    """In the order of DIMENSIONS."""
    return click[_FIRST:]


def visitors(clicks: Iterable[RecordedClick]) -> set[Visitor]:
    """Those of the clicks' visitors that are told apart by their hashes, with the day (UTC) of their visit."""
    return {
        (click.at // DAY_MILLISECONDS, click.link_id, click.visitor)
        for click in clicks
        if click.visitor is not None and click.first_visit
    }


def settled(clicks: Iterable[RecordedClick], new: set[Visitor]) -> Iterator[RecordedClick]:
    """The clicks, of which a visitor's first one of the day is a first visit, and no other; ``new`` is used up."""
    for click in clicks:
        if click.visitor is not None and click.first_visit:
            visitor = click.at // DAY_MILLISECONDS, click.link_id, click.visitor
            if visitor in new:
                new.remove(visitor)
                yield click
            else:
                yield click._replace(first_visit=False)
        else:
            yield click


def raw(click: RecordedClick) -> RawClick:
    """The click as the table of raw clicks has it: without the visitor's hash."""
    link_id, at, bot, first_visit, _, *dimensions, qr, variant = click
    return link_id, moment(at), bool(bot), bool(first_visit), *dimensions, bool(qr), variant  # type: ignore[return-value]


@lru_cache(maxsize=4096)
def moment(milliseconds: int) -> datetime:
    """The aware time of a click; clicks of one turn of the event loop share theirs."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
