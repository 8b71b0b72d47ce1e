"""What tests of all rooms share: real databases, each test its own."""

import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from db.engine import Database
from tests.databases import create_postgres, drop_postgres, migrated_file, migrated_postgres_server
from tests.servers import folder_in_memory, valkey_server
from tests.statements import compile_once

SHARED_POSTGRES = pytest.StashKey[str]()
# Tests that start several processes each, or a browser, by how their names begin: two at once would be too much for a
# small machine.
GROUPS = {
    "tests/kill/": "processes",
    "tests/bot/test_commands_line.py": "processes",
    "tests/redirect_server/test_processes.py": "processes",
    "tests/sandbox/tiktok/test_run.py": "processes",
    "tests/sandbox/test_page": "browser",
    "tests/sandbox/tiktok/test_page_day.py": "browser",
    "tests/sandbox/tiktok/test_in_chromium.py": "browser",
    "tests/services/tiktok/sources/test_with_a_browser.py": "browser",
    "tests/end_to_end/test_in_a_browser.py": "browser",
}


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Folders of tests lie in memory where there is room: thousands of databases come and go in them."""
    in_memory = folder_in_memory()
    if in_memory is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(in_memory))
    compile_once()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what stands as long as the run; looking it through takes a quarter of all time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of one group run in one process, one after the other; all others wherever there is room.

    xdist writes its own groups into the names of tests, in a way that pytest takes no notice of any more.
    """
    from xdist.scheduler import LoadScopeScheduling

    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = _group
    return scheduler


def _group(name: str) -> str:
    return next((group for beginning, group in GROUPS.items() if name.startswith(beginning)), name)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Where tests run in several processes, these share one PostgreSQL: starting one takes seconds."""
    config: pytest.Config = node.config
    if SHARED_POSTGRES not in config.stash:
        servers = ExitStack()
        config.add_cleanup(servers.close)
        config.stash[SHARED_POSTGRES] = servers.enter_context(migrated_postgres_server())
    node.workerinput["postgres"] = config.stash[SHARED_POSTGRES]


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """A PostgreSQL of this test run's own, without a database name."""
    shared: str | None = getattr(request.config, "workerinput", {}).get("postgres")
    if shared is not None:
        yield shared
        return
    with migrated_postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """A Valkey of this process's own."""
    with valkey_server() as url:
        yield url


@pytest.fixture
def new_postgres_database(postgres: str) -> Callable[[], Awaitable[str]]:
    """Makes a database with all tables and gives its address."""
    return lambda: create_postgres(postgres)


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without tables: every test that takes it runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}"
        return
    url = await create_postgres(request.getfixturevalue("postgres"), empty=True)
    yield url
    await drop_postgres(url)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database with all tables: every test that takes it runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "toklink.db"
        path.write_bytes(migrated_file())
        yield f"sqlite+aiosqlite:///{path}"
        return
    url = await create_postgres(request.getfixturevalue("postgres"))
    yield url
    await drop_postgres(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with all tables, on both kinds."""
    database = Database.open(database_url)
    yield database
    await database.close()
