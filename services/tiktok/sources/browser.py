"""TikTokApi in Chromium: one browser at a time, started with the first question, replaced before it is worn out."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from services.tiktok.errors import (
    AccountRefused,
    BrowserDown,
    Resting,
    SourceBroken,
    SourceCut,
    SourceError,
    SourceTimeout,
    SourceUnwelcome,
)
from services.tiktok.sources.breaker import Breaker, Patience
from services.tiktok.sources.rotation import Rotation
from services.tiktok.sources.steady import Steady

if TYPE_CHECKING:
    # They take long to import: only who asks by a browser waits for that.
    from TikTokApi import TikTokApi

    from services.tiktok.sources.running import RunningBrowser

log = structlog.get_logger()
# It grows by each account; a new one is as lean as the first.
MOST_PROFILES = 500
MOST_BYTES = 1024**3
# How often the second is looked at, in profiles.
WEIGHED_EVERY = 25
# Of nobody asking; a browser holds half a gigabyte.
IDLE_SECONDS = 900.0
# A start takes seconds, and all of a machine; what failed once fails again just after.
STARTS = Patience(failures=1, first=timedelta(seconds=30), longest=timedelta(minutes=30))
# Each by another proxy.
MOST_STARTS = 3

T = TypeVar("T")


class Browser:
    """The browser of this process. Many may ask it at once; who comes while it is replaced waits for the new one."""

    def __init__(
        self,
        chromium: Path | None,
        resolve: str,
        tokens: Rotation[str],
        proxies: Rotation[str],
        now: Steady,
        *,
        most_profiles: int = MOST_PROFILES,
        most_bytes: int = MOST_BYTES,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._chromium, self._resolve = chromium, resolve
        self._tokens, self._proxies = tokens, proxies
        self._most_profiles, self._most_bytes, self._idle_seconds = most_profiles, most_bytes, idle_seconds
        self._running: RunningBrowser | None = None
        self._changing: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False
        self._breaker = Breaker(now, STARTS)
        self.starts = 0
        # Why the last start failed; empty: it did not.
        self.last_reason = ""

    async def call(self, question: "Callable[[TikTokApi], Awaitable[T]]", *, about: str, steady: bool = True) -> T:
        """As RunningBrowser.call, by a browser that is fit; a refused one gives way to the next token or proxy."""
        return await self._ask(await self._fit(), question, about=about, steady=steady)

    async def profile(self, question: "Callable[[TikTokApi], Awaitable[T]]", *, about: str) -> T:
        """As ``call``, and counted: a browser is replaced after so many, or when it has grown too heavy."""
        browser = await self._fit()
        browser.profiles += 1
        if browser.profiles >= self._most_profiles:
            # The last that it is asked for.
            browser.is_worn = True
        try:
            return await self._ask(browser, question, about=about, steady=True)
        finally:
            if browser.profiles % WEIGHED_EVERY == 0 and await browser.memory() >= self._most_bytes:
                browser.is_worn = True

    @property
    def is_resting(self) -> bool:
        """It did not start, and is not started again for a while: no way that needs it is worth a try."""
        return self._breaker.is_resting

    @property
    def failures(self) -> int:
        """Starts in a row that failed."""
        return self._breaker.failures

    @property
    def running(self) -> "RunningBrowser | None":
        return self._running

    async def close(self) -> None:
        """The browser is gone, and does not start again."""
        self._closed = True
        if self._idle is not None:
            self._idle.cancel()
        if self._changing is not None:
            # A start is given up, and cleans up after itself.
            self._changing.cancel()
            await asyncio.gather(self._changing, return_exceptions=True)
        await self._end()
        if self._ending is not None:
            await self._ending

    async def _fit(self) -> "RunningBrowser":
        while True:
            if self._closed:
                raise SourceBroken
            if self._changing is None:
                if self._running is not None and self._running.is_fit:
                    return self._running
                self._changing = self._change(self._replace)
            changing = self._changing
            # Who asks may be cancelled, and the browser comes up all the same: others wait for it.
            await asyncio.wait({changing})
            if changing.cancelled():
                raise SourceBroken
            if (error := changing.exception()) is not None:
                raise error

    def _change(self, work: Callable[[], Awaitable[None]]) -> "asyncio.Task[None]":
        async def change() -> None:
            try:
                await work()
            finally:
                self._changing = None

        changing = asyncio.create_task(change(), name="tiktok browser")
        # Whoever waits for it hears of its failure; there may be nobody.
        changing.add_done_callback(lambda task: task.cancelled() or task.exception())
        return changing

    async def _replace(self) -> None:
        await self._end()
        if self._closed or self._chromium is None:
            raise SourceBroken
        if not self._breaker.begin():
            raise Resting
        self.last_reason = ""
        try:
            self._running = await self._start(self._chromium)
        except SourceError as error:
            self.last_reason = error.reason
        except Exception:
            self.last_reason = "unforeseen"
            self._breaker.failed()
            raise
        except BaseException:
            self._breaker.left()
            raise
        if self.last_reason:
            self._breaker.failed()
            log.warning("the browser for TikTok did not start", reason=self.last_reason)
            # Not from the error, which would keep what is left of the browser.
            raise BrowserDown
        self._breaker.worked()
        self.starts += 1

    async def _start(self, chromium: Path) -> "RunningBrowser":
        """By another proxy where one does not connect; what else goes wrong is the browser's own fault."""
        module = await asyncio.to_thread(importlib.import_module, "services.tiktok.sources.running")
        for tries_left in reversed(range(MOST_STARTS)):
            token, proxy = self._tokens.take(), self._proxies.take()
            try:
                started: RunningBrowser = await module.RunningBrowser.open(
                    chromium, self._resolve, token=token, proxy=proxy
                )
            except SourceCut:
                self._proxies.blocked(proxy)
                if not tries_left or proxy is None or not self._proxies.has_another:
                    raise
            except SourceTimeout:
                # Whichever of the two it was.
                self._proxies.blocked(proxy)
                raise
            else:
                return started
        raise SourceBroken

    async def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            # Given up half-way, it would leave processes behind.
            self._ending = asyncio.create_task(running.close(), name="tiktok browser ends")
            await asyncio.shield(self._ending)

    async def _ask(
        self,
        browser: "RunningBrowser",
        question: "Callable[[TikTokApi], Awaitable[T]]",
        *,
        about: str,
        steady: bool,
    ) -> T:
        try:
            answer = await browser.call(question, about=about, steady=steady)
        except AccountRefused:
            self._worked(browser, steady=steady)
            raise
        except SourceUnwelcome:
            if steady:
                self._tokens.blocked(browser.token)
                browser.is_worn |= bool(browser.token) and self._tokens.has_another
                self._leave_proxy(browser)
            raise
        except (SourceCut, SourceTimeout, asyncio.CancelledError):
            # It may be the proxy. Cancelled: the time that its way has is over, or this process ends.
            if steady:
                self._leave_proxy(browser)
            raise
        finally:
            self._wait_for_idleness()
        self._worked(browser, steady=steady)
        return answer

    def _worked(self, browser: "RunningBrowser", *, steady: bool) -> None:
        if steady:
            self._tokens.worked(browser.token)
            self._proxies.worked(browser.proxy)

    def _leave_proxy(self, browser: "RunningBrowser") -> None:
        """The browser gives way to one with another proxy, if there is another."""
        self._proxies.blocked(browser.proxy)
        browser.is_worn |= bool(browser.proxy) and self._proxies.has_another

    def _wait_for_idleness(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire)

    def _retire(self) -> None:
        if self._changing is None and self._running is not None and not self._closed:
            self._changing = self._change(self._end)
