"""The front room of payments: what operators see to, and the comparison with Telegram's ledger."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from handlers.operations import payments_views as views
from handlers.operations.payment_callbacks import PaymentsAction, PaymentsPress
from handlers.operations.rights import guarded, on_press
from handlers.screen import show
from services.people import Person, Right
from services.services import Services


def router() -> Router:
    router = guarded("operations.payments")
    on_press(router, front, Right.SEE_PAYMENTS, PaymentsPress.filter(F.action == PaymentsAction.SHOW))
    on_press(router, compare, Right.SEE_TAKINGS, PaymentsPress.filter(F.action == PaymentsAction.COMPARE))
    return router


def below(press: CallbackQuery) -> Message | CallbackQuery:
    """What the press brings is a message of its own, asked for by who pressed: the pressed one stays to be read."""
    if not isinstance(press.message, Message):
        return press
    return press.message.model_copy(update={"from_user": press.from_user})


async def front(press: CallbackQuery, services: Services, person: Person) -> None:
    questions = await services.tickets.count_open()
    compared_at = await services.reconciling.looked_at()
    await press.answer()
    await show(press, views.front(person, questions, compared_at))


async def compare(press: CallbackQuery, services: Services, person: Person, now: datetime, cause: int) -> None:
    await press.answer()
    if await services.payment_desk.asked_to_compare(cause):
        return
    shown = await show(press, views.comparing())
    await services.payment_desk.compare(person, shown.chat.id, shown.message_id, now, cause=cause)
