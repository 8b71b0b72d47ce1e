"""Short links in the chat."""

from aiogram import Router

from handlers.links import cards, create, lists


def router() -> Router:
    router = Router(name="links")
    router.include_routers(create.router(), lists.router(), cards.router())
    return router
