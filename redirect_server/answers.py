"""The one answer that is given thousands of times a second, written with as little as it takes."""

from email.utils import formatdate
from functools import lru_cache

from aiohttp import HttpVersion11, web
from aiohttp.web_request import BaseRequest

FOUND = 302


class Found(web.StreamResponse):
    """A redirect without a body, that nobody on the way may keep.

    ``web.Response`` collects headers in a dictionary and renders it for each answer, which takes more time than all
    else that a redirect needs. Here the head is one string. Signals on prepared responses do not see it,
    and it has no ``headers``: the constructor of its class, which makes them, costs as much again.
    """

    # 302, not 301: browsers cache 301, and later clicks would never reach us.
    # Nothing is said of the referrer: what the target gets to know is for the page to say that has the link on it.
    HEAD = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nCache-Control: private, no-store\r\nLocation: {}\r\nDate: {}\r\n"

    _status, _reason = FOUND, "Found"

    def __init__(self, location: str, *, now: float, cookie: str | None) -> None:
        """``location`` and ``cookie`` are ASCII without line breaks; ``now`` in seconds since 1970."""
        self._head = self.HEAD.format(location, _date(int(now)))
        if cookie is not None:
            self._head += f"Set-Cookie: {cookie}\r\n"
        self._stays_open = False

    async def prepare(self, request: BaseRequest) -> None:
        """Send it. Who speaks HTTP/1.0 gets the connection closed, which it understands best."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the browser went away")
        self._stays_open = bool(request.keep_alive) and request.version >= HttpVersion11
        end = "\r\n" if self._stays_open else "Connection: close\r\n\r\n"
        transport.write((self._head + end).encode("ascii"))

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing follows."""

    @property
    def keep_alive(self) -> bool:
        return self._stays_open


@lru_cache(maxsize=8)
def _date(now: int) -> str:
    return formatdate(now, usegmt=True)
