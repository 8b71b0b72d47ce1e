"""Paying with Stars, and passing messages on."""

from aiohttp import web

from sandbox import payments
from sandbox.people_api.wishes import json_wish
from sandbox.world import World


def money_routes(world: World) -> list[web.RouteDef]:
    api = MoneyApi(world)
    return [
        web.post("/people/pay", api.pay),
        web.post("/people/forward", api.forward),
        web.post("/people/top_up", api.top_up),
        web.get("/people/ledger", api.ledger),
    ]


class MoneyApi:
    def __init__(self, world: World) -> None:
        self._world = world

    async def pay(self, request: web.Request) -> web.Response:
        """By a message (chat_id, message_id) or by a link (invoice)."""
        wish = await json_wish(request)
        person_id, link = wish.integer("person_id"), wish.text("invoice", "")
        if link:
            return web.json_response(await payments.pay_link(self._world, person_id, link))
        chat_id, message_id = wish.integer("chat_id"), wish.integer("message_id")
        return web.json_response(await payments.pay_message(self._world, person_id, chat_id, message_id))

    async def forward(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        answer = payments.forward(
            self._world,
            wish.integer("person_id"),
            wish.integer("chat_id"),
            wish.integer("message_id"),
            wish.integer("to_chat_id"),
        )
        return web.json_response(answer)

    async def top_up(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        return web.json_response(payments.top_up(self._world, wish.integer("person_id"), wish.integer("amount")))

    async def ledger(self, _: web.Request) -> web.Response:
        """The whole of the bot's ledger, as getStarTransactions tells it, and what the bot has."""
        world = self._world
        lines = [line.json(world.people[line.charge.person_id]) for line in world.stars.ledger]
        return web.json_response({"transactions": lines, "balance": world.stars.balance})
