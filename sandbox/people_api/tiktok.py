"""The invented TikTok's controls: its day, and what goes wrong there."""

from typing import TYPE_CHECKING, Final

from aiohttp import web

from sandbox.errors import PeopleError
from sandbox.people_api.wishes import json_wish
from sandbox.text import Json
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.tiktok.server import TikTokServer

DAYS_MAX: Final = 90
FLYING_MAX: Final = 1000
REQUESTS_SHOWN: Final = 200


def tiktok_routes(world: World) -> list[web.RouteDef]:
    api = TikTokApi(world)
    return [
        web.get("/people/tiktok", api.look),
        web.post("/people/tiktok/day", api.turn_day),
        web.post("/people/tiktok/fault", api.fault),
        web.post("/people/tiktok/twist", api.twist),
        web.post("/people/tiktok/signed", api.signed),
    ]


class TikTokApi:
    """Each answers with all that ``look`` tells."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def look(self, _: web.Request) -> web.Response:
        """{"now", "signed", "creators", "faults" by name, "requests"}: the latter those of whom most was asked."""
        return web.json_response(self._state())

    async def turn_day(self, request: web.Request) -> web.Response:
        """{"days": 1}: put the clock forward by so many."""
        wish = await json_wish(request)
        days = wish.optional_integer("days")
        days = 1 if days is None else days
        if not 1 <= days <= DAYS_MAX:
            raise PeopleError(f'"days" must be from 1 to {DAYS_MAX}.')
        self._tiktok.turn_day(days)
        return web.json_response(self._state())

    async def fault(self, request: web.Request) -> web.Response:
        """{"username", "kind", "where": []}: username * is everybody, an empty kind makes well again."""
        wish = await json_wish(request)
        where = wish.fields.get("where") or []
        if not isinstance(where, list) or not all(isinstance(place, str) for place in where):
            raise PeopleError('"where" must be a list of texts.')
        try:
            self._tiktok.fault(wish.text("username"), wish.text("kind"), where)
        except ValueError as complaint:
            raise PeopleError(str(complaint)) from None
        return web.json_response(self._state())

    async def twist(self, request: web.Request) -> web.Response:
        """{"username", "followers": 5000, "flying": 20, "bio_url": "https://…"}: changes a creator from now on.

        All but the first may be absent; see ``TikTokServer.twist``.
        """
        wish = await json_wish(request)
        flying = wish.fields.get("flying", 0)
        if not isinstance(flying, int | float) or isinstance(flying, bool) or not 0 <= flying <= FLYING_MAX:
            raise PeopleError(f'"flying" must be a number up to {FLYING_MAX}.')
        look = {name: wish.text(name) for name in wish.fields.keys() - {"username", "followers", "flying"}}
        try:
            self._tiktok.twist(
                wish.text("username"), followers=wish.optional_integer("followers") or 0, flying=flying, **look
            )
        except KeyError as unknown:
            raise PeopleError(f"Nobody is called {unknown.args[0]} there.", status=404) from None
        except ValueError as complaint:
            raise PeopleError(str(complaint)) from None
        return web.json_response(self._state())

    async def signed(self, request: web.Request) -> web.Response:
        """{"signed": false}: lists of posts want X-Gnarly no more."""
        self._tiktok.signed = (await json_wish(request)).boolean("signed")
        return web.json_response(self._state())

    @property
    def _tiktok(self) -> "TikTokServer":
        if self._world.tiktok is None:
            raise PeopleError("There is no TikTok in this sandbox.", status=404)
        return self._world.tiktok

    def _state(self) -> Json:
        from sandbox.tiktok.creators import usernames

        tiktok = self._tiktok
        requests = [
            {"place": place, "username": name, "count": count}
            for (place, name), count in tiktok.requests.most_common(REQUESTS_SHOWN)
        ]
        return {
            "now": tiktok.clock().isoformat(),
            "signed": tiktok.signed,
            "creators": list(usernames()),
            "faults": tiktok.faults.list(),
            "requests": requests,
        }
