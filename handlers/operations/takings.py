"""What was taken in Stars: a chart, and CSV for a spreadsheet."""

from datetime import datetime

import structlog
from aiogram import F, Router
from aiogram.types import BufferedInputFile, CallbackQuery

from handlers.operations import takings_views as views
from handlers.operations.payment_callbacks import TakingsPress
from handlers.operations.rights import guarded, on_press
from handlers.screen import announce_picture, show
from services.payments.takings import Taken
from services.people import Person, Right
from services.pictures.errors import PictureError
from services.pictures.series import series_chart
from services.services import Services

log = structlog.get_logger()


def router() -> Router:
    router = guarded("operations.takings")
    on_press(router, send_csv, Right.SEE_TAKINGS, TakingsPress.filter(F.csv))
    on_press(router, show_takings, Right.SEE_TAKINGS, TakingsPress.filter())
    return router


async def show_takings(
    press: CallbackQuery, callback_data: TakingsPress, services: Services, person: Person, now: datetime
) -> None:
    taken = await services.takings.of_days(person, callback_data.days, now)
    await press.answer()
    await announce_picture(press)
    await show(press, views.takings(taken, callback_data.days, await _drawn(services, taken)))


async def send_csv(
    press: CallbackQuery, callback_data: TakingsPress, services: Services, person: Person, now: datetime
) -> None:
    taken = await services.takings.of_days(person, callback_data.days, now)
    await press.answer()
    if press.message is not None and press.bot is not None:
        last = taken.days[-1].day
        file = BufferedInputFile(views.as_csv(taken), f"takings-{last}-{callback_data.days}.csv")
        await press.bot.send_document(press.message.chat.id, file)


async def _drawn(services: Services, taken: Taken) -> bytes | None:
    """A PNG; None when it cannot be drawn now."""
    try:
        return await services.pictures.draw(series_chart, views.chart(taken))
    except PictureError:
        log.warning("takings go without their picture", exc_info=True)
        return None
