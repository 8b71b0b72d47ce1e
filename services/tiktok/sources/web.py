"""TikTok over plain HTTP: the embed page, the profile page, and the list of an account's posts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

from services.tiktok.errors import SourceEmpty, SourceError
from services.tiktok.profiles import Post, Profile
from services.tiktok.sources.connection import Answer, Web, expect_ok
from services.tiktok.sources.creator import ADDRESS, creator_posts, read_page
from services.tiktok.sources.pages import read_embed_list, read_embed_post, read_embed_profile, read_profile_page
from services.tiktok.sources.protocol import Posts, Unshown
from services.tiktok.sources.reading import Page, newest_first
from services.tiktok.sources.retrying import once_more
from services.tiktok.sources.shapes import parse

SITE = "https://www.tiktok.com"
# Of the last posts, each tells whose it is: these are asked, one after the other.
MOST_ASKED = 3
# Of one post alone: it is deleted or hidden, its page stumbles, or is made for another kind of post.
OF_ONE_POST = frozenset({Unshown.reason, "status", "shape"})

T = TypeVar("T")


class EmbedSource:
    """Pages for other sites: ``/embed/@name``, an account and its last ten posts; ``/embed/v2/ID``, a post."""

    name = "embed"

    def __init__(self, web: Web) -> None:
        self._web = web

    async def profile(self, username: str) -> Profile:
        """With its secUid, which only pages of its posts tell; empty where it has none, or none that is shown."""

        def read(html: str) -> tuple[Profile, tuple[str, ...]]:
            return read_embed_profile(html, username), read_embed_list(html, username)

        profile, ids = await self._page(f"@{quote(username)}", read)
        return replace(profile, sec_uid=await self._sec_uid(ids))

    async def posts(self, profile: Profile, count: int) -> Posts:
        """The last ten, without those whose own pages show nothing."""
        ids = await self._page(f"@{quote(profile.username)}", lambda html: read_embed_list(html, profile.username))
        if not ids and profile.videos:
            raise SourceEmpty
        found, failure = [], None
        for post_id in ids:
            try:
                post, _ = await self._post(post_id)
            except SourceError as error:
                if error.reason not in OF_ONE_POST:
                    raise
                failure = error
            else:
                found.append(post)
        if not found and failure is not None:
            raise failure
        return Posts(newest_first(found), complete=len(found) >= profile.videos)

    async def _sec_uid(self, ids: Sequence[str]) -> str:
        for post_id in ids[:MOST_ASKED]:
            try:
                _, sec_uid = await self._post(post_id)
            except SourceError as error:
                # The account is shown, whatever becomes of its posts.
                if error.reason not in OF_ONE_POST:
                    break
            else:
                return sec_uid
        return ""

    async def _post(self, post_id: str) -> tuple[Post, str]:
        return await self._page(f"v2/{quote(post_id)}", lambda html: read_embed_post(html, post_id))

    async def _page(self, path: str, read_html: Callable[[str], T]) -> T:
        def read(answer: Answer) -> T:
            if answer.status == 400:
                raise Unshown
            return read_html(expect_ok(answer))

        return await once_more(lambda: self._web.get(f"{SITE}/embed/{path}", read, signed_in=False))


class PageSource:
    """``/@name``, as a browser gets it before any script runs: an account, and none of its posts."""

    name = "page"

    def __init__(self, web: Web) -> None:
        self._web = web

    async def profile(self, username: str) -> Profile:
        def read(answer: Answer) -> Profile:
            return read_profile_page(expect_ok(answer), username)

        return await once_more(lambda: self._web.get(f"{SITE}/@{quote(username)}", read))

    async def posts(self, profile: Profile, count: int) -> Posts:
        raise SourceError("its posts come by script")


class CreatorSource:
    """``/api/creator/item_list/``: an account's posts, and nothing of itself."""

    name = "creator"

    def __init__(self, web: Web, clock: Callable[[], datetime]) -> None:
        self._web = web
        self._clock = clock

    async def profile(self, username: str) -> Profile:
        raise SourceError("posts alone")

    async def posts(self, profile: Profile, count: int) -> Posts:
        def read(answer: Answer) -> Page:
            return read_page(parse(expect_ok(answer), "creator/item_list"), profile)

        async def ask(query: Mapping[str, str]) -> Page:
            return await self._web.get(ADDRESS, read, query)

        if not profile.sec_uid:
            raise Unshown
        return await creator_posts(ask, profile, count, now_ms=int(self._clock().timestamp() * 1000))
