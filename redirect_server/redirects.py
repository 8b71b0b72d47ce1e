"""``/{slug}``: where a short link leads, and the click that is recorded on the way."""

import time
from collections.abc import Callable
from functools import lru_cache
from os import urandom
from urllib.parse import quote

from aiohttp import hdrs, web
from multidict import CIMultiDictProxy, istr

from redirect_server.answers import Found
from redirect_server.pages import DISABLED, FINISHED, UNAVAILABLE, UNKNOWN, Pages
from services.clicks.agents import is_bot
from services.clicks.journal import ClickJournal
from services.clicks.records import RecordedClick
from services.links.directory import DirectoryUnavailable, LinkDirectory

# A first-party cookie whose path is the link's own: whoever has it was here before. Its value tells visitors apart.
VISITOR_COOKIE = "visitor"
# The longest that browsers keep one.
COOKIE_SECONDS = 400 * 24 * 3600

DNT, SEC_GPC = istr("DNT"), istr("Sec-GPC")
# Browsers announce what nobody has clicked yet in one of these.
PURPOSES = (istr("Sec-Purpose"), istr("Purpose"), istr("X-Purpose"))


class Redirects:
    """Answers clicks. A click is kept before its answer goes out; see ClickJournal for what may lose it."""

    def __init__(
        self,
        directory: LinkDirectory,
        journal: ClickJournal,
        pages: Pages,
        *,
        secure: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``secure``: links are followed over https, and cookies must be."""
        self._directory = directory
        self._journal = journal
        self._pages = pages
        self._clock = clock
        self._attributes = f"; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"

    async def follow(self, request: web.Request) -> web.StreamResponse:
        slug = request.match_info["slug"]
        try:
            destination = await self._directory.find(slug)
        except DirectoryUnavailable:
            return self._pages.explain(request, UNAVAILABLE)
        if destination is None:
            return self._pages.explain(request, UNKNOWN)
        if destination.deleted:
            return self._pages.explain(request, FINISHED)
        if destination.disabled is not None:
            return self._pages.explain(request, DISABLED, reason=destination.disabled)
        headers = request.headers
        bot = is_bot(headers.get(hdrs.USER_AGENT, "")) or request.method != hdrs.METH_GET or _unasked(headers)
        first_visit = not bot and not _was_here(headers)
        cookie = None
        if first_visit and headers.get(DNT) != "1" and headers.get(SEC_GPC) != "1":
            cookie = f"{VISITOR_COOKIE}={urandom(12).hex()}; Path={_cookie_path(slug)}{self._attributes}"
        now = self._clock()
        await self._journal.record(RecordedClick(destination.link_id, int(now * 1000), bot, first_visit))
        return Found(destination.target, now=now, cookie=cookie)


def _unasked(headers: CIMultiDictProxy[str]) -> bool:
    """Whether the browser fetches ahead or for a preview: nobody has clicked."""
    for name in PURPOSES:
        purpose = headers.get(name)
        if purpose is not None and ("prefetch" in purpose.casefold() or "preview" in purpose.casefold()):
            return True
    return False


def _was_here(headers: CIMultiDictProxy[str]) -> bool:
    cookies = headers.get(hdrs.COOKIE)
    # A browser sends the cookie to its own link alone; what else is in the header does not matter.
    return cookies is not None and (cookies.startswith(f"{VISITOR_COOKIE}=") or f"; {VISITOR_COOKIE}=" in cookies)


@lru_cache(maxsize=4096)
def _cookie_path(slug: str) -> str:
    """As browsers write the path of the link: percent-encoded."""
    return f"/{quote(slug, safe='')}"
