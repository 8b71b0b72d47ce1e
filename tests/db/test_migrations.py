import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.migrate import differences, migrate, revisions
from db.tables import Person


async def test_an_empty_database_gets_all_tables_and_they_equal_the_models(database_url: str):
    database = Database.open(database_url)
    before, newest = await revisions(database)
    assert before is None
    await migrate(database)
    assert await revisions(database) == (newest, newest)
    assert await differences(database) == []
    await database.close()


async def test_migrating_twice_changes_nothing(database: Database):
    await migrate(database)
    assert await differences(database) == []


async def test_two_processes_that_start_at_once_migrate_one_after_the_other(database_url: str):
    processes = [Database.open(database_url) for _ in range(3)]
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
