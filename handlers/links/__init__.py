"""Short links in the chat."""

from aiogram import Router

from handlers.links import cards, create, lists, qr
from handlers.links.statistics import statistics


def router() -> Router:
    router = Router(name="links")
    # The logo of a QR before addresses: a picture that is asked for may have one in its caption.
    router.include_routers(qr.router(), create.router(), lists.router(), cards.router(), statistics.router())
    return router
