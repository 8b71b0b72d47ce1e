"""All routers, in the order in which they are asked, and what every message and press passes before them."""

from aiogram import Router

from handlers import alerts, fallback, inline, links, operations, privacy, settings, standing, start, tiktok
from handlers.contents import KnowsAlbums
from handlers.dialogue import CommandsEndDialogues, PressesEndDialogues
from handlers.errors import RepeatsQuestions
from handlers.operations.rights import CountsRefusals
from handlers.payments import paying
from handlers.payments.routers import router as payments_router


def routers() -> list[Router]:
    """New ones at each call: a router belongs to one dispatcher."""
    chat = Router(name="chat")
    chat.message.outer_middleware(KnowsAlbums())
    chat.message.outer_middleware(CommandsEndDialogues())
    chat.message.outer_middleware(RepeatsQuestions())
    chat.callback_query.outer_middleware(CountsRefusals())
    chat.callback_query.outer_middleware(PressesEndDialogues())
    # What was paid and given back before anything else: a refund is told without a person, whom others want to know.
    # Operators before start, which sends everybody else's /admin in a group to the private chat.
    # Payments and TikTok before start, which takes any other deep link, and before links, which take any other address.
    # Inline before links: an address of ours that was chosen here is not one to shorten.
    # Links before settings: an address that is pasted into the time zone dialogue is an address.
    chat.include_routers(
        paying.router(),
        operations.router(),
        alerts.router(),
        payments_router(),
        tiktok.router(),
        start.router(),
        inline.router(),
        links.router(),
        settings.router(),
        privacy.router(),
        standing.router(),
        fallback.router(),
    )
    return [chat]
