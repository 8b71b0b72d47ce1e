"""The whole bot in the sandbox: a real dispatcher, a real database, Telegram's protocol over HTTP."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from sandbox import Person, SandboxClient
from tests.platform import Platform, running_platform


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path) as platform:
        yield platform


@pytest.fixture
def world(platform: Platform) -> SandboxClient:
    return platform.world


@pytest.fixture
def anna(world: SandboxClient) -> Person:
    """Speaks Russian."""
    return world.person("Анна")


@pytest.fixture
def ben(world: SandboxClient) -> Person:
    """Speaks English."""
    return world.person("Бен")


@pytest.fixture
def vera(world: SandboxClient) -> Person:
    """Speaks Russian, and has a name that breaks careless markup."""
    return world.person("Вера")


@pytest.fixture
def olya(world: SandboxClient) -> Person:
    """The operator."""
    return world.person("Оля")


@pytest.fixture
def png() -> bytes:
    """Some picture."""
    picture = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    return picture.getvalue()
