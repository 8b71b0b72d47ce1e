"""Waiting for what must come true, instead of sleeping and hoping."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import text

from db.engine import Database

T = TypeVar("T")
PATIENCE_SECONDS = 15.0


async def until(look: Callable[[], Awaitable[T]], wanted: T, *, within: float = PATIENCE_SECONDS) -> None:
    """Look again and again until what is seen is ``wanted``; AssertionError after ``within`` seconds."""
    deadline = time.monotonic() + within
    while (seen := await look()) != wanted:
        assert time.monotonic() < deadline, f"{seen} is not {wanted} after {within} s"
        await asyncio.sleep(0.02)


async def somebody_waits(database: Database) -> None:
    """Return once a transaction waits for what another one has locked; on SQLite, which has one writer, at once."""
    if database.dialect == "sqlite":
        return
    of_this_one = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"

    async def look() -> bool:
        async with database.read() as session:
            return bool(await session.scalar(text(f"{of_this_one} AND wait_event_type = 'Lock'")))

    await until(look, True)
