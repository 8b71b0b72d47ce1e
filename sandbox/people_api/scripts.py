"""The bot's calls as they come, and the faults that they are to meet."""

import json
from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Any, Final

from aiohttp import web

from sandbox.errors import PeopleError
from sandbox.faults import BadFault, Fault
from sandbox.people_api.streams import KEEP_ALIVE_SECONDS, resume_after, stream
from sandbox.people_api.wishes import json_wish
from sandbox.text import Json
from sandbox.world import World

CALLS_SHOWN: Final = 200
CALLS_MAX: Final = 20_000
# What a field of a fault may be in JSON; int is fine for float.
TYPES: Final[dict[str, tuple[type, ...]]] = {
    "kind": (str,),
    "method": (str, type(None)),
    "update": (str, type(None)),
    "chat_id": (int, type(None)),
    "times": (int, type(None)),
    "skip": (int,),
    "probability": (int, float),
    "seed": (int,),
    "when": (str,),
    "retry_after": (int,),
    "seconds": (int, float),
    "copies": (int,),
    "description": (str,),
}


def script_routes(world: World) -> list[web.RouteDef]:
    api = ScriptApi(world)
    return [
        web.get("/people/calls", api.calls),
        web.get("/people/calls/events", api.follow),
        web.get("/people/faults", api.faults),
        web.post("/people/faults", api.add),
        web.delete("/people/faults", api.clear),
        web.delete("/people/faults/{fault_id:[0-9]+}", api.remove),
    ]


def read_fault(body: Json) -> Fault:
    """Raises PeopleError for what is no fault."""
    known = {field.name for field in fields(Fault)}
    unknown = sorted(body.keys() - known)
    if unknown:
        raise PeopleError(f'A fault has no "{unknown[0]}".')
    if "kind" not in body:
        raise PeopleError('A fault needs a "kind".')
    for name, value in body.items():
        if not isinstance(value, TYPES[name]) or isinstance(value, bool):
            raise PeopleError(f'"{name}" cannot be {json.dumps(value)}.')
    # An empty field of a form means any.
    values: dict[str, Any] = body | {name: body.get(name) or None for name in ("method", "update")}
    try:
        return Fault(**values)
    except BadFault as complaint:
        raise PeopleError(str(complaint)) from None


class ScriptApi:
    def __init__(self, world: World) -> None:
        self._world = world

    async def calls(self, request: web.Request) -> web.Response:
        """The newest calls, oldest first, with the number to follow them from."""
        raw = request.query.get("limit", "")
        limit = min(int(raw), CALLS_MAX) if raw.isdecimal() else CALLS_SHOWN
        log = self._world.log
        newest = [call.json() for call in log.since(log.last - limit)]
        return web.json_response({"calls": newest, "last": log.last})

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events, one call each; without a number to resume from, from now on."""
        after = resume_after(request)
        return await stream(request, self._numbered(self._world.log.last if after is None else after))

    async def _numbered(self, after: int) -> AsyncIterator[tuple[int, str] | None]:
        async for call in self._world.log.follow(after, idle=KEEP_ALIVE_SECONDS):
            yield None if call is None else (call.number, json.dumps(call.json(), ensure_ascii=False))

    async def faults(self, _: web.Request) -> web.Response:
        return web.json_response(self._all())

    async def add(self, request: web.Request) -> web.Response:
        fault = read_fault((await json_wish(request)).fields)
        return web.json_response({"fault": self._world.faults.add(fault).json()})

    async def remove(self, request: web.Request) -> web.Response:
        if not self._world.faults.remove(int(request.match_info["fault_id"])):
            raise PeopleError("That fault is not there any more.", status=404)
        return web.json_response(self._all())

    async def clear(self, _: web.Request) -> web.Response:
        self._world.faults.clear()
        return web.json_response(self._all())

    def _all(self) -> Json:
        faults = self._world.faults
        return {"faults": [scripted.json() for scripted in faults], "injected": dict(faults.injected)}
