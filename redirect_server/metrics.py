"""``/metrics``: how this process fares, for Prometheus. Several processes on one port each tell of themselves alone."""

import hmac
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from redirect_server.addresses import Addresses
from redirect_server.health import Health
from redirect_server.redirects import Outcome, Redirects
from services.clicks.river import ClickRiver
from services.links.directory import LinkDirectory
from services.links.lifetime import Lifetime
from services.tiktok.sources import SourceHealth

PREFIX: Final = "toklink"
AskSources = Callable[[], Awaitable[Sequence[SourceHealth]]]
# Of outcomes: those that leave a click in the journal, if it can be kept.
CLICKS: Final = (Outcome.REDIRECTED, Outcome.BOT, Outcome.APP_PAGE)


class Metrics:
    """Tells programs of this machine, or whoever shows the token if there is one."""

    def __init__(
        self,
        redirects: Redirects,
        directory: LinkDirectory,
        river: ClickRiver,
        lifetime: Lifetime,
        health: Health,
        addresses: Addresses,
        *,
        token: str,
        sources: AskSources | None = None,
    ) -> None:
        """``token`` empty: requests from this machine's own programs are answered, and no others.

        ``sources``: how the ways to TikTok fare, as the process that asks there tells all others.
        """
        self._redirects = redirects
        self._directory = directory
        self._river = river
        self._lifetime = lifetime
        self._health = health
        self._addresses = addresses
        self._token = token
        self._sources = sources

    async def show(self, request: web.Request) -> web.Response:
        if not self._may_ask(request):
            if self._token:
                return web.Response(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
            return web.Response(status=403, text="Metrics are for this machine alone, unless METRICS_TOKEN is set.\n")
        database_up = await self._health.database_trouble() is None
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Once(self._families(database_up)))
        if self._sources is not None and database_up:
            registry.register(_Once(_tiktok(await self._sources())))
        return web.Response(
            body=generate_latest(registry),
            headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_PLAIN_0_0_4, hdrs.CACHE_CONTROL: "no-store"},
        )

    def _may_ask(self, request: web.Request) -> bool:
        if not self._token:
            return self._addresses.is_of_this_machine(request)
        kind, _, shown = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        right = hmac.compare_digest(shown.strip().encode(errors="surrogateescape"), self._token.encode())
        return right and kind.casefold() == "bearer"

    def _families(self, database_up: bool) -> Iterable[Metric]:
        outcomes, lag = self._redirects.outcomes, self._river.drain.lag()
        lost = self._river.journal.lost
        answers = CounterMetricFamily(
            f"{PREFIX}_redirects", "Requests for links, by what became of them", labels=("process", "outcome")
        )
        for outcome in Outcome:
            answers.add_metric((PROCESS, outcome), outcomes[outcome])
        yield answers
        recorded = sum(outcomes[outcome] for outcome in CLICKS) - lost
        yield _counter("clicks_recorded", "Clicks that were kept, bots' among them", max(0, recorded))
        yield _counter("clicks_lost", "Clicks that could not be kept", lost)
        yield _gauge("clicks_waiting", "Clicks that are kept and not counted yet", lag.clicks)
        yield _gauge("clicks_waiting_seconds", "Age of the oldest of them", lag.seconds)
        yield _counter("link_cache_hits", "Links that were in memory", self._directory.hits)
        yield _counter("link_cache_misses", "Links that the database was asked for", self._directory.misses)
        yield _gauge("link_cache_links", "Links in memory", self._directory.links)
        yield _gauge(
            "link_cache_seconds_to_live",
            "For how long memory is trusted, by the load",
            self._directory.seconds_to_live,
        )
        yield _gauge("machine_load", "Wanted share of the machine's processors, as last seen", self._lifetime.load)
        yield _gauge(
            "process_share",
            "Share of one processor that the process used between the last two looks",
            self._lifetime.process_share,
        )
        yield _counter("process_seconds", "Time of a processor that the process used", time.process_time())
        yield _gauge("database_up", "Whether the database answers", int(database_up))
        yield _gauge("journal_ok", "Whether clicks can be kept", int(self._river.journal.trouble() is None))


PROCESS: Final = str(os.getpid())


class _Once(Collector):
    """Families that are made for one answer."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _tiktok(sources: Sequence[SourceHealth]) -> Iterable[Metric]:
    """The same from every web process: one process asks TikTok, and these tell of it."""
    asked = [source for source in sources if source.state != "off"]
    told: list[tuple[str, str, Callable[[SourceHealth], float | None]]] = [
        ("ready", "Whether a way to TikTok is asked; at rest after failures it is not", _is_ready),
        ("failures_in_a_row", "Failures of a way to TikTok since its last answer", lambda source: source.failures),
        ("answered_share", "Share of questions that a way to TikTok answered, since the bot's start", _answered),
        ("seconds", "Median time of the last answers of a way to TikTok", lambda source: source.seconds_median),
    ]
    for name, help_text, value in told:
        gauge = GaugeMetricFamily(f"{PREFIX}_tiktok_{name}", help_text, labels=("process", "source"))
        for source in asked:
            if (seen := value(source)) is not None:
                gauge.add_metric((PROCESS, source.name), seen)
        yield gauge
    answers = CounterMetricFamily(
        f"{PREFIX}_tiktok_answers", "Answers of a way to TikTok", labels=("process", "source")
    )
    errors = CounterMetricFamily(f"{PREFIX}_tiktok_errors", "Failures of a way to TikTok", labels=("process", "source"))
    for source in asked:
        answers.add_metric((PROCESS, source.name), source.answers)
        errors.add_metric((PROCESS, source.name), source.errors)
    yield answers
    yield errors


def _is_ready(source: SourceHealth) -> float:
    return float(source.state == "ready")


def _answered(source: SourceHealth) -> float | None:
    asked = source.answers + source.errors
    return source.answers / asked if asked else None


def _counter(name: str, help_text: str, value: float) -> Metric:
    family = CounterMetricFamily(f"{PREFIX}_{name}", help_text, labels=("process",))
    family.add_metric((PROCESS,), value)
    return family


def _gauge(name: str, help_text: str, value: float) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", help_text, labels=("process",))
    family.add_metric((PROCESS,), value)
    return family
