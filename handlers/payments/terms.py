"""/terms: what is sold, and how."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from handlers.filters import PRIVATE, typed
from handlers.payments import terms_views as views
from handlers.payments.reports_callbacks import TermsPress
from handlers.screen import show
from services.services import Services


def router() -> Router:
    router = Router(name="payments.terms")
    router.message.register(terms_command, PRIVATE, typed("terms"))
    router.callback_query.register(open_terms, TermsPress.filter())
    return router


async def terms_command(message: Message, services: Services) -> None:
    await show(message, views.terms(services.orders.price))


async def open_terms(press: CallbackQuery, services: Services) -> None:
    await press.answer()
    await show(press, views.terms(services.orders.price))
