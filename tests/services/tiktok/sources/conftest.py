"""A TikTok of the test's own, and ways to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.tiktok.server import TikTokServer
from services.tiktok.sources import Sources
from tests.browser import chromium_or_skip
from tests.platform import Clock


@dataclass
class Told:
    """What operators were told."""

    errors: list[tuple[str, str]] = field(default_factory=list)

    async def report(self, error: Exception, source: str) -> None:
        self.errors.append((source, str(error)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def tiktok(clock: Clock) -> AsyncIterator[TikTokServer]:
    async with TikTokServer(clock) as server:
        yield server


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def open_sources(tiktok: TikTokServer, clock: Clock, told: Told) -> AsyncIterator[Callable[..., Sources]]:
    """Makes ways to TikTok; without a browser unless ``chromium`` says otherwise."""
    async with AsyncExitStack() as stack:

        def make(**given: Any) -> Sources:
            usual: dict[str, Any] = {"resolve": tiktok.resolve, "tokens": [], "proxies": [], "chromium": None}
            sources = Sources.open(**(usual | given), clock=clock, report=told.report)
            stack.push_async_callback(sources.close)
            return sources

        yield make


@pytest.fixture
def chromium() -> Path:
    return Path(chromium_or_skip())
