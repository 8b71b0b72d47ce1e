"""Databases that are migrated already: the migrations run once, and every test gets a copy of what they made."""

import asyncio
import sqlite3
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg

from db.engine import Database
from db.migrate import migrate
from tests.servers import folder_in_memory, postgres_server

# On a server of `migrated_postgres_server`: has all tables, and nobody connects to it, so that it can be copied.
TEMPLATE = "migrated"


@cache
def migrated_file() -> bytes:
    """A SQLite database with all tables, as a file has it."""
    with tempfile.TemporaryDirectory(prefix="toklink-migrated-") as folder:
        path = Path(folder) / "toklink.db"
        _wait_for(lambda: _migrated(f"sqlite+aiosqlite:///{path}"))
        connection = sqlite3.connect(path)
        try:
            return connection.serialize()
        finally:
            connection.close()


@contextmanager
def migrated_postgres_server() -> Iterator[str]:
    """A PostgreSQL with a database to copy; yields its address without a database."""
    with postgres_server() as server:
        _wait_for(lambda: _make_template(server))
        yield server


async def create_postgres(server: str, *, empty: bool = False) -> str:
    """A new database with all tables, or without any; returns its address."""
    name = f"test_{uuid.uuid4().hex}"
    async with _administrator(server) as connection:
        # Files are copied as they are: a copy through the log takes twice the time.
        template = "" if empty else f" TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"
        await connection.execute(f"CREATE DATABASE {name}{template}")
    return f"{server}/{name}"


async def drop_postgres(address: str) -> None:
    """Give back its room in memory. On a disk it stays until all ends: there, new files wait for deleted ones."""
    if folder_in_memory() is None:
        return
    server, name = address.rsplit("/", 1)
    async with _administrator(server) as connection:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _make_template(server: str) -> None:
    async with _administrator(server) as connection:
        await connection.execute(f"CREATE DATABASE {TEMPLATE}")
    await _migrated(f"{server}/{TEMPLATE}")


async def _migrated(url: str) -> None:
    database = Database.open(url)
    await migrate(database)
    await database.close()


@asynccontextmanager
async def _administrator(server: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(f"{server.replace('+asyncpg', '')}/postgres")
    try:
        yield connection
    finally:
        await connection.close()


def _wait_for(work: Callable[[], Awaitable[None]]) -> None:
    """Do it now, even where a loop runs already: in a thread of its own."""

    async def do() -> None:
        await work()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, do()).result()
