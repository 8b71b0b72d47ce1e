"""What is bought and was bought, in the chat.

Not in the package itself: cards of accounts take buttons from this room, and this room takes names from theirs.
"""

from aiogram import Router

from handlers.payments import referrals, reports, terms


def router() -> Router:
    router = Router(name="payments")
    router.include_routers(referrals.router(), reports.router(), terms.router())
    return router
