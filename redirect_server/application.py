"""The web application: which path is answered by whom."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from redirect_server.addresses import Addresses, Network
from redirect_server.assets import Assets
from redirect_server.guides import ROUTE, GuidePages, GuideShelf
from redirect_server.health import Health
from redirect_server.metrics import AskSources, Metrics
from redirect_server.pages import Pages, Report, Texts
from redirect_server.redirects import Redirects
from redirect_server.shortcut import Shortcut
from redirect_server.visitors import Visitors
from services.clicks.river import ClickRiver
from services.clicks.visitors import VisitorHashes
from services.clicks.visits import Visits
from services.links.directory import LinkDirectory
from services.links.lifetime import Lifetime
from services.links.slots import Slots

# What is in hand is finished within this; a redirect takes milliseconds.
GRACE_SECONDS = 5.0


SHORTCUT: Final = web.AppKey("shortcut", Shortcut)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """``secure``: links are followed over https. ``bot_url``: where the bot is talked to, if that is known.

    ``trusted_proxies``: who is believed about a visitor's address. ``metrics_token``: what opens /metrics; empty: it
    is for this machine alone.
    """

    secure: bool
    bot_url: str | None = None
    trusted_proxies: Sequence[Network] = ()
    metrics_token: str = ""


@dataclass(frozen=True, slots=True)
class WebServices:
    """What pages and redirects are made from. Whoever opened these closes them, after the server."""

    # Raises when the database does not answer.
    ping: Callable[[], Awaitable[None]]
    directory: LinkDirectory
    lifetime: Lifetime
    slots: Slots
    visits: Visits
    hashes: VisitorHashes
    river: ClickRiver
    texts: Texts
    # Without them, no guide can be opened here.
    guides: GuideShelf | None = None
    # Told of errors that nobody foresaw.
    report: Report | None = None
    # How the ways to TikTok fare.
    sources: AskSources | None = None


def build_application(
    settings: WebSettings, services: WebServices, *, clock: Callable[[], float] = time.time
) -> web.Application:
    """The application; it owns nothing. ``clock`` gives seconds since 1970."""
    assets = Assets()
    pages = Pages(services.texts, assets, bot_url=settings.bot_url, report=services.report)
    addresses = Addresses(settings.trusted_proxies)
    visitors = Visitors(services.visits, services.hashes.hash, addresses, secure=settings.secure)
    journal = services.river.journal
    redirects = Redirects(services.directory, services.slots, journal, visitors, pages, clock=clock)
    health = Health(services.ping, journal)
    metrics = Metrics(
        redirects,
        services.directory,
        services.river,
        services.lifetime,
        health,
        addresses,
        token=settings.metrics_token,
        sources=services.sources,
    )
    application = web.Application()
    application[SHORTCUT] = Shortcut(redirects, pages)
    if services.guides is not None:
        guides = GuidePages(services.guides, pages)
        application.add_routes([web.get(ROUTE, pages.guarded(guides.show))])
    application.add_routes(
        [
            web.get("/{slug}", pages.guarded(redirects.follow)),
            web.get("/", pages.guarded(pages.start)),
            web.get("/healthz", pages.guarded(health.alive)),
            web.get("/readyz", pages.guarded(health.ready)),
            web.get("/metrics", pages.guarded(metrics.show)),
            web.get("/robots.txt", pages.guarded(assets.robots)),
            web.get("/favicon.ico", pages.guarded(assets.favicon)),
            web.get("/static/{name:.+}", pages.guarded(assets.static)),
            # With a slash that somebody added.
            web.get("/{slug}/", pages.guarded(redirects.follow)),
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
    shortcut, server = application.get(SHORTCUT), runner.server
    if shortcut is not None and server is not None:
        server.request_handler = shortcut.before(application, server.request_handler)
    try:
        site = web.TCPSite(runner, host, port, reuse_port=reuse_port)
        await site.start()
        yield site.port
    finally:
        await runner.cleanup()
