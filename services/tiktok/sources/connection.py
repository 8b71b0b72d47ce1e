"""Plain HTTP to TikTok's hosts alone, and what goes wrong with it in our own words."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from services.tiktok.errors import SourceCut, SourceEmpty, SourceError, SourceLimited, SourceTimeout
from services.tiktok.sources.rotation import Rotation

DOMAIN = "tiktok.com"
# As Chromium on a desk says it.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
HEADERS = {"User-Agent": USER_AGENT, "Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8", "Referer": "https://www.tiktok.com/"}
# Pages have a megabyte or so; whatever is longer is none.
MOST_BYTES = 8 * 1024 * 1024
CONNECT_SECONDS = 5.0


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

    async def get(self, url: str, query: Mapping[str, str] | None = None, *, signed_in: bool = True) -> Answer:
        """The answer, whatever its status but 429; redirects are not followed. Raises SourceError.

        ``signed_in``: with an msToken where there is one.
        """
        token = self._tokens.take() if signed_in else None
        proxy = self._proxies.take()
        parameters = {**(query or {}), **({"msToken": token} if token else {})}
        try:
            answer = await self._ask(url, parameters, {"Cookie": f"msToken={token}"} if token else {}, proxy)
        except (SourceLimited, SourceEmpty):
            self._tokens.blocked(token)
            self._proxies.blocked(proxy)
            raise
        except SourceCut:
            # What does not connect may be the proxy; a token has no part in it.
            self._proxies.blocked(proxy)
            raise
        self._tokens.worked(token)
        self._proxies.worked(proxy)
        return answer

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

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
        if response.status == 429:
            raise SourceLimited
        if response.status == 200 and not text.strip():
            raise SourceEmpty
        return Answer(response.status, text, response.headers.get("Location", ""))

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
