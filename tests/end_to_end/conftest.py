"""The whole platform on both kinds of storage, and a browser's way of asking."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from tests.platform import Platform, running_platform

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(params=["sqlite", "postgresql and valkey"])
async def platform(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Platform]:
    """Small as on a laptop, and grown up."""
    changes: dict[str, object] = {}
    if request.param != "sqlite":
        changes["redis_url"] = SecretStr(f"{request.getfixturevalue('valkey')}/{uuid.uuid4().int % 16}")
        changes["secret_key"] = SecretStr("the same on every machine " * 2)
        changes["database_url"] = SecretStr(await request.getfixturevalue("new_postgres_database")())
    async with running_platform(tmp_path, changes) as platform:
        yield platform


@pytest.fixture
async def visitor() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody with a browser, who follows short links and keeps cookies; does not go on to the target."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(headers={"User-Agent": FIREFOX}, cookie_jar=jar) as session:
        yield session
