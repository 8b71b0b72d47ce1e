"""Clicks wait for their webhook, in their order, and never without anybody being due to tell them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from db.engine import Database
from db.queries import webhooks as queries
from db.tables import Link, LinkWebhook, Person, WebhookClick, Work

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OWNER = 7


@pytest.fixture
async def link_id(database: Database) -> int:
    """A link with a webhook."""
    async with database.write() as session:
        session.add(Person(id=OWNER, created_at=NOW))
        await session.flush()
        link = Link(slug="abcdefg", owner_id=OWNER, target="https://example.com/", created_at=NOW, has_webhook=True)
        session.add(link)
        await session.flush()
        session.add(LinkWebhook(link_id=link.id, url="https://example.com/hook", secret=b"", created_at=NOW))
        return link.id


async def clicked(database: Database, link_id: int, *clicks: str, now: datetime = NOW) -> None:
    async with database.write() as session:
        await queries.add_clicks(session, [(link_id, OWNER, click) for click in clicks], now)


async def work_of(database: Database, link_id: int) -> Work | None:
    async with database.read() as session:
        return await session.scalar(select(Work).where(Work.kind == queries.WORK, Work.key == str(link_id)))


async def test_clicks_leave_in_the_order_in_which_they_came(database: Database, link_id: int):
    await clicked(database, link_id, "1", "2", "3")
    await clicked(database, link_id, "4")
    async with database.write() as session:
        assert await queries.take(session, link_id, 3) == ["1", "2", "3"]
        assert await queries.take(session, link_id, 3) == ["4"]
        assert await queries.take(session, link_id, 3) == []


async def test_a_click_makes_the_telling_due(database: Database, link_id: int):
    await clicked(database, link_id, "1")
    work = await work_of(database, link_id)
    assert work is not None
    assert (work.state, work.due_at, work.person_id, work.attempts, work.facts) == ("due", NOW, OWNER, 0, {})


async def test_a_click_does_not_hurry_a_telling_that_waits_for_its_next_try(database: Database, link_id: int):
    await clicked(database, link_id, "1")
    later = NOW + timedelta(hours=1)
    async with database.write() as session:
        await session.execute(update(Work).values(due_at=later, attempts=3))
    await clicked(database, link_id, "2")
    work = await work_of(database, link_id)
    assert work is not None
    assert (work.due_at, work.attempts) == (later, 3)


async def test_a_telling_that_was_given_up_begins_anew_with_the_next_click(database: Database, link_id: int):
    await clicked(database, link_id, "1")
    async with database.write() as session:
        await session.execute(update(Work).values(state="failed", attempts=9, reason="broken", finished_at=NOW))
    later = NOW + timedelta(minutes=1)
    await clicked(database, link_id, "2", now=later)
    work = await work_of(database, link_id)
    assert work is not None
    assert (work.state, work.due_at, work.attempts, work.reason, work.finished_at) == ("due", later, 0, None, None)


async def test_the_telling_ends_only_when_nothing_waits(database: Database, link_id: int):
    await clicked(database, link_id, "1")
    async with database.write() as session:
        assert not await queries.end_work(session, link_id)
        await queries.take(session, link_id, 10)
        assert await queries.end_work(session, link_id)
    assert await work_of(database, link_id) is None


async def test_a_click_that_comes_while_the_telling_ends_is_not_forgotten(database: Database, link_id: int):
    async def click(number: int) -> None:
        await clicked(database, link_id, str(number))

    async def end() -> None:
        async with database.write() as session:
            await queries.take(session, link_id, 1_000)
            # Somebody's click may come in between.
            await asyncio.sleep(0.001)
            await queries.end_work(session, link_id)

    for number in range(20):
        await asyncio.gather(click(2 * number), end(), click(2 * number + 1))
        async with database.read() as session:
            waiting = await session.scalar(select(func.count()).select_from(WebhookClick))
        assert (await work_of(database, link_id) is not None) or not waiting


async def test_of_a_webhook_that_takes_none_only_the_newest_clicks_wait(
    database: Database, link_id: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queries, "MOST_WAITING", 3)
    await clicked(database, link_id, *"12345")
    async with database.write() as session:
        assert await queries.count_waiting(session, link_id) == 5, "it is only slow"
        await session.execute(update(LinkWebhook).values(failing_since=NOW))
    await clicked(database, link_id, *"67")
    async with database.write() as session:
        webhook = await queries.find(session, link_id)
        assert webhook is not None
        assert webhook.dropped == 4
        assert await queries.take(session, link_id, 10) == ["5", "6", "7"]


async def test_a_long_queue_is_shortened_in_small_parts_by_who_counts(
    database: Database, link_id: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queries, "MOST_WAITING", 3)
    monkeypatch.setattr(queries, "DROPPED_AT_ONCE", 2)
    await clicked(database, link_id, *map(str, range(20)))
    async with database.write() as session:
        await session.execute(update(LinkWebhook).values(failing_since=NOW))
    left = []
    for number in range(20, 40):
        await clicked(database, link_id, str(number))
        async with database.read() as session:
            left.append(await queries.count_waiting(session, link_id))
    # Those that came, and two more.
    assert left == [18, 16, 14, 12, 10, 8, 6, 4] + [3] * 12
    async with database.write() as session:
        webhook = await queries.find(session, link_id)
        assert webhook is not None
        assert webhook.dropped == 37
        assert await queries.take(session, link_id, 10) == ["37", "38", "39"]
