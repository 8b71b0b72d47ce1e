"""The web role: the redirect server with its journal, its drain and its directory of links."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime

import structlog
from aiohttp import web

from bot.container import Container, utc_now
from bot.refusals import Refused, port_needed
from bot.settings import Settings
from bot.stopping import Stopping
from redirect_server.application import WebServices, WebSettings, build_application, listening
from redirect_server.guides import GuideShelf
from services.clicks.countries import Countries, CountriesUnusable
from services.clicks.river import ClickRiver
from services.clicks.visitors import VisitorHashes
from services.clicks.visits import Visits
from services.links.directory import LinkDirectory
from services.links.lifetime import Lifetime
from services.links.slots import Slots
from services.operations.health import read_sources

log = structlog.get_logger()
Ready = Callable[[], Awaitable[None]]
KEY_SECONDS = 2.0
# How many errors of requests are being kept at once.
MOST_REPORTS, LAST_REPORTS_SECONDS = 8, 2.0


async def serve_web(
    container: Container,
    stopping: Stopping,
    *,
    bot_url: str | None = None,
    reuse_port: bool = False,
    routes: Sequence[web.RouteDef] = (),
    on_ready: Ready | None = None,
) -> None:
    """Lead people through short links until ``stopping``. What is in hand then is finished and counted.

    ``reuse_port``: other processes may serve the same port. ``routes``: doors of other roles in this process.
    Raises Refused.
    """
    settings = container.settings
    async with AsyncExitStack() as stack:
        visits = open_visits(settings)
        directory = LinkDirectory(container.database)
        directory.start()
        stack.push_async_callback(directory.close)
        lifetime = Lifetime(directory)
        lifetime.start()
        stack.push_async_callback(lifetime.close)
        slots = Slots(container.database)
        stack.push_async_callback(slots.close)
        hashes = VisitorHashes(container.database)
        hashes.start()
        stack.push_async_callback(hashes.close)
        # A visitor who comes before today's key is known would be another one afterwards. Links do not wait for long.
        with suppress(TimeoutError):
            async with asyncio.timeout(KEY_SECONDS):
                await hashes.asked()
        river = ClickRiver(container.database, settings.journals_dir)
        river.open()
        stack.push_async_callback(river.close)
        reports = Reports(container)
        stack.push_async_callback(reports.close)
        application = build_application(
            web_settings(settings, bot_url),
            WebServices(
                ping=container.database.ping,
                directory=directory,
                lifetime=lifetime,
                slots=slots,
                visits=visits,
                hashes=hashes,
                river=river,
                texts=container.catalogue,
                report=reports.take,
                guides=GuideShelf(container.services.guides, container.catalogue),
                sources=lambda: read_sources(container.database, container.clock()),
            ),
            clock=_seconds(container.clock),
        )
        application.add_routes(routes)
        with port_needed(settings.web_host, settings.web_port, "WEB_PORT"):
            await stack.enter_async_context(
                listening(application, host=settings.web_host, port=settings.web_port, reuse_port=reuse_port)
            )
        await stack.enter_async_context(container.pulse.role("web", lambda: _facts(river)))
        log.info("the redirect server listens", host=settings.web_host, port=settings.web_port)
        if on_ready is not None:
            await on_ready()
        await stopping.wait()


def _seconds(clock: Callable[[], datetime]) -> Callable[[], float]:
    """Seconds since 1970 by the platform's clock: in the sandbox, a day may have been turned."""
    # Asked at every click: the usual one is the quickest.
    return time.time if clock is utc_now else lambda: clock().timestamp()


def web_settings(settings: Settings, bot_url: str | None = None) -> WebSettings:
    """What the redirect server needs to know of the settings."""
    return WebSettings(
        secure=settings.links_url.startswith("https:"),
        bot_url=bot_url,
        trusted_proxies=settings.trusted_proxies,
        metrics_token="" if settings.metrics_token is None else settings.metrics_token.get_secret_value(),
    )


def open_visits(settings: Settings) -> Visits:
    """Raises Refused for a GEOIP_FILE that cannot be read."""
    try:
        countries = Countries(settings.geoip_file)
    except CountriesUnusable as error:
        raise Refused(f"GEOIP_FILE: {error}") from error
    return Visits(countries, own_hosts=settings.own_hosts)


class Reports:
    """Keeps errors of requests for operators, beside the requests. In a flood of them, only as many as it can."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._under_way: set[asyncio.Task[None]] = set()

    def take(self, error_id: str, error: Exception) -> None:
        if len(self._under_way) < MOST_REPORTS:
            task = asyncio.create_task(self._keep(error_id, error))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Finish what is under way, if it takes no long time."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=LAST_REPORTS_SECONDS)
            for task in late:
                task.cancel()

    async def _keep(self, error_id: str, error: Exception) -> None:
        try:
            await self._container.services.errors.keep(error_id, "request", error, self._container.clock())
        except Exception as trouble:
            log.warning("an error could not be kept", error_id=error_id, reason=type(trouble).__name__)


def _facts(river: ClickRiver) -> dict[str, float]:
    """What waits to be counted, for operators: how many clicks, and for how many seconds the oldest."""
    lag = river.drain.lag()
    return {"clicks": lag.clicks, "seconds": round(lag.seconds, 1)}
