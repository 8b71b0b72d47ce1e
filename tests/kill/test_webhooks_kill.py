"""Who tells a webhook of clicks is ended by SIGKILL: every click arrives, in order, what comes twice to the letter."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess

import pytest

from db.engine import Database
from db.queries import people
from db.queries import webhooks as queries
from services.links.links import Links
from tests.kill.siege import PATIENCE
from tests.kill.webhook_launch import POINTS, WebhookOrder, tell_webhooks, webhooks_of
from tests.processes import processes
from tests.services.webhooks.receiver import receiving
from tests.waiting import until

pytestmark = pytest.mark.kill

ANNA, CLICKS = 1001, 350


@asynccontextmanager
async def telling(order: WebhookOrder) -> AsyncIterator[BaseProcess]:
    """A real process that tells webhooks."""
    process = processes.Process(target=tell_webhooks, args=(order,), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        await asyncio.to_thread(process.join, PATIENCE)


async def waiting_clicks(database: Database, url: str) -> int:
    """A link whose webhook is to be told of many clicks; its id."""
    now = datetime.now(UTC)
    async with database.write() as session:
        await people.add_if_new(session, ANNA, now)
    links = Links(
        database,
        public_url="https://tok.example",
        own_hosts=frozenset({"tok.example"}),
        allow_private=False,
        most_per_person=3,
        choose=random.Random(7).choice,
    )
    link, _ = await links.create(ANNA, "https://example.com/own", now)
    _works, webhooks = webhooks_of(database)
    await webhooks.set(ANNA, link.id, url, now)
    async with database.write() as session:
        await queries.hold_link(session, link.id)
        await queries.add_clicks(session, [(link.id, ANNA, str(number)) for number in range(CLICKS)], now)
    return link.id


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_named_point_every_click_arrives_in_its_order(
    database: Database, database_url: str, point: str
):
    async with receiving() as receiver:
        await waiting_clicks(database, receiver.url)
        async with telling(WebhookOrder(database_url, point, nth=2)) as victim:
            await asyncio.to_thread(victim.join, PATIENCE)
            assert victim.exitcode == -signal.SIGKILL

        async def arrived() -> list[int]:
            return receiver.clicks

        async with telling(WebhookOrder(database_url)):
            await until(arrived, list(range(CLICKS)), within=PATIENCE)
        bodies = {batch["batch"]: body for batch, body in zip(receiver.batches, receiver.bodies, strict=True)}
        assert set(receiver.bodies) == set(bodies.values()), "what comes again is the same to the letter"
        # Only what was sent and not noted comes twice.
        assert len(receiver.bodies) - len(bodies) == (1 if point == "batch_sent" else 0)
