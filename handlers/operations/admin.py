"""/admin: the state of the platform."""

from datetime import datetime

from aiogram import Router
from aiogram.filters import BaseFilter
from aiogram.types import CallbackQuery, Message, TelegramObject

from handlers.filters import typed
from handlers.operations import views
from handlers.operations.callbacks import OverviewPress
from handlers.screen import show
from services.people import Person
from services.services import Services


class ByOperator(BaseFilter):
    """Holds for those in ADMIN_IDS, at every message and every press."""

    async def __call__(self, _event: TelegramObject, person: Person) -> bool:
        return person.is_operator


def router() -> Router:
    router = Router(name="operations")
    router.message.filter(ByOperator())
    router.callback_query.filter(ByOperator())
    router.message.register(overview, typed("admin"))
    router.callback_query.register(refresh, OverviewPress.filter())
    return router


async def overview(message: Message, services: Services, now: datetime) -> None:
    await show(message, views.overview(await services.operations.overview(now)))


async def refresh(press: CallbackQuery, services: Services, now: datetime) -> None:
    await press.answer()
    await show(press, views.overview(await services.operations.overview(now)))
