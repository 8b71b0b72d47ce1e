"""A TikTok of a test's own, and somebody who reads its pages and lists over plain HTTP."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from sandbox.tiktok import TikTokServer
from sandbox.tiktok.signing import bogus, gnarly
from tests.sandbox.conftest import Clock

PATIENCE = aiohttp.ClientTimeout(total=10)


class Reader:
    """Reads one stand-in as programs do; ``https://www.tiktok.com`` is on this machine here."""

    def __init__(self, http: aiohttp.ClientSession, tiktok: TikTokServer) -> None:
        self._http = http
        self._tiktok = tiktok

    async def get(self, path: str, **query: object) -> tuple[int, str]:
        """Status and text; redirects are not followed."""
        address = f"https://{self._tiktok.resolve}{path}" + (f"?{urlencode(query)}" if query else "")
        async with self._http.get(address, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def location(self, address: str) -> str:
        """Where a short address leads."""
        path = re.sub(r"https://[^/]+", f"https://{self._tiktok.resolve}", address)
        async with self._http.get(path, allow_redirects=False) as answer:
            assert answer.status in {301, 302}
            return answer.headers["Location"]

    async def json(self, path: str, **query: object) -> dict[str, Any]:
        status, text = await self.get(path, **query)
        assert status == 200
        tree: dict[str, Any] = json.loads(text)
        return tree

    async def signed(self, path: str, **query: object) -> dict[str, Any]:
        """As TikTokApi asks; an empty answer is {}."""
        return await self._answer(path, self._signed(query))

    async def signed_twice(self, path: str, **query: object) -> dict[str, Any]:
        """As TikTok's own pages ask."""
        text = self._signed(query)
        return await self._answer(path, f"{text}&X-Gnarly={gnarly(text, self._tiktok.gnarly_key)}")

    def _signed(self, query: dict[str, object]) -> str:
        text = urlencode(query)
        return f"{text}&X-Bogus={bogus(text, self._tiktok.bogus_key)}"

    async def _answer(self, path: str, query: str) -> dict[str, Any]:
        status, answer = await self.get(f"{path}?{query}")
        assert status == 200
        tree: dict[str, Any] = json.loads(answer or "{}")
        return tree

    async def embed(self, username: str) -> dict[str, Any]:
        """``userInfo`` and ``videoList`` of the embed page."""
        status, text = await self.get(f"/embed/@{username}")
        assert status == 200
        shown: dict[str, Any] = script(text, "__FRONTITY_CONNECT_STATE__")["source"]["data"][f"/embed/@{username}"]
        return shown

    async def page(self, username: str) -> dict[str, Any]:
        """``webapp.user-detail`` of the profile page."""
        status, text = await self.get(f"/@{username}")
        assert status == 200
        scope = script(text, "__UNIVERSAL_DATA_FOR_REHYDRATION__")["__DEFAULT_SCOPE__"]
        detail: dict[str, Any] = scope["webapp.user-detail"]
        return detail


def script(page: str, name: str) -> dict[str, Any]:
    """The JSON that a page carries in its script of that id."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page, re.S)
    assert found is not None, page
    tree: dict[str, Any] = json.loads(found[1])
    return tree


@pytest.fixture
async def tiktok(clock: Clock) -> AsyncIterator[TikTokServer]:
    async with TikTokServer(clock) as running:
        yield running


@pytest.fixture
async def reader(tiktok: TikTokServer) -> AsyncIterator[Reader]:
    connector = aiohttp.TCPConnector(ssl=False)
    async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as http:
        yield Reader(http, tiktok)
