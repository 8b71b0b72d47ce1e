"""Who changes many links waits for who counts clicks on them, and never both for each other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import links, people, privacy, webhooks
from db.tables import Link, LinkWebhook
from tests.services.links.conftest import ANNA
from tests.waiting import somebody_waits

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PATIENCE = 20.0
# What is done to many links at once, and what they are like for that.
ACTS: dict[str, tuple[Callable[[AsyncSession], Awaitable[Any]], dict[str, Any]]] = {
    "an operator switches all of them off": (lambda session: links.disable_all(session, ANNA, "Spam", NOW), {}),
    "old drafts end": (
        lambda session: links.end_drafts_before(session, NOW, NOW, 10),
        {"draft_since": NOW - timedelta(days=2)},
    ),
    "drafts make room": (lambda session: links.end_oldest_drafts(session, ANNA, 0, NOW), {"draft_since": NOW}),
    "deleted ones are emptied": (
        lambda session: links.empty_deleted_before(session, NOW, 10),
        {"deleted_at": NOW - timedelta(days=2)},
    ),
    "their owner is erased": (lambda session: privacy.end_links(session, ANNA, NOW, 10), {}),
    "they become nobody's": (
        lambda session: privacy.leave_links(session, ANNA),
        {"target": "", "deleted_at": NOW},
    ),
}
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def two_links(database: Database, **values: Any) -> tuple[int, int]:
    """Two links of Anna's, of which the later one lies before the other on the disk."""
    ids = []
    async with database.write() as session:
        await people.add_if_new(session, ANNA, NOW)
        for slug in ("first", "second"):
            link = await links.add(session, slug=slug, owner_id=ANNA, target="https://example.com/", now=NOW)
            assert link is not None
            ids.append(link.id)
    for link_id in reversed(ids):
        async with database.write() as session:
            await session.execute(update(Link).where(Link.id == link_id).values(values | {"name": "moved"}))
    async with database.read() as session:
        on_disk = list(await session.scalars(text("SELECT id FROM links ORDER BY ctid")))
    assert on_disk == ids[::-1], "else this proves nothing"
    return ids[0], ids[1]


@only_postgresql
@pytest.mark.parametrize("act", ACTS)
async def test_who_counts_clicks_and_who_changes_many_links_lock_them_in_the_same_order(database: Database, act: str):
    do, values = ACTS[act]
    first, second = await two_links(database, **values)

    async def acting() -> None:
        async with database.write() as session:
            # As of a person with so many links that all are read in the order in which they lie.
            for path in ("indexscan", "bitmapscan"):
                await session.execute(text(f"SET LOCAL enable_{path} = off"))
            await do(session)

    async with database.write() as session:
        assert await webhooks.hold_link(session, first) is not None
        change = asyncio.create_task(acting())
        await somebody_waits(database)
        assert await webhooks.hold_link(session, second) is not None
    await asyncio.wait_for(change, PATIENCE)


@only_postgresql
async def test_an_erasure_and_a_webhook_that_fails_wait_for_each_other_in_turn(database: Database):
    link_id, _ = await two_links(database, target="", deleted_at=NOW)
    async with database.write() as session:
        session.add(LinkWebhook(link_id=link_id, url="https://a.example/", secret=b"", created_at=NOW))

    async def erasing() -> None:
        async with database.write() as session:
            await privacy.forget_beside_links(session, ANNA)
            await privacy.leave_links(session, ANNA)

    async with database.write() as session:
        assert await webhooks.hold_link(session, link_id) is not None
        erasure = asyncio.create_task(erasing())
        await somebody_waits(database)
        assert await webhooks.hold(session, link_id) is not None
    await asyncio.wait_for(erasure, PATIENCE)
