"""A client that connects to public addresses alone, whatever a name resolves to at that moment."""

import errno
import socket
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.typedefs import LooseHeaders

from services.links.targets import is_private

SECONDS = 10.0
# Of all that is asked at once; what is more waits.
MOST_CONNECTIONS = 20


class NotPublic(OSError):
    """The connection would have gone to a private, loopback or otherwise not public address."""

    def __init__(self) -> None:
        # No address in it: several refusals of one name then read alike, and come as one.
        super().__init__(errno.EACCES, "not on the public internet")


def public_session(
    allow_private: bool, *, headers: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> ClientSession:
    """A session to be closed, made in the running loop. ``seconds``: for a whole request with its answer.

    Connecting to what is not public raises ``ClientConnectorError`` with NotPublic as its ``os_error``. The address is
    looked at where the socket is made: a name that resolves to another one a moment later, a number written in an
    unusual way, and an address that a redirect names pass no other way. Bodies come as they are sent, packed or not:
    read them by ``response.content.read(most)``. No cookies, and no proxy of the environment's.

    Redirects: aiohttp follows them unless a request says ``allow_redirects=False``; say so, and look at the address.
    """
    connector = TCPConnector(
        limit=MOST_CONNECTIONS,
        # A name's address is asked for anew at each connection: it may have been changed for a reason.
        use_dns_cache=False,
        socket_factory=_any_socket if allow_private else _public_socket,
    )
    given: LooseHeaders = {"Accept-Encoding": "identity", **(headers or {})}
    return ClientSession(
        connector=connector,
        timeout=ClientTimeout(total=seconds),
        cookie_jar=DummyCookieJar(),
        headers=given,
        # Unpacking would make a few bytes many.
        auto_decompress=False,
    )


def _public_socket(address: tuple[Any, ...]) -> socket.socket:
    """``address``: as ``getaddrinfo`` gives it."""
    if is_private(str(address[4][0])):
        raise NotPublic
    return _any_socket(address)


def _any_socket(address: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol = address[:3]
    return socket.socket(family, kind, protocol)
