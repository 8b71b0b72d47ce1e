from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.engine import Database
from tests.redirect_server.web import Web, web_process


@pytest.fixture
async def web(database: Database, tmp_path: Path) -> AsyncIterator[Web]:
    """One web process, on both kinds of database."""
    async with web_process(database, tmp_path / "journals", bot_url="https://t.me/toklink_bot") as process:
        yield process
