"""What runs by the clock, as thin calls into services. Running a job twice changes nothing."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from services.services import Services

log = structlog.get_logger()
Job = Callable[[Services, datetime], Awaitable[None]]


async def clean_up(services: Services, now: datetime) -> None:
    removed = await services.upkeep.clean_up(now)
    log.info(
        "cleaned up",
        raw_clicks=removed.raw_clicks,
        link_changes=removed.link_changes,
        deleted_targets=removed.deleted_targets,
        drafts=removed.drafts,
        dialogues=removed.dialogues,
        updates=removed.updates,
        deliveries=removed.deliveries,
        works=removed.works,
        errors=removed.errors,
        alerts=removed.alerts,
    )


async def daily_link_reports(services: Services, now: datetime) -> None:
    due = await services.daily.send_due(now)
    if due:
        log.info("daily reports are due", count=due)


# The names of `toklink job NAME`.
JOBS: dict[str, Job] = {"clean-up": clean_up, "daily-link-reports": daily_link_reports}
