"""Opening statistics of a link with ten million clicks against one with a thousand: fails where it costs more.

Both have clicks on the same days, of the same values; the one has them in nearly all quarters of an hour, the other
in a third of these. Every view is read for every period up to the words of its message and of its picture; drawing
that picture is left out. Looks at the two take turns.
"""

import gc
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import uvloop
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from db.engine import Database
from db.migrate import migrate
from db.queries import links, people
from db.queries.details import DAY, LIFE, QUARTER
from db.tables import ClickCount, ClickDetail, Link
from handlers.links.statistics.callbacks import StatisticsPress
from handlers.links.statistics.looks import Look
from handlers.links.statistics.presses import TELLERS
from services.clicks.dimensions import APPS, DEVICES, DIMENSIONS
from services.links import link as service
from services.services import Services
from services.statistics.periods import Period
from services.statistics.statistics import Statistics
from tests.servers import postgres_server

FEW, MANY, DAYS, RAW = 1_000, 10_000_000, 30, 1_000_000
MOST_RATIO = 1.2
ROUNDS = 9
OWNER = 1
ZONE = ZoneInfo("Asia/Kathmandu")
NOW = datetime(2026, 3, 31, 12, 7, tzinfo=UTC)
# On each day each value is there for both: a thousand clicks in thirty days are 33 a day.
VALUES = (
    [f"{first}{second}" for first in "ABCDE" for second in "KLMNR"],
    DEVICES,
    [f"System {number}" for number in range(20)],
    [f"Browser {number}" for number in range(15)],
    ("", *APPS),
    [f"host{number}.example" for number in range(30)],
    ["ru", "en", "de", "fr", "ne", "hi", "kk", "uz", "be", ""],
    ("", "scan"),
    ("A", "B", "C"),
)


def run() -> bool:
    """Print the figures; whether both databases keep to the ratio."""
    with tempfile.TemporaryDirectory(prefix="toklink-bench-") as folder:
        good = _compare("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'toklink.db'}")
    with postgres_server() as server:
        uvloop.run(_empty_database(server))
        return _compare("PostgreSQL", f"{server}/statistics") and good


def _compare(name: str, url: str) -> bool:
    few, many = uvloop.run(_measure(url))
    # In pairs: what disturbed one of a pair disturbed the other, too.
    ratio = statistics.median(other / one for one, other in zip(few, many, strict=True))
    looks = len(TELLERS) * len(Period)
    print(
        f"  {name}: a look at {FEW:,} clicks {statistics.median(few) / looks * 1e3:.2f} ms, at {MANY:,} "
        f"{statistics.median(many) / looks * 1e3:.2f} ms; ratio {ratio:.2f} (wanted: at most {MOST_RATIO})"
    )
    return ratio <= MOST_RATIO


async def _empty_database(server: str) -> None:
    engine = create_async_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("CREATE DATABASE statistics"))
    await engine.dispose()


async def _measure(url: str) -> tuple[list[float], list[float]]:
    """Seconds that all looks at each of the two links took, round by round."""
    database = Database.open(url)
    await migrate(database)
    few, many = [await _link(database, slug, clicks) for slug, clicks in (("few", FEW), ("many", MANY))]
    async with database.write() as session:
        await session.execute(text(_RAW_CLICKS[database.dialect]), {"link": many.id, "count": RAW})
    async with database.engine.connect() as connection:
        await connection.execute(text("ANALYZE"))
        await connection.commit()
    # What tells needs nothing else of the services.
    services = cast("Services", SimpleNamespace(statistics=Statistics(database)))
    rounds: list[tuple[float, float]] = []
    for _ in range(ROUNDS + 1):
        with _undisturbed():
            rounds.append(await _round(services, few, many))
    await database.close()
    # The first one warms up.
    return [one for one, _ in rounds[1:]], [other for _, other in rounds[1:]]


async def _round(services: Services, few: service.Link, many: service.Link) -> tuple[float, float]:
    spent = [0.0, 0.0]
    for number, (view, tell) in enumerate(TELLERS.items()):
        for period in Period:
            pair = [(0, few), (1, many)]
            for place, link in pair if number % 2 else reversed(pair):
                look = Look(StatisticsPress(view=view, period=period, id=link.id), link, None, ZONE, NOW)
                began = time.perf_counter()
                await tell(services, OWNER, look)
                spent[place] += time.perf_counter() - began
    return spent[0], spent[1]


@contextmanager
def _undisturbed() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _link(database: Database, slug: str, clicks: int) -> service.Link:
    """A link whose counters hold so many clicks."""
    counted = _counted(clicks)
    async with database.write() as session:
        await people.add_if_new(session, OWNER, NOW)
        row = await links.add(session, slug=slug, owner_id=OWNER, target="https://example.com/", now=NOW)
        assert row is not None
        row.variants = [{"key": key, "weight": 1, "target": None} for key in "ABC"]
        await session.flush()
        await _write(session, row.id, counted)
        return (await service.links_of(session, [row], "https://tok.example"))[0]


@dataclass(frozen=True, slots=True)
class Counted:
    """Clicks by quarter, and by (level, start) the clicks of each dimension's values."""

    quarters: Counter[int]
    details: dict[tuple[int, int], list[Counter[str]]]


def _counted(clicks: int) -> Counted:
    """Clicks in turn of all values, at random quarters of all days until now."""
    rng, end = random.Random(clicks), int(NOW.timestamp()) // 900 + 1
    first = int((NOW - timedelta(days=DAYS)).timestamp()) // 900
    quarters: Counter[int] = Counter()
    details: dict[tuple[int, int], list[Counter[str]]] = {}
    # Ten million one by one would take minutes: each of these stands for several.
    weight = max(1, clicks // 100_000)
    for number in range(clicks // weight):
        quarter = rng.randrange(first, end)
        quarters[quarter] += weight
        for span in ((QUARTER, quarter), (DAY, quarter // 96), (LIFE, 0)):
            counters = details.setdefault(span, [Counter() for _ in DIMENSIONS])
            for counter, values in zip(counters, VALUES, strict=True):
                counter[values[number % len(values)]] += weight
    return Counted(quarters, details)


async def _write(session: AsyncSession, link_id: int, counted: Counted) -> None:
    counts = [
        {"link_id": link_id, "bucket": bucket, "clicks": clicks, "visitors": clicks // 2, "bots": 0}
        for bucket, clicks in counted.quarters.items()
    ]
    details: list[dict[str, Any]] = [
        {
            "link_id": link_id, "level": level, "start": start,
            "values": json.dumps(dict(zip(DIMENSIONS, counters, strict=True)), separators=(",", ":")),
        }
        for (level, start), counters in counted.details.items()
    ]  # fmt: skip
    await session.execute(insert(ClickCount), counts)
    await session.execute(insert(ClickDetail), details)
    row = await session.get_one(Link, link_id)
    row.clicks = counted.quarters.total()
    row.visitors = sum(count["visitors"] for count in counts)


# A million of the raw clicks that lie beside the counters, and that nobody is to read.
_RAW_CLICKS = {
    "sqlite": "WITH RECURSIVE given (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM given WHERE number < :count)"
    " INSERT INTO clicks (link_id, at, bot, first_visit)"
    " SELECT :link, datetime('2026-03-31 12:00:00', '-' || number || ' seconds'), 0, 1 FROM given",
    "postgresql": "INSERT INTO clicks (link_id, at, bot, first_visit) SELECT :link,"
    " timestamptz '2026-03-31 12:00:00Z' - make_interval(secs => number), false, true"
    " FROM generate_series(1, :count) AS number",
}
