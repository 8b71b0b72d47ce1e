"""The web application: which path is answered by whom."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from redirect_server.assets import Assets
from redirect_server.health import Health
from redirect_server.pages import Pages, Report, Texts
from redirect_server.redirects import Redirects
from services.clicks.river import ClickRiver
from services.links.directory import LinkDirectory

# What is in hand is finished within this; a redirect takes milliseconds.
GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class WebSettings:
    """``secure``: links are followed over https. ``bot_url``: where the bot is talked to, if that is known."""

    secure: bool
    bot_url: str | None = None


@dataclass(frozen=True, slots=True)
class WebServices:
    """What pages and redirects are made from. Whoever opened these closes them, after the server."""

    # Raises when the database does not answer.
    ping: Callable[[], Awaitable[None]]
    directory: LinkDirectory
    river: ClickRiver
    texts: Texts
    # Told of errors that nobody foresaw.
    report: Report | None = None


def build_application(
    settings: WebSettings, services: WebServices, *, clock: Callable[[], float] = time.time
) -> web.Application:
    """The application; it owns nothing. ``clock`` gives seconds since 1970."""
    assets = Assets()
    pages = Pages(services.texts, assets, bot_url=settings.bot_url, report=services.report)
    journal = services.river.journal
    redirects = Redirects(services.directory, journal, pages, secure=settings.secure, clock=clock)
    health = Health(services.ping, journal)
    application = web.Application()
    application.add_routes(
        [
            # First, since it is by far the most asked for; fixed paths are found before it all the same.
            web.get("/{slug}", pages.guarded(redirects.follow)),
            web.get("/", pages.guarded(pages.start)),
            web.get("/healthz", pages.guarded(health.alive)),
            web.get("/readyz", pages.guarded(health.ready)),
            web.get("/robots.txt", pages.guarded(assets.robots)),
            web.get("/favicon.ico", pages.guarded(assets.favicon)),
            web.get("/static/{name:.+}", pages.guarded(assets.static)),
            web.route("*", "/{path:.*}", pages.guarded(pages.nothing_here)),
        ]
    )
    return application


@asynccontextmanager
async def listening(
    application: web.Application, *, host: str, port: int, reuse_port: bool = False
) -> AsyncIterator[int]:
    """Serve until the block ends; yields the port. Several processes may share it with ``reuse_port``.

    At the end nothing more is accepted, and what is in hand is finished. Raises OSError when the port is taken.
    """
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, reuse_port=reuse_port)
        await site.start()
        yield site.port
    finally:
        await runner.cleanup()
