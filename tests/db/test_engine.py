"""Writing and reading side by side, on both databases."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from db.engine import Database
from db.migrate import migrate
from db.queries import tallies
from db.tables import Tally

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
# More than the pool has connections.
MANY = 40


async def count(database: Database) -> None:
    async with database.write() as session:
        await tallies.grow(session, "x", NOW.date())


async def counted(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.coalesce(func.sum(Tally.count), 0))) or 0


def lock(path: Path) -> sqlite3.Connection:
    """As another process does that writes for long."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


async def test_many_writes_that_wait_for_another_process_leave_reading_its_connections(tmp_path: Path):
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}")
    await migrate(database)
    other = await asyncio.to_thread(lock, tmp_path / "toklink.db")
    try:
        writing = [asyncio.create_task(count(database)) for _ in range(MANY)]
        await asyncio.sleep(0)
        async with asyncio.timeout(2):
            assert [await counted(database) for _ in range(5)] == [0] * 5
        # One that gives up waiting takes nobody's turn.
        writing.pop().cancel()
    finally:
        other.execute("ROLLBACK")
        other.close()
    await asyncio.gather(*writing)
    assert await counted(database) == MANY - 1
    await database.close()


async def test_writes_of_one_process_have_their_turns_in_order(tmp_path: Path):
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}")
    await migrate(database)
    order: list[int] = []

    async def write(number: int) -> None:
        async with database.write() as session:
            await session.execute(text("SELECT 1"))
            order.append(number)

    await asyncio.gather(*(write(number) for number in range(MANY)))
    assert order == list(range(MANY))
    await database.close()


async def test_all_writes_are_kept_however_many_write_at_once(database: Database):
    await asyncio.gather(*(count(database) for _ in range(MANY)))
    assert await counted(database) == MANY


async def test_a_write_that_waits_too_long_for_its_turn_fails_as_one_that_finds_the_database_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("db.engine.TURN_SECONDS", 0.05)
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}")
    await migrate(database)
    async with database.write() as session:
        await session.execute(text("SELECT 1"))
        with pytest.raises(OSError, match="turn"):
            await asyncio.create_task(count(database))
    await count(database)
    await database.close()


async def test_a_write_inside_a_write_is_our_own_mistake_and_waits_for_nothing(database: Database):
    async with database.write():
        with pytest.raises(RuntimeError, match="inside"):
            await count(database)
    await count(database)
