"""Every kind of due work that people meet, and what /cancel does to theirs."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from handlers.links.reporting import work_kinds as report_kinds
from handlers.links.routing.works import work_kinds as webhook_kinds
from handlers.payments.reports_works import work_kinds as guide_kinds
from handlers.payments.works import work_kinds as selling_kinds
from handlers.privacy.works import work_kinds as privacy_kinds
from handlers.tiktok.compare_works import work_kinds as comparison_kinds
from handlers.tiktok.works import work_kinds as account_kinds
from services.language import Catalogue
from services.payments.refunds import Stars
from services.services import Services
from services.works import Work, WorkKind


def work_kinds(
    bot: Bot, services: Services, catalogue: Catalogue, clock: Callable[[], datetime], stars: Stars
) -> list[WorkKind]:
    """As ``Works.register`` takes them."""
    return [
        *privacy_kinds(bot, services, catalogue, clock),
        *report_kinds(services, catalogue, clock),
        *webhook_kinds(services, catalogue, clock),
        *account_kinds(bot, services, catalogue, clock),
        *comparison_kinds(bot, services, catalogue, clock),
        *guide_kinds(services, catalogue, clock),
        *selling_kinds(bot, services, catalogue, clock, stars),
    ]


async def remove_progress(bot: Bot, stopped: Iterable[Work]) -> None:
    """Take the messages away that showed how far these works were; as well as it can be done."""
    for work in stopped:
        if work.chat_id is not None and work.message_id is not None:
            with suppress(TelegramAPIError):
                await bot.delete_message(work.chat_id, work.message_id)
