"""What the invented TikTok answers to each of its addresses."""

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from sandbox.tiktok import pages, shapes
from sandbox.tiktok.creators import by_sec_uid
from sandbox.tiktok.faults import CODES, Fault, without
from sandbox.tiktok.serving import Moment
from sandbox.tiktok.signing import is_signed

if TYPE_CHECKING:
    from sandbox.tiktok.server import TikTokServer

EMBEDDED: Final = 10
CREATOR_COUNT_MAX: Final = 30
OF_ITEMS: Final = "itemList."
WEEK_MS: Final = 7 * 86_400_000
# Faults that look the same wherever they happen.
EVERYWHERE: Final = frozenset({"empty", "captcha", "limited", "slow", "reset", "flaky"})


class Answers:
    """The addresses of one stand-in."""

    def __init__(self, tiktok: "TikTokServer") -> None:
        self._tiktok = tiktok
        self._ended = asyncio.Event()
        # Whose the posts are that were shown: nobody asks for others.
        self._authors: dict[str, str] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/user/detail/", self._detail),
            web.get("/api/post/item_list/", self._item_list),
            web.get("/api/creator/item_list/", self._creator_list),
            web.get("/embed/@{name}", self._embed),
            web.get("/embed/v2/{post}", self._embed_video),
            web.get("/@{name}", self._page),
            web.get("/@{name}/", self._page),
            web.get("/@{name}/{kind:video|photo}/{post}", self._video),
            web.get("/t/{code}/", self._short),
            web.get("/t/{code}", self._short),
            web.get("/", self._start),
            web.get("/foryou", self._start),
            web.get("/{code}/", self._short),
            web.get("/{code}", self._short),
        ]

    async def end(self, _: web.Application) -> None:
        """Let go of those who wait for an answer that never comes."""
        self._ended.set()

    # The programs' side

    async def _detail(self, request: web.Request) -> web.StreamResponse:
        name = request.query.get("uniqueId", "")
        fault = self._note("detail", name)
        if (wrong := await self._wrong(request, fault)) is not None:
            return wrong
        if not self._is_signed(request, "X-Bogus"):
            return _empty()
        moment = self._tiktok.moment(name)
        code = _code(fault, moment)
        if code or moment is None:
            return _json(shapes.refused(code))
        return _json(_lacking(shapes.user_detail(moment), fault))

    async def _item_list(self, request: web.Request) -> web.StreamResponse:
        moment = self._moment_by_sec_uid(request)
        fault = self._note("item_list", moment.creator.username if moment else "")
        if (wrong := await self._wrong(request, fault)) is not None:
            return wrong
        wants_gnarly = self._tiktok.signed or (fault is not None and fault.kind == "gnarly")
        if not self._is_signed(request, "X-Bogus") or (wants_gnarly and not self._is_signed(request, "X-Gnarly")):
            return _empty()
        code = _code(fault, moment)
        if code or moment is None:
            return _json(shapes.refused(code))
        count = _number(request, "count", shapes.PAGE_SIZE)
        posts, more = moment.pinned_first(min(max(count, 1), 35), _number(request, "cursor", 0) or None)
        return _json(_lacking(shapes.item_list(moment, posts, more), fault))

    async def _creator_list(self, request: web.Request) -> web.StreamResponse:
        moment = self._moment_by_sec_uid(request)
        fault = self._note("creator", moment.creator.username if moment else "")
        if (wrong := await self._wrong(request, fault)) is not None:
            return wrong
        code = _code(fault, moment)
        if code or moment is None:
            return _json(shapes.refused(code))
        cursor = _number(request, "cursor", 0) or None
        posts, more = moment.newest(min(max(_number(request, "count", 15), 1), CREATOR_COUNT_MAX), cursor)
        if fault is not None and fault.kind == "sparse":
            seen = [post for post in posts if post.published_at.timestamp() * 1000 >= (cursor or 0) - WEEK_MS]
            posts, more = (seen, more or len(seen) < len(posts)) if cursor else (posts, more)
        return _json(_lacking(shapes.creator_list(moment, posts, more), fault))

    # Pages

    async def _start(self, request: web.Request) -> web.StreamResponse:
        fault = self._note("start", "")
        wrong = await self._wrong(request, fault)
        return wrong if wrong is not None else _html(pages.start_page(self._tiktok.bogus_key))

    async def _page(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        fault = self._note("page", name)
        if (wrong := await self._wrong(request, fault)) is not None:
            return wrong
        moment = self._tiktok.moment(name)
        code = _code(fault, moment)
        if code or moment is None:
            scope: dict[str, Any] = {"__DEFAULT_SCOPE__": {"webapp.user-detail": {"statusCode": code}}}
            return _html(pages.profile_page(f"@{name}", scope, self._tiktok.bogus_key, 0, None))
        scope = shapes.page_scope(moment)
        detail = scope["__DEFAULT_SCOPE__"]["webapp.user-detail"]
        scope["__DEFAULT_SCOPE__"]["webapp.user-detail"] = _lacking(detail, fault)
        keys = self._tiktok.bogus_key, self._tiktok.gnarly_key
        return _html(pages.profile_page(moment.creator.nickname, scope, *keys, moment))

    async def _embed(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        fault = self._note("embed", name)
        if (wrong := await self._wrong(request, fault)) is not None:
            return wrong
        moment = self._tiktok.moment(name)
        if _code(fault, moment) or moment is None:
            return web.Response(status=400, text="Bad Request")
        posts, _ = moment.newest(EMBEDDED)
        self._authors |= {post.post_id: moment.creator.username for post in posts}
        state = shapes.embed_state(moment, posts, request.path)
        shown = state["source"]["data"][request.path]
        if fault is not None and fault.kind == "shape":
            # The embed page has no userInfo.stats: its counts stand in userInfo itself.
            shown["userInfo"] = without(shown["userInfo"], fault.lacks.rpartition(".")[2])
        return _html(pages.embed_page(moment.creator.nickname, state))

    async def _embed_video(self, request: web.Request) -> web.StreamResponse:
        post_id = request.match_info["post"]
        moment = self._moment_by_post(post_id)
        fault = self._note("video", moment.creator.username if moment else "")
        if (wrong := await self._wrong(request, fault)) is not None:
            return wrong
        post = moment.post(post_id) if moment else None
        if moment is None or post is None or _code(fault, moment):
            return web.Response(status=400, text="Bad Request")
        return _html(pages.embed_page(moment.creator.nickname, shapes.embed_video_state(moment, post)))

    async def _video(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        fault = self._note("video", name)
        if (wrong := await self._wrong(request, fault)) is not None:
            return wrong
        moment = self._tiktok.moment(name)
        if moment is None or _code(fault, moment):
            return _html(
                pages.video_page(f"@{name}", {"__DEFAULT_SCOPE__": {"webapp.video-detail": {"statusCode": 10204}}})
            )
        scope = shapes.video_scope(moment, moment.post(request.match_info["post"]))
        return _html(pages.video_page(moment.creator.nickname, scope))

    async def _short(self, request: web.Request) -> web.StreamResponse:
        path = self._tiktok.long(request.match_info["code"])
        fault = self._note("short", path.lstrip("@").partition("/")[0] if path else "")
        if (wrong := await self._wrong(request, fault)) is not None:
            return wrong
        if path is None:
            # As TikTok does with an address that it does not know.
            raise web.HTTPFound("https://www.tiktok.com/")
        raise web.HTTPMovedPermanently(f"https://www.tiktok.com/{path}?_r=1&_t={secrets.token_hex(5)}")

    # What they share

    def _note(self, place: str, name: str) -> Fault | None:
        self._tiktok.requests[place, name.lower()] += 1
        return self._tiktok.faults.of(name, place)

    async def _wrong(self, request: web.Request, fault: Fault | None) -> web.StreamResponse | None:
        """The answer where something goes wrong before anything is looked up."""
        if request.query.get("msToken") in self._tiktok.blocked_tokens:
            return _limited()
        if fault is None or fault.kind not in EVERYWHERE:
            return None
        if fault.kind == "slow":
            await self._ended.wait()
        if fault.kind in {"reset", "slow"}:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault.kind == "flaky":
            return web.Response(status=500, text="Internal Server Error")
        if fault.kind == "limited":
            return _limited()
        return _html(pages.CAPTCHA) if fault.kind == "captcha" else _empty()

    def _is_signed(self, request: web.Request, name: str) -> bool:
        # As it came: what is signed is the text, not what it means.
        query = request.raw_path.partition("?")[2]
        key = self._tiktok.bogus_key if name == "X-Bogus" else self._tiktok.gnarly_key
        return is_signed(query, name, key)

    def _moment_by_sec_uid(self, request: web.Request) -> Moment | None:
        found = by_sec_uid().get(request.query.get("secUid", ""))
        return self._tiktok.moment_of(found) if found is not None else None

    def _moment_by_post(self, post_id: str) -> Moment | None:
        username = self._authors.get(post_id)
        return self._tiktok.moment(username) if username is not None else None


def _code(fault: Fault | None, moment: Moment | None) -> int:
    """TikTok's own; 0: all is well."""
    if fault is not None and fault.kind in CODES:
        return CODES[fault.kind]
    return 0 if moment is not None else CODES["missing"]


def _lacking(tree: dict[str, Any], fault: Fault | None) -> dict[str, Any]:
    """The answer without what ``fault`` takes away: of each post, where its path begins with ``itemList``."""
    if fault is None or fault.kind != "shape":
        return tree
    if not fault.lacks.startswith(OF_ITEMS):
        return without(tree, fault.lacks)
    return tree | {"itemList": [without(item, fault.lacks.removeprefix(OF_ITEMS)) for item in tree.get("itemList", [])]}


def _number(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, "")
    return int(value) if value.isdecimal() else default


def _empty() -> web.Response:
    return web.Response(body=b"", content_type="application/json")


def _limited() -> web.Response:
    return web.Response(status=429, text="Too Many Requests", headers={"Retry-After": "60"})


def _json(tree: dict[str, Any]) -> web.Response:
    return web.Response(
        text=json.dumps(tree, ensure_ascii=False),
        content_type="application/json",
        headers={"X-Ms-Token": secrets.token_urlsafe(80)},
    )


def _html(text: str) -> web.Response:
    answer = web.Response(text=text, content_type="text/html", charset="utf-8")
    # Not for this host alone: pages of all of TikTok's names share it.
    answer.set_cookie(
        "msToken", secrets.token_urlsafe(80), domain=".tiktok.com", path="/", secure=True, samesite="None"
    )
    return answer
