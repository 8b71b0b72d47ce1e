"""Visitors without a cookie are told apart for a day, alike by all processes, and by nobody afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import delete, select

from db.engine import Database
from db.migrate import migrate
from db.queries import visitors as queries
from db.tables import DailyVisitor, VisitorKey
from services.clicks.visitors import DAY_SECONDS, VisitorHashes
from tests.waiting import until

DAY = 20_000
NOON = DAY * DAY_SECONDS + DAY_SECONDS / 2
ADDRESS, AGENT = "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def running(database: Database, clock: Callable[[], float]) -> AsyncIterator[VisitorHashes]:
    hashes = VisitorHashes(database, clock=clock)
    hashes.start()
    await asyncio.wait_for(hashes.asked(), 10)
    try:
        yield hashes
    finally:
        await hashes.close()


async def days(database: Database) -> list[int]:
    async with database.read() as session:
        return sorted(await session.scalars(select(VisitorKey.day)))


async def test_who_comes_while_the_key_is_being_agreed_upon_is_the_same_visitor_afterwards(database: Database):
    hashes = VisitorHashes(database, clock=lambda: NOON)
    hashes.start()
    asked = asyncio.create_task(hashes.asked())
    # Not at once, so that the database is being asked by now.
    for _ in range(3):
        await asyncio.sleep(0)
    told = set()
    while not asked.done():
        told.add(hashes.hash(7, ADDRESS, AGENT, NOON))
        await asyncio.sleep(0)
    told.add(hashes.hash(7, ADDRESS, AGENT, NOON))
    await hashes.close()
    assert len(told) == 1


async def test_all_processes_tell_a_visitor_alike_who_all_start_at_once(database: Database):
    clock = Clock(NOON)
    processes = [VisitorHashes(database, clock=clock) for _ in range(5)]
    await asyncio.gather(*(process.renew() for process in processes))
    assert len({process.hash(1, ADDRESS, AGENT, NOON) for process in processes}) == 1
    assert await days(database) == [DAY]


async def test_other_links_addresses_agents_and_days_have_hashes_of_their_own(database: Database):
    async with running(database, Clock(NOON)) as hashes:
        told = [
            hashes.hash(1, ADDRESS, AGENT, NOON),
            hashes.hash(2, ADDRESS, AGENT, NOON),
            hashes.hash(1, "203.0.113.8", AGENT, NOON),
            hashes.hash(1, ADDRESS, "Mozilla/5.0", NOON),
            hashes.hash(1, ADDRESS, AGENT, NOON + DAY_SECONDS),
        ]
        assert hashes.hash(1, ADDRESS, AGENT, NOON + 60) == told[0]
    assert len(set(told)) == len(told)
    assert all(len(each) == 16 for each in told)


async def test_whatever_bytes_an_agent_has_it_gets_a_hash(database: Database):
    async with running(database, Clock(NOON)) as hashes:
        assert hashes.hash(1, ADDRESS, "\udcff\x00\U0001f600", NOON)


async def test_tomorrow_s_key_is_made_ahead_and_yesterday_s_deleted(database: Database):
    clock = Clock(NOON)
    first, second = VisitorHashes(database, clock=clock), VisitorHashes(database, clock=clock)
    await first.renew()
    clock.now = (DAY + 1) * DAY_SECONDS - 3_600
    await first.renew()
    await second.renew()
    assert await days(database) == [DAY, DAY + 1]
    midnight = (DAY + 1) * DAY_SECONDS
    told = first.hash(1, ADDRESS, AGENT, midnight)
    assert second.hash(1, ADDRESS, AGENT, midnight) == told
    clock.now = midnight + 1
    await second.renew()
    assert await days(database) == [DAY + 1]
    await first.renew()
    assert first.hash(1, ADDRESS, AGENT, midnight + 2) == told


async def test_while_the_database_is_away_a_process_has_a_key_of_its_own_and_offers_it_later(database: Database):
    hashes = VisitorHashes(database, clock=Clock(NOON))
    told = hashes.hash(1, ADDRESS, AGENT, NOON)
    assert hashes.hash(1, ADDRESS, AGENT, NOON) == told
    await hashes.renew()
    assert hashes.hash(1, ADDRESS, AGENT, NOON) == told
    later = VisitorHashes(database, clock=Clock(NOON))
    assert later.hash(1, ADDRESS, AGENT, NOON) != told
    await later.renew()
    assert later.hash(1, ADDRESS, AGENT, NOON) == told


async def test_a_process_that_found_no_database_goes_on_asking(tmp_path: Path):
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}")
    async with running(database, Clock(NOON)) as hashes:
        told = hashes.hash(1, ADDRESS, AGENT, NOON)
        await migrate(database)

        async def keys() -> list[int]:
            return await days(database)

        await until(keys, [DAY])
        assert hashes.hash(1, ADDRESS, AGENT, NOON) == told
    await database.close()


async def test_each_visitor_is_new_once_however_many_note_them_at_once(database: Database):
    given = [(DAY, link, bytes([number]) * 16) for link in (1, 2) for number in range(50)]

    async def note(some: list[queries.Visitor]) -> set[queries.Visitor]:
        async with database.write() as session:
            return await queries.remember(session, some)

    found = await asyncio.gather(note(given[:70]), note(given[::-1]), note(given[30:] + given[30:40]))
    assert sorted(visitor for new in found for visitor in new) == sorted(given)
    async with database.write() as session:
        assert len((await session.scalars(select(DailyVisitor.visitor))).all()) == len(given)
        assert await queries.remember(session, []) == set()
        await session.execute(delete(DailyVisitor).where(DailyVisitor.link_id == 1))
        assert len(await queries.remember(session, given)) == 50
