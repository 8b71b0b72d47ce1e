"""Due work in the leading bot: what takes longer than an answer, with its progress in the chat."""

from typing import TYPE_CHECKING

import structlog

from bot.progress import progress_of
from bot.stars import TelegramStars
from handlers.operations.stars_works import work_kinds as stars_kinds
from handlers.works import work_kinds
from services.tiktok.sources.chromium import find_chromium, why_none
from services.works.worker import Worker

if TYPE_CHECKING:
    # It lists this loop among its own.
    from bot.serve_bot import Helm


log = structlog.get_logger()


async def do_works(helm: "Helm") -> None:
    """Works of the bot's kinds are done, as long as this process leads."""
    container = helm.container
    services = container.services
    if find_chromium(container.settings.tiktok_chromium) is None:
        log.info(why_none(container.settings.tiktok_chromium))
    stars = TelegramStars(helm.bot)
    services.works.register(work_kinds(helm.bot, services, container.catalogue, container.clock, stars))
    services.works.register(stars_kinds(services, container.catalogue, container.clock, stars))

    async def report(source: str, error: Exception, person_id: int | None) -> None:
        await services.errors.report(source, error, container.clock(), person_id=person_id)

    worker = Worker(
        services.works,
        "bot",
        open_progress=lambda work: progress_of(helm.bot, work),
        report=report,
        clock=container.clock,
    )
    await worker.run(helm.reign.over)
