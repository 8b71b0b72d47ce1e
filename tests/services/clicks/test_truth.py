"""Fifty thousand clicks that are known one by one: what is counted of them is the truth, and so is what people read.

Over a month in which daylight saving begins, in three time zones, drained while people read.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from db.engine import Database
from db.queries import links, people
from db.tables import Click, ClickCount, Link, LinkTag
from services.clicks.dimensions import DIMENSIONS
from services.clicks.records import RecordedClick
from services.clicks.river import ClickRiver
from services.statistics.details import details_of
from services.statistics.periods import Grain, Period, span_before
from services.statistics.statistics import Scope, Statistics

CLICKS = 50_000
OWNER = 7
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 31, 20, 37, tzinfo=UTC)
# Clocks go forward on 8 March in New York and on 29 March in Berlin; Kathmandu is 5:45 ahead.
ZONES = tuple(map(ZoneInfo, ("Europe/Berlin", "Asia/Kathmandu", "America/New_York")))
PATIENCE = 300.0
BREATH = 0.02
LINKS, TAGGED = 5, 2
PHONES = (
    ("Android", "Android 14", "Chrome Mobile", ""),
    ("Android", "Android 13", "Telegram", "Telegram"),
    ("iPhone", "iOS 17", "Mobile Safari", ""),
    ("iPhone", "iOS 17", "Instagram", "Instagram"),
    ("iPad", "iOS 16", "Mobile Safari", ""),
)
COMPUTERS = (
    ("Windows", "Windows 10", "Chrome", ""),
    ("Mac", "macOS", "Safari", ""),
    ("Linux", "Linux", "Firefox", ""),
    ("other", "", "", ""),
)
COUNTRIES = ("RU", "RU", "RU", "KZ", "DE", "NP", "US", "")
REFERRERS = ("", "", "t.me", "vk.com", "instagram.com", "xn--80ak6aa92e.com")
LANGUAGES = ("ru", "ru", "en", "ne", "")


class Visitor(NamedTuple):
    """Somebody with a browser, who keeps cookies or does not."""

    number: int
    keeps_cookies: bool
    country: str
    device: tuple[str, str, str, str]
    language: str


class Fact(NamedTuple):
    """One click, and what must be counted of it. ``values``: in the order of DIMENSIONS; none of a machine's."""

    link: int
    at: int
    first: bool
    values: tuple[str, ...] | None

    @property
    def bucket(self) -> int:
        return self.at // 900_000


@dataclass(frozen=True)
class Truth:
    facts: Sequence[Fact]

    def of(self, chosen: Iterable[int]) -> "Truth":
        which = set(chosen)
        return Truth([fact for fact in self.facts if fact.link in which])

    def where(self, is_in: Callable[[Fact], bool]) -> "Truth":
        return Truth([fact for fact in self.facts if is_in(fact)])

    @property
    def people(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.values is not None]

    @property
    def sums(self) -> tuple[int, int, int]:
        """clicks, visitors, bots"""
        people = self.people
        return len(people), sum(fact.first for fact in people), len(self.facts) - len(people)

    @property
    def by(self) -> dict[str, dict[str, int]]:
        columns = zip(*(fact.values or () for fact in self.people), strict=True)
        counted = dict(zip(DIMENSIONS, map(dict, map(Counter, columns)), strict=False))
        return {name: counted.get(name, {}) for name in DIMENSIONS}


def a_month_of_clicks(link_ids: Sequence[int], seed: int) -> tuple[list[RecordedClick], Truth]:
    """As web processes would record them, in order of time; and the truth, told by who clicked."""
    rng = random.Random(seed)
    crowd = [
        Visitor(
            number, rng.random() < 0.7, rng.choice(COUNTRIES), rng.choice(PHONES * 3 + COMPUTERS), rng.choice(LANGUAGES)
        )
        for number in range(6_000)
    ]
    span = int((NOW - FIRST).total_seconds() * 1000)
    # Evenly over the month, and as many again in the nights in which clocks change and on the last day.
    nights = [
        (datetime(2026, 3, 8, 5, tzinfo=UTC), 6),
        (datetime(2026, 3, 28, 23, tzinfo=UTC), 6),
        (NOW - timedelta(hours=30), 30),
    ]
    moments = [rng.randrange(span) for _ in range(CLICKS // 2)]
    for _ in range(CLICKS - len(moments)):
        begins, hours = rng.choice(nights)
        moments.append(int((begins - FIRST).total_seconds() * 1000) + rng.randrange(hours * 3_600_000))
    start = int(FIRST.timestamp() * 1000)
    recorded, facts, seen = [], [], set[tuple[int, ...]]()
    for moment in sorted(min(moment, span - 1) for moment in moments):
        click, fact = _click(rng, rng.choice(link_ids), start + moment, rng.choice(crowd), seen)
        recorded.append(click)
        facts.append(fact)
    return recorded, Truth(facts)


def _click(
    rng: random.Random, link: int, at: int, visitor: Visitor, seen: set[tuple[int, ...]]
) -> tuple[RecordedClick, Fact]:
    if rng.random() < 0.08:
        return RecordedClick(link, at, True, False), Fact(link, at, False, None)
    scanned = rng.random() < 0.1
    values = (
        visitor.country, *visitor.device, rng.choice(REFERRERS), visitor.language,
        "scan" if scanned else "", "AB"[visitor.number % 2] if link % 2 else "",
    )  # fmt: skip
    day = at // 86_400_000
    # With a cookie once in the link's life, without one once a day.
    known = (link, visitor.number) if visitor.keeps_cookies else (link, visitor.number, day)
    first = known not in seen
    seen.add(known)
    # Whoever has no cookie of the link, be it that they come for the first time, is told apart by a hash.
    has_cookie = visitor.keeps_cookies and not first
    mark = None if has_cookie else blake2b(repr(known).encode(), digest_size=16).digest()
    told = RecordedClick(link, at, False, not has_cookie, mark, *values[:7], scanned, values[8])
    return told, Fact(link, at, first, values)


@pytest.fixture
async def link_ids(database: Database) -> list[int]:
    """Links of one person, the first of which have a tag."""
    ids = []
    async with database.write() as session:
        await people.add_if_new(session, OWNER, FIRST)
        for number in range(LINKS):
            link = await links.add(
                session, slug=f"link{number}", owner_id=OWNER, target="https://a.example/", now=FIRST
            )
            assert link is not None
            ids.append(link.id)
        for link_id in ids[:TAGGED]:
            session.add(LinkTag(link_id=link_id, tag="spring"))
    return ids


async def test_fifty_thousand_clicks_end_in_counters_and_statistics_as_they_were(
    database: Database, link_ids: list[int], tmp_path: Path
):
    clicks, truth = a_month_of_clicks(link_ids, seed=4)
    async with readers(database):
        await drained(database, clicks, tmp_path / "journals")
    await the_counters_are_right(database, link_ids, truth)
    await the_details_are_right(database, link_ids, truth)
    scopes = {Scope(): link_ids, Scope(tag="spring"): link_ids[:TAGGED], Scope(link_id=link_ids[0]): link_ids[:1]}
    for scope, chosen in scopes.items():
        theirs = truth.of(chosen)
        for zone in ZONES if scope == Scope() else ZONES[1:2]:
            local = {fact.at: datetime.fromtimestamp(fact.at / 1000, zone) for fact in theirs.facts}
            for period in Period:
                await what_people_read_is_right(database, scope, theirs, period, zone, local)


async def drained(database: Database, clicks: Sequence[RecordedClick], folder: Path) -> None:
    """All that clicks go through in a web process."""
    river = ClickRiver(database, folder)
    river.open()
    for first in range(0, len(clicks), 2_500):
        await asyncio.gather(*map(river.journal.record, clicks[first : first + 2_500]))
    await asyncio.wait_for(river.drain.settled(), PATIENCE)
    assert river.journal.lost == 0
    await river.close()


@asynccontextmanager
async def readers(database: Database) -> AsyncIterator[None]:
    """People who look at their statistics all the while; what they see agrees with itself at any moment."""
    statistics, looks = Statistics(database), 0

    async def look() -> None:
        nonlocal looks
        while True:
            zone, period = ZONES[looks % 3], list(Period)[looks % len(Period)]
            overview = await statistics.overview(OWNER, Scope(), period, zone, NOW)
            assert sum(point.clicks for point in overview.points) == overview.clicks
            found = await statistics.breakdown(OWNER, Scope(), period, zone, NOW, DIMENSIONS)
            assert len({sum(values.values()) for values in found.by.values()}) == 1
            looks += 1
            # Who looks has something to read; without a breath all the time would be theirs.
            await asyncio.sleep(BREATH)

    reading = [asyncio.create_task(look()) for _ in range(2)]
    yield
    for task in reading:
        task.cancel()
    outcomes = await asyncio.gather(*reading, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes), outcomes
    assert looks > 3


async def the_counters_are_right(database: Database, link_ids: Sequence[int], truth: Truth) -> None:
    async with database.read() as session:
        beside = await session.execute(select(Link.id, Link.clicks, Link.visitors, Link.bots))
        assert {row[0]: tuple(row[1:]) for row in beside} == {link: truth.of([link]).sums for link in link_ids}
        rows = await session.execute(
            select(ClickCount.link_id, ClickCount.bucket, ClickCount.clicks, ClickCount.visitors, ClickCount.bots)
        )
        counted = {(row[0], row[1]): tuple(row[2:]) for row in rows}
        raw = Counter((await session.execute(select(Click.link_id, Click.bot, Click.first_visit, *_columns()))).all())
    expected: dict[tuple[int, int], list[int]] = {}
    for fact in truth.facts:
        sums = expected.setdefault((fact.link, fact.bucket), [0, 0, 0])
        if fact.values is None:
            sums[2] += 1
        else:
            sums[0] += 1
            sums[1] += fact.first
    assert counted == {key: tuple(sums) for key, sums in expected.items()}
    told = Counter((fact.link, fact.values is None, fact.first, *_raw(fact.values)) for fact in truth.facts)
    assert Counter({tuple(row): number for row, number in raw.items()}) == told


def _columns() -> list[object]:
    return [getattr(Click, name) for name in DIMENSIONS]


def _raw(values: tuple[str, ...] | None) -> tuple[str | bool, ...]:
    """As raw clicks have them: a scan is a yes there, and nothing is known of machines."""
    if values is None:
        return (*[""] * 7, False, "")
    return (*values[:7], values[7] == "scan", values[8])


async def the_details_are_right(database: Database, link_ids: Sequence[int], truth: Truth) -> None:
    first, end = int(FIRST.timestamp()) // 900, int(NOW.timestamp()) // 900 + 1
    middle = first + 1_000
    for span in ((None, None), (first, end), (first + 1, end - 1), (middle, middle + 7), (middle, middle + 700)):
        async with database.read() as session:
            found = await details_of(session, link_ids, *span)
        for link in link_ids:
            theirs = truth.of([link])
            if span[0] is not None and span[1] is not None:
                theirs = Truth([fact for fact in theirs.facts if span[0] <= fact.bucket < span[1]])
            assert _full(found.get(link, {})) == theirs.by


def _full(by: object) -> dict[str, dict[str, int]]:
    assert isinstance(by, dict)
    return {name: dict(by.get(name, {})) for name in DIMENSIONS}


async def what_people_read_is_right(
    database: Database, scope: Scope, truth: Truth, period: Period, zone: ZoneInfo, local: Mapping[int, datetime]
) -> None:
    """``local``: when it is in the zone, by when it is."""
    statistics = Statistics(database)
    first, last = _days(period, NOW.astimezone(zone).date())
    theirs = truth.where(lambda fact: first <= local[fact.at].date() <= last)

    overview = await statistics.overview(OWNER, scope, period, zone, NOW)
    assert (overview.clicks, overview.visitors, overview.bots) == theirs.sums
    earlier = span_before(period, overview.span)
    if earlier is None:
        assert overview.before is None
    else:
        before = truth.where(lambda fact: earlier.first <= fact.bucket < earlier.end)
        assert overview.before == before.sums[0]
    assert overview.first_click is not None
    assert overview.first_click == datetime.fromtimestamp(truth.people[0].at / 1000, UTC)
    clicked = Counter(_slot(local[fact.at], overview.grain) for fact in theirs.people)
    new = Counter(_slot(local[fact.at], overview.grain) for fact in theirs.people if fact.first)
    points = {_slot(point.start, overview.grain): (point.clicks, point.visitors) for point in overview.points}
    assert len(points) == len(overview.points)
    assert points == {slot: (clicked[slot], new[slot]) for slot in points}
    assert clicked.keys() <= points.keys()

    breakdown = await statistics.breakdown(OWNER, scope, period, zone, NOW, DIMENSIONS)
    assert _full(dict(breakdown.by)) == theirs.by

    heat = await statistics.heat(OWNER, scope, period, zone, NOW)
    hours = Counter((local[fact.at].weekday(), local[fact.at].hour) for fact in theirs.people)
    assert heat.rows == tuple(tuple(hours[day, hour] for hour in range(24)) for day in range(7))


def _days(period: Period, today: date) -> tuple[date, date]:
    """(first, last)"""
    first = {
        Period.TODAY: today,
        Period.YESTERDAY: today - timedelta(days=1),
        Period.WEEK: today - timedelta(days=today.weekday()),
        Period.DAYS_7: today - timedelta(days=6),
        Period.DAYS_30: today - timedelta(days=29),
        Period.MONTH: today.replace(day=1),
        Period.ALL: date.min,
    }[period]
    return first, first if period is Period.YESTERDAY else today


def _slot(moment: datetime, grain: Grain) -> tuple[object, ...]:
    """The hour, day or month that a moment is in; an hour that comes twice is two."""
    if grain is Grain.HOUR:
        return moment.date(), moment.hour, moment.utcoffset()
    return (moment.date(),) if grain is Grain.DAY else (moment.year, moment.month)
