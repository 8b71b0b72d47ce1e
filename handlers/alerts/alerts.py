"""The buttons under an alert. Whoever reads it in the admin group may see them; support and those above may press."""

from datetime import datetime, timedelta

from aiogram import Router
from aiogram.types import CallbackQuery

from handlers.alerts.callbacks import AlertAction, AlertPress
from services.language import gettext as _
from services.operations.alerts import FOREVER
from services.people import Person, Right
from services.services import Services

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def router() -> Router:
    router = Router(name="alerts")
    router.callback_query.register(pressed, AlertPress.filter())
    return router


async def pressed(
    press: CallbackQuery, callback_data: AlertPress, person: Person, services: Services, now: datetime, cause: int
) -> None:
    """Silence or wake. The message follows by itself, here and wherever else it stands."""
    person.require(Right.SILENCE_ALERTS)
    alert = await services.alerts.find(callback_data.id, now)
    if alert is None:
        await press.answer(_("This alert is long over."))
        return
    if callback_data.action is AlertAction.WAKE:
        await services.alerts.wake(person, alert, now, cause=cause)
        await press.answer(_("🔔 It speaks again."))
        return
    until, said = _silence(callback_data.action, now)
    await services.alerts.silence(person, alert, until, now, cause=cause)
    await press.answer(said)


def _silence(action: AlertAction, now: datetime) -> tuple[datetime, str]:
    """Until when, and what is said of it."""
    if action is AlertAction.HOUR:
        return now + HOUR, _("🔕 Silent for an hour; it is counted all the same.")
    if action is AlertAction.DAY:
        return now + DAY, _("🔕 Silent for a day; it is counted all the same.")
    return FOREVER, _("🔕 Silent until you wake it; it is counted all the same.")
