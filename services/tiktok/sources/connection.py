"""Plain HTTP to TikTok's hosts alone, and what goes wrong with it in our own words."""

import socket
from asyncio import CancelledError, timeout
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from services.tiktok.errors import (
    AccountRefused,
    SourceCaptcha,
    SourceCut,
    SourceEmpty,
    SourceError,
    SourceForbidden,
    SourceLimited,
    SourceTimeout,
    SourceUnwelcome,
)
from services.tiktok.sources.rotation import Rotation

DOMAIN = "tiktok.com"
# As Chromium on a desk says it.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
HEADERS = {"User-Agent": USER_AGENT, "Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8", "Referer": "https://www.tiktok.com/"}
# Pages have a megabyte or so; whatever is longer is none.
MOST_BYTES = 8 * 1024 * 1024
CONNECT_SECONDS = 5.0
# Of which one question may try so many, each but the last for so long.
MOST_PROXIES = 3
PROXY_SECONDS = 4.0
PROXY_FAILED = (SourceUnwelcome, SourceCut, SourceTimeout)
UNWELCOME: dict[int, type[SourceUnwelcome]] = {403: SourceForbidden, 429: SourceLimited}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """``location``: where a redirect leads, as it stands there."""

    status: int
    text: str
    location: str


def is_of_tiktok(host: str | None) -> bool:
    return host is not None and (host == DOMAIN or host.endswith(f".{DOMAIN}"))


class Web:
    """A client, made with the first question, whose tokens and proxies go by turns."""

    def __init__(self, resolve: str, tokens: Rotation[str], proxies: Rotation[str]) -> None:
        """``resolve``: host:port of what stands for TikTok; empty: TikTok itself."""
        self._resolve = resolve
        self._tokens = tokens
        self._proxies = proxies
        self._session: ClientSession | None = None

    async def get(
        self, url: str, read: Callable[[Answer], T], query: Mapping[str, str] | None = None, *, signed_in: bool = True
    ) -> T:
        """What ``read`` makes of the answer, whatever its status but 403 and 429; redirects are not followed.

        ``signed_in``: with an msToken where there is one. Token and proxy have worked once ``read`` has made something
        of the answer, or has said what TikTok says of an account. Where TikTok does not want who asks, or the proxy
        does not answer, another proxy is tried, if there is one. Raises SourceError, and whatever ``read`` raises.
        """
        for _ in range(MOST_PROXIES - 1):
            proxy = self._proxies.take()
            if proxy is None or not self._proxies.has_another_than(proxy):
                break
            with suppress(*PROXY_FAILED):
                return await self._once(url, read, query, proxy, signed_in=signed_in, seconds=PROXY_SECONDS)
        else:
            proxy = self._proxies.take()
        return await self._once(url, read, query, proxy, signed_in=signed_in, seconds=None)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _once(
        self,
        url: str,
        read: Callable[[Answer], T],
        query: Mapping[str, str] | None,
        proxy: str | None,
        *,
        signed_in: bool,
        seconds: float | None,
    ) -> T:
        """One try. ``seconds``: it has no longer, since others are to be tried after it."""
        token = self._tokens.take() if signed_in else None
        parameters = {**(query or {}), **({"msToken": token} if token else {})}
        try:
            async with timeout(seconds):
                answer = await self._ask(url, parameters, {"Cookie": f"msToken={token}"} if token else {}, proxy)
            made = read(answer)
        except AccountRefused:
            self._worked(token, proxy)
            raise
        except SourceUnwelcome:
            self._tokens.blocked(token)
            self._proxies.blocked(proxy)
            raise
        except (SourceCut, SourceTimeout, TimeoutError, CancelledError) as error:
            # What does not connect may be the proxy; a token has no part in it. Cancelled: the time that its way has
            # is over, or this process ends, when it does not matter.
            self._proxies.blocked(proxy)
            if isinstance(error, TimeoutError):
                raise SourceTimeout from None
            raise
        self._worked(token, proxy)
        return made

    def _worked(self, token: str | None, proxy: str | None) -> None:
        self._tokens.worked(token)
        self._proxies.worked(proxy)

    async def _ask(self, url: str, query: Mapping[str, str], headers: Mapping[str, str], proxy: str | None) -> Answer:
        session = self._session = self._session or self._open()
        try:
            async with session.get(
                URL(url).update_query(query), headers=headers, proxy=proxy, allow_redirects=False
            ) as response:
                text = await _text(response)
        except TimeoutError:
            raise SourceTimeout from None
        except (ClientError, OSError, ValueError) as error:
            # Its words may hold a proxy's password: the kind alone is told.
            raise SourceCut(type(error).__name__) from None
        location = response.headers.get("Location", "")
        if response.status in UNWELCOME:
            raise UNWELCOME[response.status]
        if response.status == 200 and not text.strip():
            raise SourceEmpty
        if 300 <= response.status < 400 and "captcha" in location.lower():
            raise SourceCaptcha
        return Answer(response.status, text, location)

    def _open(self) -> ClientSession:
        connector = (
            # The certificate of what stands for TikTok is its own; nothing but this machine is reached so.
            TCPConnector(resolver=_StandIn(self._resolve), ssl=False, use_dns_cache=False)
            if self._resolve
            else TCPConnector()
        )
        return ClientSession(
            connector=connector,
            timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            cookie_jar=DummyCookieJar(),
            headers=HEADERS,
        )


def expect_ok(answer: Answer) -> str:
    """The text of a 200. Raises SourceError else."""
    if answer.status != 200:
        raise SourceError(f"status {answer.status}")
    return answer.text


async def _text(response: ClientResponse) -> str:
    body = bytearray()
    async for part in response.content.iter_chunked(65_536):
        body += part
        if len(body) > MOST_BYTES:
            raise SourceError("an answer without end")
    return body.decode(errors="replace")


class _StandIn(AbstractResolver):
    """Every name of TikTok is one port of this machine, and no other name is anything."""

    def __init__(self, resolve: str) -> None:
        host, _, port = resolve.rpartition(":")
        self._host = "127.0.0.1" if host == "localhost" else host.strip("[]")
        self._port = int(port)

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_UNSPEC) -> list[ResolveResult]:
        if not is_of_tiktok(host):
            raise OSError(None, f"{host} is not TikTok")
        kind = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [ResolveResult(hostname=host, host=self._host, port=self._port, family=kind, proto=0, flags=flags)]

    async def close(self) -> None:
        pass
