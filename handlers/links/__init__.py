"""Short links in the chat."""

from aiogram import Router

from handlers.links import cards, create, lists, notices, qr, routing
from handlers.links.options import options
from handlers.links.statistics.presses import router as statistics_router


def router() -> Router:
    router = Router(name="links")
    # The logo of a QR before addresses: a picture that is asked for may have one in its caption.
    # What is asked about a link before addresses, too: some of it is an address.
    router.include_routers(
        qr.router(),
        options.router(),
        routing.router(),
        lists.router(),
        create.router(),
        cards.router(),
        notices.router(),
        statistics_router(),
    )
    return router
