"""Migrations from inside the program: no alembic.ini, one way for both databases."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from db.engine import Database
from db.tables import Base

# Any number, the same in every process: two that start at once migrate one after the other.
POSTGRES_LOCK = 7_360_512_001


async def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to the newest revision, or to an earlier one; does nothing when they are there already.

    Two processes that start at once migrate one after the other. All or nothing: the lock and the changes are one
    transaction.
    """
    if database.dialect == "sqlite":
        await _migrate_sqlite(database, revision)
        return
    async with database.engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRES_LOCK})
        await connection.run_sync(_upgrade, revision)


async def _migrate_sqlite(database: Database, revision: str) -> None:
    # Tables are rebuilt under other names there, which foreign keys would hinder; what they say is checked instead.
    # The switch is of no effect inside a transaction, so it is thrown on a connection of its own.
    engine = database.engine.execution_options(toklink_write=True)
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.execute("PRAGMA foreign_keys = OFF")
        try:
            async with connection.begin():
                await connection.run_sync(_upgrade, revision)
                broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
                if broken:
                    raise RuntimeError(f"a migration left rows that refer to nothing: {broken[:5]}")
        finally:
            await connection.invalidate()


async def revisions(database: Database) -> tuple[str | None, str]:
    """The revision of the tables (None: empty database) and the newest one."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_current), _newest()


async def differences(database: Database) -> list[object]:
    """What the tables of a migrated database have other than the models; empty when they agree."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_compare)


async def write_revision(database: Database, message: str) -> None:
    """Write a new migration from what the models have and a migrated database has not."""
    async with database.engine.connect() as connection:
        await connection.run_sync(lambda sync: _revision(sync, message))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, revision: str) -> None:
    command.upgrade(_config(connection), revision)


def _revision(connection: Connection, message: str) -> None:
    command.revision(_config(connection), message, autogenerate=True)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newest() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def _compare(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))
