"""What is counted of clicks beside their number: who is new, where they came from, what owners are told."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, update

from db.engine import Database
from db.tables import ClickDetail, Link, LinkEvent, LinkWebhook, WebhookClick, Work
from services.clicks.dimensions import OTHER
from services.clicks.records import RecordedClick
from services.clicks.river import ClickRiver
from services.links.options import LinkOptions
from services.links.slots import Slots
from services.links.ways import LinkSettings, Way
from tests.redirect_server.web import OWNER, make_link

MOMENT = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000
PATIENCE = 60.0


@asynccontextmanager
async def a_process(database: Database, folder: Path) -> AsyncIterator[ClickRiver]:
    river = ClickRiver(database, folder)
    river.open()
    try:
        yield river
    finally:
        await river.close(PATIENCE)


async def counted(database: Database, folder: Path, clicks: Sequence[RecordedClick]) -> None:
    async with a_process(database, folder) as river:
        await asyncio.gather(*map(river.journal.record, clicks))
        await asyncio.wait_for(river.drain.settled(), PATIENCE)


def unknown(link: int, visitor: int, at: int = MOMENT) -> RecordedClick:
    """Of a visitor without a cookie."""
    return RecordedClick(link, at, False, True, visitor.to_bytes(16))


async def sums(database: Database, link: int) -> tuple[int, int]:
    async with database.read() as session:
        found = await session.get_one(Link, link)
        return found.clicks, found.visitors


async def test_a_visitor_without_a_cookie_counts_once_a_day_whichever_processes_they_meet(
    database: Database, tmp_path: Path
):
    link = await make_link(database, "abc1234")
    clicks = [unknown(link, visitor) for visitor in range(300)] * 2
    async with AsyncExitStack() as stack:
        rivers = [
            await stack.enter_async_context(a_process(database, tmp_path / f"journals{number}")) for number in range(3)
        ]
        for river, some in zip(rivers, (clicks, clicks[::-1], clicks[100:400]), strict=True):
            for click in some:
                river.journal.record(click)
        await asyncio.gather(*(asyncio.wait_for(river.drain.settled(), PATIENCE) for river in rivers))
    assert await sums(database, link) == (1_500, 300)
    await counted(database, tmp_path / "later", [unknown(link, 1), unknown(link, 1, MOMENT + DAY), unknown(link, 999)])
    assert await sums(database, link) == (1_503, 302)


async def test_two_thousand_referrers_made_up_in_an_hour_are_a_hundred_and_the_rest(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    clicks = [
        RecordedClick(link, MOMENT + number * 1_800, False, False, country="RU", referrer=f"made-up-{number}.example")
        for number in range(2_000)
    ]
    await counted(database, tmp_path, clicks)
    async with database.read() as session:
        rows = await session.scalars(select(ClickDetail).where(ClickDetail.level > 0))
        spans = {row.level: json.loads(row.values) for row in rows}
    for level in (1, 2):
        referrers = spans[level]["referrer"]
        assert (len(referrers), sum(referrers.values()), referrers[OTHER]) == (101, 2_000, 1_900)
        assert spans[level]["country"] == {"RU": 2_000}


async def test_milestones_are_noted_as_they_are_passed_and_once(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")

    async def noted(clicks: int, *, bots: int = 0) -> list[int]:
        some = [RecordedClick(link, MOMENT, number < bots, False) for number in range(clicks + bots)]
        await counted(database, tmp_path, some)
        async with database.read() as session:
            return list(await session.scalars(select(LinkEvent.number).order_by(LinkEvent.id)))

    assert await noted(0, bots=5) == []
    assert await noted(1) == [1]
    assert await noted(98) == [1]
    assert await noted(1) == [1, 100]
    assert await noted(899) == [1, 100]
    assert await noted(2) == [1, 100, 1_000]
    async with database.write() as session:
        await session.execute(update(Link).values(clicks=99_990))
    assert await noted(30) == [1, 100, 1_000, 100_000]


async def test_a_first_batch_that_passes_several_milestones_notes_the_first_click_and_the_highest(
    database: Database, tmp_path: Path
):
    link = await make_link(database, "abc1234")
    await counted(database, tmp_path, [RecordedClick(link, MOMENT, False, False)] * 150)
    async with database.read() as session:
        assert sorted(await session.scalars(select(LinkEvent.number))) == [1, 100]


async def test_the_first_click_of_a_person_is_known_to_the_moment_whichever_journal_is_counted_first(
    database: Database, tmp_path: Path
):
    link = await make_link(database, "abc1234")

    async def first() -> datetime | None:
        async with database.read() as session:
            return await session.scalar(select(Link.first_click_at).where(Link.id == link))

    await counted(database, tmp_path / "crawlers", [RecordedClick(link, MOMENT - 5_000, True, False)])
    assert await first() is None
    later = [RecordedClick(link, MOMENT + after, False, False) for after in (420_007, 60_000, 61_000)]
    await counted(database, tmp_path / "one", later)
    assert await first() == datetime(2026, 3, 1, 12, 1, tzinfo=UTC)
    await counted(database, tmp_path / "two", [RecordedClick(link, MOMENT + DAY, False, False)])
    assert await first() == datetime(2026, 3, 1, 12, 1, tzinfo=UTC)
    await counted(database, tmp_path / "left by a dead process", [RecordedClick(link, MOMENT + 1_500, False, False)])
    assert await first() == datetime(2026, 3, 1, 12, 0, 1, 500_000, tzinfo=UTC)


async def test_clicks_that_are_counted_after_a_limit_was_set_use_it_up_and_none_does_twice(
    database: Database, tmp_path: Path
):
    link, free = await make_link(database, "abc1234"), await make_link(database, "free")
    options = LinkOptions(database, public_url="https://tok.example", own_hosts=frozenset(), allow_private=False)
    await options.set_limit(OWNER, link, 5, datetime.now(UTC))
    three = [RecordedClick(link, MOMENT, False, False)] * 3
    crawlers = [RecordedClick(link, MOMENT, True, False)] * 4
    await counted(database, tmp_path, [*three, *crawlers, RecordedClick(free, MOMENT, False, False)])
    slots, settings = Slots(database), LinkSettings(own=Way("https://a.ru/", "a.ru"), limit=5)
    assert [await slots.take(link, settings) for _ in range(4)] == [True, True, False, False]
    await counted(database, tmp_path, three[:2])
    async with database.read() as session:
        passed = {row.id: row.passed for row in await session.execute(select(Link.id, Link.passed))}
    assert passed == {link: 5, free: 0}


async def test_a_webhook_is_owed_each_click_of_people_once_and_wakes(database: Database, tmp_path: Path):
    told, quiet = await make_link(database, "told"), await make_link(database, "quiet")
    async with database.write() as session:
        await session.execute(update(Link).where(Link.id == told).values(has_webhook=True))
        session.add(LinkWebhook(link_id=told, url="https://a.example/", secret=b"", created_at=datetime.now(UTC)))
    clicks = [
        RecordedClick(told, MOMENT, True, False),
        RecordedClick(quiet, MOMENT, False, True),
        RecordedClick(
            told, MOMENT, False, True, bytes(16), "RU", "iPhone", "iOS 17", "Safari", "", "t.me", "ru", True, "B"
        ),
        RecordedClick(told, MOMENT + 5, False, True, bytes(16), "RU"),
    ]  # fmt: skip
    await counted(database, tmp_path, clicks)
    async with database.read() as session:
        owed = [
            json.loads(each) for each in await session.scalars(select(WebhookClick.click).order_by(WebhookClick.id))
        ]
        woken = (await session.scalars(select(Work))).all()
    assert len({each.pop("id") for each in owed}) == 2
    assert owed[0] == {
        "at": "2026-03-01T12:00:00.000+00:00", "slug": "told", "country": "RU", "device": "iPhone", "system": "iOS 17",
        "browser": "Safari", "app": "", "referrer": "t.me", "language": "ru", "qr": True, "variant": "B",
        "first_visit": True,
    }  # fmt: skip
    assert (owed[1]["at"], owed[1]["first_visit"], owed[1]["qr"]) == ("2026-03-01T12:00:00.005+00:00", False, False)
    assert [(work.kind, work.key, work.person_id, work.state) for work in woken] == [
        ("webhook", str(told), OWNER, "due")
    ]
