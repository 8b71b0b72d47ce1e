"""Ways to TikTok through the browser: the site's own API, and the site itself."""

import asyncio
import importlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from services.tiktok.errors import SourceEmpty, SourceError, SourceForbidden, SourceLimited
from services.tiktok.profiles import Profile
from services.tiktok.sources.browser import Browser
from services.tiktok.sources.creator import ADDRESS, creator_posts, read_page
from services.tiktok.sources.protocol import Posts
from services.tiktok.sources.reading import Page, newest_first, read_detail, read_items, read_post
from services.tiktok.sources.retrying import once_more
from services.tiktok.sources.shapes import Node, parse

if TYPE_CHECKING:
    from TikTokApi import TikTokApi

DETAIL = "https://www.tiktok.com/api/user/detail/"
PAGE_CLOSE_SECONDS = 3.0
# A connection that broke took a session along: another try could take the last.
STUMBLES = frozenset({"status"})


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
        async def ask(query: Mapping[str, str]) -> Page:
            async def page(api: "TikTokApi") -> Page:
                answer = await api.make_request(url=ADDRESS, params=dict(query), retries=1)
                return read_page(Node(answer), profile)

            return await self._browser.call(page, about=f"secUid={quote(profile.sec_uid)}&")

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
                if response.status == 403:
                    raise SourceForbidden
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
