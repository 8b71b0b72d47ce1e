"""A look at an address: does it still lead somewhere? Politely, and as a stranger would see it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import ada_url
from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientResponseError,
    ClientSession,
    ClientSSLError,
    InvalidURL,
)
from yarl import URL

from services.outside import NotPublic

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_THERE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Look:
    """``reason`` why it is broken; empty: it is not, as far as can be told.

    A status such as "404" or "502", "dns" (its name leads nowhere), "timeout", "tls" (no certificate that browsers
    accept), "connection" (refused, or cut off), "private" (not on the public internet). Who asks for a login, sends
    robots away or answers anything else that is no page has its reasons: that is not broken.

    ``answered``: somebody was there; without any answer anywhere it may be our own network that is away.
    """

    reason: str = ""
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``a_second`` requests a second and ``at_once`` under way; of a host one, ``between`` seconds apart."""

    a_second: float = 4.0
    at_once: int = 4
    between: float = 1.0


class Looks:
    """Looks at addresses, each once however often it is asked for."""

    def __init__(self, session: ClientSession, pace: Pace) -> None:
        """``session``: one of services.outside."""
        self._session = session
        self._pace = pace
        # Whether anybody did, up to now.
        self.answered = False
        self._found: dict[str, asyncio.Task[Look]] = {}
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._asked_at: dict[str, float] = {}
        self._under_way = asyncio.Semaphore(pace.at_once)
        self._next = 0.0

    async def at(self, url: str) -> Look:
        if url not in self._found:
            self._found[url] = asyncio.create_task(self._look(url))
        return await self._found[url]

    async def _look(self, url: str) -> Look:
        try:
            look = await self._follow(url)
        except (ClientError, TimeoutError, ValueError) as error:
            look = _trouble(error)
        self.answered = self.answered or look.answered
        return look

    async def _follow(self, url: str) -> Look:
        for _ in range(MOST_REDIRECTS + 1):
            status, location = await self._ask(url)
            if status not in REDIRECTS or not location:
                return Look(str(status) if status in NOT_THERE or 500 <= status < 600 else "")
            url = ada_url.URL(location, base=url).href
            if urlsplit(url).scheme not in {"http", "https"}:
                # An app opens it, or a mail is written.
                return Look()
        # Browsers follow more, with cookies that we do not keep.
        return Look()

    async def _ask(self, url: str) -> tuple[int, str]:
        """Status and Location. By HEAD, which costs the site least; by GET where that does not tell."""
        try:
            status, location = await self._request("HEAD", url)
        except (ClientConnectorDNSError, ClientConnectorCertificateError, ClientSSLError):
            raise
        except (ClientError, TimeoutError) as error:
            if isinstance(error, ClientConnectorError) and isinstance(error.os_error, NotPublic):
                raise
            # Some servers do not know HEAD, and do not say so.
            return await self._request("GET", url)
        if status >= 400:
            return await self._request("GET", url)
        return status, location

    async def _request(self, method: str, url: str) -> tuple[int, str]:
        async with self._turn(urlsplit(url).hostname or ""):
            asked = self._session.request(method, URL(url, encoded=True), allow_redirects=False)
            # The status says it: no body is read.
            async with asked as response:
                return response.status, response.headers.get("Location", "")

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        async with self._hosts[host]:
            await asyncio.sleep(self._asked_at.get(host, 0.0) + self._pace.between - time.monotonic())
            async with self._under_way:
                await self._wait_for_pace()
                try:
                    yield
                finally:
                    self._asked_at[host] = time.monotonic()

    async def _wait_for_pace(self) -> None:
        now = time.monotonic()
        self._next = max(self._next, now) + 1 / self._pace.a_second
        await asyncio.sleep(self._next - 1 / self._pace.a_second - now)


def _trouble(error: Exception) -> Look:
    if isinstance(error, TimeoutError):
        return Look("timeout", answered=False)
    if isinstance(error, ClientConnectorDNSError):
        return Look("dns", answered=False)
    if isinstance(error, ClientConnectorCertificateError | ClientSSLError):
        return Look("tls")
    if isinstance(error, ClientConnectorError):
        is_private = isinstance(error.os_error, NotPublic)
        return Look("private") if is_private else Look("connection", answered=False)
    if isinstance(error, ClientResponseError | InvalidURL | ValueError):
        # It answers in a way that we do not understand; a browser may.
        return Look()
    return Look("connection")
