"""Whether the process lives, and whether it can do its work."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from services.clicks.journal import ClickJournal

ANSWER_SECONDS = 2.0


class Health:
    """``/healthz`` says that the process answers at all; ``/readyz`` that clicks are followed, kept and counted."""

    def __init__(self, ping: Callable[[], Awaitable[None]], journal: ClickJournal) -> None:
        """``ping`` raises when the database does not answer."""
        self._ping = ping
        self._journal = journal

    async def alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"alive": True}, headers={"Cache-Control": "no-store"})

    async def ready(self, _request: web.Request) -> web.Response:
        """200, or 503 with what does not work in words."""
        troubles = {"database": await self.database_trouble(), "journal": self._journal.trouble()}
        ready = not any(troubles.values())
        return web.json_response(
            {"ready": ready, **{name: trouble or "ok" for name, trouble in troubles.items()}},
            status=200 if ready else 503,
            headers={"Cache-Control": "no-store"},
        )

    async def database_trouble(self) -> str | None:
        """Why the database cannot be used just now, in plain words; None when all is well."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._ping()
        except TimeoutError:
            return f"no answer within {ANSWER_SECONDS:g} s"
        except Exception as error:
            # The kind alone: an error's text may hold the database's address.
            return f"no answer ({type(error).__name__})"
        return None
