"""/links: a person's links in pages, found, sorted, and many of them changed at once."""

from aiogram import Router

from handlers.links.lists import lists, selecting


def router() -> Router:
    router = Router(name="links.lists")
    router.include_routers(lists.router(), selecting.router())
    return router
