"""From clicks in a journal to what the database is told of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from db.queries.clicks import Count, RawClick
from services.clicks.records import RecordedClick

# A quarter of an hour: the grain that fits every time zone.
BUCKET_SECONDS = 900


def tally(clicks: Sequence[RecordedClick]) -> list[Count]:
    """What the clicks add to each bucket of each link, in order of link and bucket."""
    sums: dict[tuple[int, int], list[int]] = {}
    for click in clicks:
        key = (click.link_id, click.at // (BUCKET_SECONDS * 1000))
        added = sums.get(key)
        if added is None:
            added = sums[key] = [0, 0, 0]
        if click.bot:
            added[2] += 1
        else:
            added[0] += 1
            added[1] += click.first_visit
    return [Count(*key, *sums[key]) for key in sorted(sums)]


def raw(click: RecordedClick) -> RawClick:
    """The click as the table of raw clicks has it: without the visitor's hash."""
    link_id, at, bot, first_visit, _, *dimensions, qr, variant = click
    return link_id, _moment(at), bool(bot), bool(first_visit), *dimensions, bool(qr), variant  # type: ignore[return-value]


@lru_cache(maxsize=4096)
def _moment(milliseconds: int) -> datetime:
    """The aware time of a click; clicks of one turn of the event loop share theirs."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
