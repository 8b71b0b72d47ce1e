"""The people's side of the sandbox over HTTP: what the chat page and the tests' client use."""

from aiohttp import web

from sandbox.people_api.chatting import chatting_routes
from sandbox.people_api.money import money_routes
from sandbox.people_api.scripts import script_routes
from sandbox.people_api.standings import standing_routes
from sandbox.people_api.tiktok import tiktok_routes
from sandbox.people_api.wishes import people_errors
from sandbox.world import World

__all__ = ["people_errors", "people_routes"]


def people_routes(world: World) -> list[web.RouteDef]:
    return [
        *chatting_routes(world),
        *script_routes(world),
        *standing_routes(world),
        *money_routes(world),
        *tiktok_routes(world),
    ]
