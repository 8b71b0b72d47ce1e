"""/privacy and "my data"."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from handlers.filters import PRIVATE, typed
from handlers.privacy import views
from handlers.privacy.callbacks import PrivacyAction, PrivacyPress
from handlers.screen import show
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="privacy")
    router.message.register(explain, PRIVATE, typed("privacy"))
    for action, handler in (
        (PrivacyAction.EXPLAIN, explain_by_button),
        (PrivacyAction.MY_DATA, show_my_data),
        (PrivacyAction.COLLECT, collect),
        (PrivacyAction.ASK_TO_ERASE, ask_to_erase),
        (PrivacyAction.ERASE_SURELY, erase),
        (PrivacyAction.KEEP, keep),
    ):
        router.callback_query.register(handler, PrivacyPress.filter(F.action == action))
    return router


async def explain(message: Message) -> None:
    await show(message, views.explanation())


async def explain_by_button(press: CallbackQuery) -> None:
    await press.answer()
    await show(press, views.explanation())


async def show_my_data(press: CallbackQuery, services: Services, person: Person, now: datetime) -> None:
    erasure_at = await services.privacy.erasure_at(person.id)
    await press.answer()
    await show(press, views.my_data(erasure_at, person.zone, now))


async def collect(press: CallbackQuery, services: Services, person: Person, now: datetime, cause: int) -> None:
    begins = await services.privacy.begins_collecting(person.id, now, cause=cause)
    await press.answer()
    if not begins:
        return
    shown = await show(press, views.collecting(0))
    await services.privacy.ask_for_data(person.id, now, chat_id=shown.chat.id, message_id=shown.message_id, cause=cause)


async def ask_to_erase(press: CallbackQuery, services: Services, person: Person, now: datetime) -> None:
    erasure_at = await services.privacy.erasure_at(person.id)
    await press.answer()
    asked = views.asked_to_erase() if erasure_at is None else views.to_be_erased(erasure_at, person.zone, now)
    await show(press, asked)


async def erase(press: CallbackQuery, services: Services, person: Person, now: datetime, cause: int) -> None:
    erasure_at = await services.privacy.ask_to_erase(person.id, now, cause=cause)
    await press.answer()
    await show(press, views.to_be_erased(erasure_at, person.zone, now))


async def keep(press: CallbackQuery, services: Services, person: Person, now: datetime) -> None:
    await services.privacy.keep(person.id, now)
    await press.answer()
    await show(press, views.kept())
