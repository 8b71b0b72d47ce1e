"""What is bought and was bought, in the chat.

Not in the package itself: cards of accounts take buttons from this room, and this room takes names from theirs.
"""

from aiogram import Router

from handlers.payments import offering, referrals, reports, support, terms


def router() -> Router:
    router = Router(name="payments")
    router.include_routers(offering.router(), referrals.router(), reports.router(), support.router(), terms.router())
    return router
