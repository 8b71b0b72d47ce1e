"""What tests of all rooms share: real databases, each test its own."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from db.engine import Database
from db.migrate import migrate
from tests.servers import postgres_server, valkey_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL of this test run's own, without a database name."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """A Valkey of this test run's own."""
    with valkey_server() as url:
        yield url


@pytest.fixture
def new_postgres_database(postgres: str) -> Callable[[], Awaitable[str]]:
    """Makes an empty database and gives its address."""

    async def make() -> str:
        name = f"test_{uuid.uuid4().hex}"
        engine = create_async_engine(f"{postgres}/postgres", isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        await engine.dispose()
        return f"{postgres}/{name}"

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: every test that takes it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}"
    url: str = await request.getfixturevalue("new_postgres_database")()
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with all tables, on both kinds."""
    database = Database.open(database_url)
    await migrate(database)
    yield database
    await database.close()
