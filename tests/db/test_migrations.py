import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.migrate import differences, migrate, revisions
from db.tables import Base, ClickCount, Link, Person
from services.links.aliases import skeleton


async def test_an_empty_database_gets_all_tables_and_they_equal_the_models(empty_database_url: str):
    database = Database.open(empty_database_url)
    before, newest = await revisions(database)
    assert before is None
    await migrate(database)
    assert await revisions(database) == (newest, newest)
    assert await differences(database) == []
    await database.close()


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_no_index_stands_twice_in_a_model(table: sa.Table):
    names = [str(index.name) for index in table.indexes]
    assert sorted(set(names)) == sorted(names)


async def test_links_of_before_get_what_later_versions_know_of_them(empty_database_url: str):
    database = Database.open(empty_database_url)
    await migrate(database, "0003")
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    quarter = int(noon.timestamp()) // 900
    person = {"id": 1, "created_at": noon, "muted": ""}
    link = {"owner_id": 1, "created_at": noon, "clicks": 3, "visitors": 2, "bots": 1}
    known = ("id", "slug", "owner_id", "target", "created_at", "clicks", "visitors", "bots")
    links = sa.table("links", *(sa.column(name, Link.__table__.c[name].type) for name in known))
    async with database.write() as session:
        people = sa.table("people", *(sa.column(name, Person.__table__.c[name].type) for name in person))
        await session.execute(sa.insert(people).values(person))
        for number, slug in enumerate(("vvRn1Ia", "quiet77"), 1):
            row = link | {"id": number, "slug": slug, "target": f"https://{number}.example/"}
            await session.execute(sa.insert(links).values(row))
        session.add_all(
            ClickCount(link_id=1, bucket=quarter + later, clicks=clicks, visitors=clicks, bots=1)
            for later, clicks in ((-9, 0), (3, 1), (5, 2))
        )
    await migrate(database)
    assert await differences(database) == []
    async with database.read() as session:
        clicked, quiet = await session.get_one(Link, 1), await session.get_one(Link, 2)
    assert clicked.first_click_at == noon + timedelta(minutes=45)
    assert (clicked.skeleton, clicked.rules, clicked.utm, clicked.passed) == (skeleton("vvRn1Ia"), [], {}, 0)
    assert (quiet.first_click_at, quiet.click_limit, quiet.opens_app, quiet.muted) == (None, None, False, "")
    await database.close()


async def test_migrating_twice_changes_nothing(database: Database):
    await migrate(database)
    assert await differences(database) == []


async def test_two_processes_that_start_at_once_migrate_one_after_the_other(empty_database_url: str):
    processes = [Database.open(empty_database_url) for _ in range(3)]
    await asyncio.gather(*(migrate(process) for process in processes))
    assert await differences(processes[0]) == []
    for process in processes:
        await process.close()


async def test_many_first_connections_at_once_find_a_new_file_open_to_all(tmp_path: Path):
    for number in range(20):
        url = f"sqlite+aiosqlite:///{tmp_path / f'{number}.db'}"
        processes = [Database.open(url) for _ in range(6)]
        await asyncio.gather(*(process.ping() for process in processes))
        for process in processes:
            await process.close()


async def test_reading_sees_one_state_whatever_is_written_meanwhile(database: Database):
    async def people(session: AsyncSession) -> int | None:
        return await session.scalar(select(func.count()).select_from(Person))

    async with database.read() as view:
        assert await people(view) == 0
        async with database.write() as session:
            session.add(Person(id=1, created_at=datetime.now(UTC)))
        assert await people(view) == 0
    async with database.read() as view:
        assert await people(view) == 1


async def test_what_fails_in_a_transaction_is_undone(database: Database):
    async def fails() -> None:
        async with database.write() as session:
            session.add(Person(id=1, created_at=datetime.now(UTC)))
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    async with database.read() as view:
        assert await view.get(Person, 1) is None


async def test_times_come_back_in_utc_and_naive_ones_are_refused(database: Database):
    noon = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    async with database.write() as session:
        session.add(Person(id=1, created_at=noon))
    async with database.read() as view:
        person = await view.get_one(Person, 1)
        assert person.created_at == noon
        assert person.created_at.tzinfo is UTC
    with pytest.raises(StatementError):
        async with database.write() as session:
            session.add(Person(id=2, created_at=noon.replace(tzinfo=None)))
