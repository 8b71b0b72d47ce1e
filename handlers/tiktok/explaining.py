"""What stands behind the numbers: the rating's three parts, what is exact, what is estimated and how."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from handlers.tiktok import explaining_views as views
from handlers.tiktok.callbacks import ExplainPress, Explanation
from handlers.tiktok.card import known_card
from handlers.tiktok.pasted import show
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="tiktok.explaining")
    router.callback_query.register(explain_rating, ExplainPress.filter(F.about == Explanation.RATING))
    router.callback_query.register(explain_figures, ExplainPress.filter(F.about == Explanation.FIGURES))
    return router


async def explain_rating(press: CallbackQuery, callback_data: ExplainPress, services: Services) -> None:
    card = await known_card(callback_data.id, services)
    await press.answer()
    await show(press, views.rating(card))


async def explain_figures(
    press: CallbackQuery, callback_data: ExplainPress, services: Services, person: Person, now: datetime
) -> None:
    card = await known_card(callback_data.id, services)
    await press.answer()
    await show(press, views.figures(card, person.zone, now))
