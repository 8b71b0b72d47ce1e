"""SQL compiled once a run, not once a database: thousands of databases come and go, of two kinds that never change."""

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine.interfaces import CompiledCacheType
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from db.engine import Database

# More than there are in the whole project.
COMPILED: CompiledCacheType = LRUCache(5_000)


def compile_once() -> None:
    """From now on, databases of this process share what they compile.

    What is compiled is kept by its dialect, and each engine has one of its own. Those of one kind count as the same
    here: no test changes how one compiles.
    """
    for kind in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
        kind.__hash__ = lambda dialect: hash(type(dialect))  # type: ignore[assignment,method-assign]
        kind.__eq__ = lambda dialect, other: type(dialect) is type(other)  # type: ignore[method-assign]
    begin = Database.__init__

    def begin_with_the_shared(database: Database, engine: AsyncEngine) -> None:
        engine.sync_engine._compiled_cache = COMPILED
        begin(database, engine)

    Database.__init__ = begin_with_the_shared  # type: ignore[assignment,method-assign]
