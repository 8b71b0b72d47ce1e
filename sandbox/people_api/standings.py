"""Who keeps the bot away, and who lets it in again."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from sandbox import standing
from sandbox.people_api.wishes import Handler, Wish, json_wish
from sandbox.text import Json
from sandbox.world import World

Deed = Callable[[World, Wish], Json]


def migrate(world: World, wish: Wish) -> Json:
    group = standing.group_of(world, wish.integer("person_id"), wish.integer("chat_id"))
    return {"chat_id": standing.migrate(world, group)}


DEEDS: Final[dict[str, Deed]] = {
    "block": lambda world, wish: standing.block(world, wish.integer("person_id")),
    "unblock": lambda world, wish: standing.unblock(world, wish.integer("person_id")),
    "deactivate": lambda world, wish: standing.deactivate(world, wish.integer("person_id"), deactivated=True),
    "reactivate": lambda world, wish: standing.deactivate(world, wish.integer("person_id"), deactivated=False),
    "kick_bot": lambda world, wish: standing.kick(world, wish.integer("person_id"), wish.integer("chat_id")),
    "add_bot": lambda world, wish: standing.add(world, wish.integer("person_id"), wish.integer("chat_id")),
    "migrate": migrate,
}


def standing_routes(world: World) -> list[web.RouteDef]:
    def handler(deed: Deed) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            return web.json_response(deed(world, await json_wish(request)))

        return handle

    return [web.post(f"/people/{name}", handler(deed)) for name, deed in DEEDS.items()]
