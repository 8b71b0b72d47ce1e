"""The database: SQLite embedded, PostgreSQL grown up."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

# How long a write waits for another process's write.
SQLITE_BUSY_SECONDS = 15
# How long it waits for this process's own writes before it, which may be waiting for another process's.
TURN_SECONDS = 30.0
WAL_SECONDS = 2.0


class Database:
    """Sessions to read with and sessions to write with.

    >>> async with database.write() as session:   # one transaction: committed at the end, rolled back on an error
    ...     await links.add(session, …)
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(toklink_write=True)
        self._reader = engine
        if engine.dialect.name == "postgresql":
            # Two queries of one view must agree; SQLite's transactions see one state anyway.
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        # SQLite takes one write at a time. Who waits for its turn here holds no connection meanwhile, so that however
        # many wait, reading goes on.
        self._turns = asyncio.Lock() if engine.dialect.name == "sqlite" else None
        self._writing: set[asyncio.Task[Any] | None] = set()

    @classmethod
    def open(cls, url: str) -> "Database":
        """``sqlite+aiosqlite:///path`` or ``postgresql+asyncpg://…``; connects at the first use.

        Errors name no parameters: these are what people wrote, and errors are kept.
        """
        if make_url(url).get_backend_name() == "sqlite":
            engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_SECONDS})
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
        else:
            engine = create_async_engine(
                url,
                hide_parameters=True,
                pool_pre_ping=True,
                pool_recycle=1800,
                connect_args={"timeout": 10, "command_timeout": 60},
            )
        return cls(engine)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A consistent view; nothing done in it is kept."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends and rolled back when it raises. None is inside another."""
        task = asyncio.current_task()
        if task in self._writing:
            # On SQLite it would wait for itself.
            raise RuntimeError("a write inside a write")
        async with self._turn():
            self._writing.add(task)
            try:
                async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
                    yield session
            finally:
                self._writing.discard(task)

    def _turn(self) -> AbstractAsyncContextManager[None]:
        return nullcontext() if self._turns is None else _taking_turns(self._turns)

    async def ping(self) -> None:
        """Raises what the driver raises when the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()


@asynccontextmanager
async def _taking_turns(turns: asyncio.Lock) -> AsyncIterator[None]:
    """In the order of asking. Raises TimeoutError, an OSError, where the turn does not come."""
    try:
        async with asyncio.timeout(TURN_SECONDS):
            await turns.acquire()
    except TimeoutError as error:
        raise TimeoutError("the database is locked: this write's turn did not come") from error
    try:
        yield
    finally:
        turns.release()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction control starts them late; _begin_sqlite starts them where we mean it.
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Turn to a write-ahead log. Two that do so at once on a new file: SQLite refuses the second without waiting."""
    ends = time.monotonic() + WAL_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > ends:
                raise
            # The first one is done in a moment, in a thread of its own.
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns to writing fails at once when another process has written meanwhile;
    # an immediate one waits its turn.
    write = connection.get_execution_options().get("toklink_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
