"""Who clicks: what a request tells of a visitor, and the cookie by which they are known again."""

import re
from collections.abc import Callable
from functools import lru_cache
from os import urandom
from typing import Final, NamedTuple
from urllib.parse import quote

from aiohttp import hdrs
from aiohttp.web_request import BaseRequest
from multidict import CIMultiDictProxy, istr

from redirect_server.addresses import Addresses
from services.clicks.visits import Visit, Visits

# A first-party cookie whose path is the link's own: whoever has it was here before. Its value tells visitors apart,
# and which of the link's variants they are led to: 24 hexadecimal digits, and a dot and the variant's key.
VISITOR_COOKIE: Final = "visitor"
# The longest that browsers keep one.
COOKIE_SECONDS: Final = 400 * 24 * 3600
ID_BYTES: Final = 12
IDS_AT_ONCE: Final = 256
_COOKIE = re.compile(rf"(?:^|;)[ \t]*{VISITOR_COOKIE}=([0-9a-f]{{24}})(?:\.([A-Z]))?[ \t]*(?:;|$)")

_DNT, _SEC_GPC = istr("DNT"), istr("Sec-GPC")
# Browsers announce what nobody has clicked yet in one of these.
_PURPOSES = (istr("Sec-Purpose"), istr("Purpose"), istr("X-Purpose"), istr("X-Moz"))
# What tells apart browsers behind one address, as far as they say it themselves.
_AGENT, _LANGUAGES = istr("User-Agent"), istr("Accept-Language")

# The hash of a visitor without a cookie, by link, address, agent and time; see services.clicks.visitors.
Hash = Callable[[int, str, str, float], bytes]


class Arrival(NamedTuple):
    """Who came to a link. A ``bot`` may be a browser that fetches ahead, of which ``visit`` tells; all else is empty.

    ``cookie``: the digits of theirs, and ``variant`` the key beside them; None without. ``hash``: of who has no
    cookie. ``may_keep``: they did not say that they want no cookie.
    """

    bot: bool
    visit: Visit
    cookie: str | None = None
    variant: str | None = None
    hash: bytes | None = None
    may_keep: bool = False


class Visitors:
    """Reads requests, and writes cookies."""

    def __init__(self, visits: Visits, hash_of: Hash, addresses: Addresses, *, secure: bool) -> None:
        """``secure``: links are followed over https, and cookies must be."""
        self._visits = visits
        self._hash = hash_of
        self._addresses = addresses
        self._random: list[str] = []
        self._attributes = f"; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"

    def arrival(self, request: BaseRequest, link_id: int, now: float) -> Arrival:
        """Who comes to the link at ``now`` (seconds since 1970). Never raises, whatever stands in the headers."""
        headers = request.headers
        address = self._addresses.of(request)
        visit = self._visits.read(headers, address)
        if visit.bot or request.method != hdrs.METH_GET or _unasked(headers):
            return Arrival(True, visit)
        get = headers.get
        may_keep = get(_DNT) != "1" and get(_SEC_GPC) != "1"
        found = _COOKIE.search(cookies) if (cookies := get(hdrs.COOKIE)) else None
        if found is not None:
            return Arrival(False, visit, found[1], found[2], None, may_keep)
        marks = f"{get(_AGENT, '')}\n{get(_LANGUAGES, '')}"
        return Arrival(False, visit, None, None, self._hash(link_id, address, marks, now), may_keep)

    def cookie(self, slug: str, arrival: Arrival, variant: str = "") -> str | None:
        """What the answer's Set-Cookie says; None where there is nothing to set, or nothing is wanted.

        ``variant``: the key of the one that the visitor is led to, and shall be led to from now on.
        """
        if not arrival.may_keep or (arrival.cookie is not None and variant in {"", arrival.variant}):
            return None
        value = arrival.cookie or self._new_id()
        if variant:
            value = f"{value}.{variant}"
        return f"{VISITOR_COOKIE}={value}; Path={path_of(slug)}{self._attributes}"

    def _new_id(self) -> str:
        if not self._random:
            # The system is asked for many at once: each question costs it as much as all else that a cookie takes.
            some = urandom(IDS_AT_ONCE * ID_BYTES).hex()
            self._random = [some[start : start + 2 * ID_BYTES] for start in range(0, len(some), 2 * ID_BYTES)]
        return self._random.pop()


def _unasked(headers: CIMultiDictProxy[str]) -> bool:
    """Whether the browser fetches ahead or for a preview: nobody has clicked."""
    for name in _PURPOSES:
        purpose = headers.get(name)
        if purpose is not None and ("prefetch" in purpose.casefold() or "preview" in purpose.casefold()):
            return True
    return False


@lru_cache(maxsize=4096)
def path_of(slug: str) -> str:
    """The path of the link as browsers write it: percent-encoded."""
    return f"/{quote(slug, safe='')}"
