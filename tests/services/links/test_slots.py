"""Slots of a limited link: as many as there are, asked for in few transactions, and remembered when they are gone."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from db.engine import Database
from db.queries import links as queries
from services.links.slots import Slots, SlotsUnavailable
from services.links.ways import LinkSettings, Way
from tests.redirect_server.network import network_to
from tests.redirect_server.web import make_link

SETTINGS = LinkSettings(own=Way("https://a.ru/", "a.ru"), limit=1)


@contextmanager
def transactions(database: Database) -> Iterator[list[str]]:
    """One entry for each update of links."""
    seen: list[str] = []

    def watch(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE links"):
            seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", watch)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", watch)


async def passed(database: Database, slug: str) -> int:
    async with database.read() as session:
        link = await queries.by_slug(session, slug)
    assert link is not None
    return link.passed


async def test_all_who_come_at_once_share_a_transaction_and_the_last_slots_are_given_too(database: Database):
    link_id = await make_link(database, "abc1234", click_limit=60)
    slots = Slots(database)
    with transactions(database) as seen:
        taken = await asyncio.gather(*(slots.take(link_id, SETTINGS) for _ in range(50)))
        assert taken == [True] * 50
        assert len(seen) <= 2
        more = await asyncio.gather(*(slots.take(link_id, SETTINGS) for _ in range(50)))
    assert more == [True] * 10 + [False] * 40
    assert await passed(database, "abc1234") == 60
    await slots.close()


async def test_several_processes_together_give_out_each_slot_once(database: Database):
    ids = [await make_link(database, f"link{number}", click_limit=30) for number in range(3)]
    several = [Slots(database) for _ in range(4)]
    taken = await asyncio.gather(
        *(slots.take(link_id, SETTINGS) for _ in range(20) for slots in several for link_id in ids)
    )
    assert sum(taken) == 90
    assert [await passed(database, f"link{number}") for number in range(3)] == [30] * 3


async def test_nobody_asks_for_a_link_that_is_used_up_until_it_changes(database: Database):
    link_id = await make_link(database, "abc1234", click_limit=1)
    slots = Slots(database)
    assert await slots.take(link_id, SETTINGS)
    assert not await slots.take(link_id, SETTINGS)
    with transactions(database) as seen:
        assert not any([await slots.take(link_id, SETTINGS) for _ in range(20)])
        assert seen == []
        changed = LinkSettings(own=SETTINGS.own, limit=1)
        assert not await slots.take(link_id, changed)
        assert len(seen) == 1


async def test_a_limit_that_was_taken_away_meanwhile_stops_nobody(database: Database):
    link_id = await make_link(database, "abc1234")
    assert await Slots(database).take(link_id, SETTINGS)
    assert await passed(database, "abc1234") == 0


async def test_a_link_that_is_gone_has_no_slots(database: Database):
    assert not await Slots(database).take(4711, SETTINGS)


async def test_who_gives_up_takes_no_slot(database: Database):
    link_id = await make_link(database, "abc1234", click_limit=5)
    slots = Slots(database)
    impatient, patient = (asyncio.create_task(slots.take(link_id, SETTINGS)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient
    assert await passed(database, "abc1234") == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_without_the_database_nobody_knows_and_afterwards_all_is_as_it_was(database: Database, database_url: str):
    link_id = await make_link(database, "abc1234", click_limit=2)
    async with network_to(database_url) as (network, address):
        far = Database.open(address)
        slots = Slots(far)
        await network.cut()
        with pytest.raises(SlotsUnavailable):
            await slots.take(link_id, SETTINGS)
        await network.mend()
        assert await slots.take(link_id, SETTINGS)
        await slots.close()
        await far.close()
    assert await passed(database, "abc1234") == 1
