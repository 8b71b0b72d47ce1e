"""The way past the router: most requests are for links, and their paths say so at a glance.

The router of aiohttp takes as long as all that a redirect needs besides. What is not plainly a link's path goes its
usual way, so nothing is decided here but how fast.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import hdrs, web

from redirect_server.pages import Pages
from redirect_server.redirects import Redirects

# Slugs that need no decoding, and whatever was added behind a question mark.
_PLAIN: Final = re.compile(r"/([A-Za-z0-9_-]{1,64})(?:\?[^#]*)?")
Handle = Callable[[Any], Awaitable[web.StreamResponse]]


class Shortcut:
    """Answers requests for links before an application's router sees them."""

    def __init__(self, redirects: Redirects, pages: Pages) -> None:
        self._lead = redirects.lead
        self._failed = pages.failed

    def before(self, application: web.Application, handle: Handle) -> Handle:
        """``handle``, the application's own way, with the shortcut before it. Its other paths keep to it."""
        fixed = {resource.canonical.removeprefix("/") for resource in application.router.resources()}

        async def go(request: web.Request) -> web.StreamResponse:
            plain = _PLAIN.fullmatch(request.raw_path)
            if plain is None or request.method not in _METHODS or (slug := plain[1]) in fixed:
                return await handle(request)
            try:
                return await self._lead(request, slug)
            except Exception as error:
                return self._failed(request, error)

        return go


_METHODS: Final = {hdrs.METH_GET, hdrs.METH_HEAD}
