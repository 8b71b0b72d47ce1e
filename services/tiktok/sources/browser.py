"""TikTokApi in Chromium: one browser at a time, started with the first question, replaced before it is worn out."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import structlog

from services.tiktok.errors import SourceBroken, SourceCaptcha, SourceEmpty, SourceError, SourceLimited
from services.tiktok.profiles import Profile
from services.tiktok.sources.creator import ADDRESS, creator_posts
from services.tiktok.sources.protocol import Posts
from services.tiktok.sources.reading import newest_first, read_detail, read_items, read_post
from services.tiktok.sources.retrying import once_more
from services.tiktok.sources.rotation import Rotation
from services.tiktok.sources.shapes import Node, parse

if TYPE_CHECKING:
    # They take long to import: only who asks by a browser waits for that.
    from TikTokApi import TikTokApi

    from services.tiktok.sources.running import RunningBrowser

log = structlog.get_logger()
DETAIL = "https://www.tiktok.com/api/user/detail/"
# It grows by each account; a new one is as lean as the first.
MOST_PROFILES = 500
MOST_BYTES = 1024**3
# How often the second is looked at, in profiles.
WEIGHED_EVERY = 25
# Of nobody asking; a browser holds half a gigabyte.
IDLE_SECONDS = 900.0
PAGE_CLOSE_SECONDS = 3.0
# A connection that broke took a session along: another try could take the last.
STUMBLES = frozenset({"status"})

T = TypeVar("T")


class Browser:
    """The browser of this process. Many may ask it at once; who comes while it is replaced waits for the new one."""

    def __init__(
        self,
        chromium: Path | None,
        resolve: str,
        tokens: Rotation[str],
        proxies: Rotation[str],
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
        self.starts = 0

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
        module = await asyncio.to_thread(importlib.import_module, "services.tiktok.sources.running")
        token, proxy = self._tokens.take(), self._proxies.take()
        try:
            self._running = await module.RunningBrowser.open(self._chromium, self._resolve, token=token, proxy=proxy)
        except SourceError as error:
            self._proxies.blocked(proxy)
            log.warning("the browser for TikTok did not start", reason=error.reason)
            raise
        self.starts += 1

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
        except (SourceEmpty, SourceCaptcha, SourceLimited):
            if steady:
                self._refused(browser)
            raise
        finally:
            self._wait_for_idleness()
        if steady:
            self._tokens.worked(browser.token)
            self._proxies.worked(browser.proxy)
        return answer

    def _refused(self, browser: "RunningBrowser") -> None:
        self._tokens.blocked(browser.token)
        self._proxies.blocked(browser.proxy)
        if (browser.token and self._tokens.has_another) or (browser.proxy and self._proxies.has_another):
            browser.is_worn = True

    def _wait_for_idleness(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire)

    def _retire(self) -> None:
        if self._changing is None and self._running is not None and not self._closed:
            self._changing = self._change(self._end)


class BrowserSource:
    """An account by the site's own API, and its posts by ``.videos()``, which since July 2026 may come back empty."""

    name = "browser"

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def profile(self, username: str) -> Profile:
        async def ask(api: "TikTokApi") -> Profile:
            # What `api.user(username).info()` asks; but an answer that is no JSON is not waited out, and the code that
            # says why nothing is shown is not lost in a KeyError.
            answer = await api.make_request(url=DETAIL, params={"secUid": "", "uniqueId": username}, retries=1)
            return read_detail(Node(answer), username)

        async def once() -> Profile:
            return await self._browser.profile(ask, about=f"uniqueId={quote(username)}&")

        return await once_more(once, STUMBLES)

    async def posts(self, profile: Profile, count: int) -> Posts:
        async def ask(api: "TikTokApi") -> list[Any]:
            user = api.user(username=profile.username, sec_uid=profile.sec_uid)
            return [video.as_dict async for video in user.videos(count=count)]

        items = await self._browser.call(ask, about=f"secUid={quote(profile.sec_uid)}&", steady=False)
        if not items and profile.videos:
            raise SourceEmpty
        found = [read_post(Node(item, f"itemList[{place}]")) for place, item in enumerate(items)]
        posts = newest_first(found)
        return Posts(posts, complete=len(found) < count or len(posts) >= profile.videos)


class SessionCreatorSource:
    """``/api/creator/item_list/`` by the browser's session."""

    name = "creator"

    def __init__(self, browser: Browser, clock: Callable[[], datetime]) -> None:
        self._browser = browser
        self._clock = clock

    async def profile(self, username: str) -> Profile:
        raise SourceError("posts alone")

    async def posts(self, profile: Profile, count: int) -> Posts:
        async def ask(query: Mapping[str, str]) -> Node:
            async def page(api: "TikTokApi") -> Any:
                return await api.make_request(url=ADDRESS, params=dict(query), retries=1)

            return Node(await self._browser.call(page, about=f"secUid={quote(profile.sec_uid)}&"))

        now_ms = int(self._clock().timestamp() * 1000)
        return await creator_posts(ask, profile, count, now_ms=now_ms, stumbles=STUMBLES)


class ScriptSource:
    """The account's own page in a tab: the site's script signs what it asks for, and we read over its shoulder."""

    name = "script"

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def profile(self, username: str) -> Profile:
        raise SourceError("posts alone")

    async def posts(self, profile: Profile, count: int) -> Posts:
        """The first page of them, thirty or so."""

        async def ask(api: "TikTokApi") -> str:
            stealth = await asyncio.to_thread(importlib.import_module, "TikTokApi.stealth")
            page = await api.sessions[0].context.new_page()
            try:
                await stealth.stealth_async(page)
                async with page.expect_response(lambda response: "/api/post/item_list" in response.url) as waiting:
                    await page.goto(f"https://www.tiktok.com/@{quote(profile.username)}", wait_until="commit")
                response = await waiting.value
                if response.status == 429:
                    raise SourceLimited
                if response.status != 200:
                    raise SourceError(f"status {response.status}")
                return str(await response.text())
            finally:
                await asyncio.wait_for(page.close(), PAGE_CLOSE_SECONDS)

        text = await self._browser.call(ask, about="/api/post/item_list", steady=False)
        if not text.strip():
            raise SourceEmpty
        page = read_items(parse(text, "item_list"), profile.username, more="hasMore")
        if not page.posts and profile.videos:
            raise SourceEmpty
        return Posts(newest_first(page.posts), complete=not page.more)
