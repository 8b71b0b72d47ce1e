"""One table of what runs when. APScheduler is only the clock: what is due stands in the database."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from scheduler.jobs import JOBS, Job
from services.services import Services

log = structlog.get_logger()
# A clock that slept (a suspended laptop, a busy machine) still runs what it missed by less than this.
GRACE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """Job ``name`` runs at ``cron`` (five fields) in DEFAULT_TIMEZONE."""

    name: str
    cron: str


SCHEDULE = (
    # What is kept for a day goes within that hour; a run that finds nothing costs a few queries.
    Entry("clean-up", "10 * * * *"),
    # All zones on earth begin their hours at a quarter of one.
    Entry("daily-link-reports", "*/15 * * * *"),
    # First clicks and round numbers are told while they are fresh; a run that finds none costs one query.
    Entry("link-news", "* * * * *"),
    # An hour is looked at when its last clicks are counted.
    Entry("link-signs", "3-59/15 * * * *"),
    # Each link has its own day; a run looks at those whose day is over.
    Entry("link-health", "*/15 * * * *"),
    # Each account has its own moment of the day; a run that finds none costs two queries.
    Entry("accounts-refresh", "* * * * *"),
    # All are asked for once a day, from 6:00 on, and what they answer is stored as it comes; a run that finds nothing
    # takes some 20 ms.
    Entry("top-refresh", "* * * * *"),
    Entry("top-proposals", "*/5 * * * *"),
    # What a fetch brought is told while it is fresh; a run that finds nothing costs two queries.
    Entry("watch-news", "* * * * *"),
    # All zones on earth begin their hours at a quarter of one.
    Entry("watch-notes", "*/15 * * * *"),
    # Due from 4:30 on, and until it is done: whenever the platform is up again, or Telegram gives its ledger.
    Entry("stars-reconcile", "*/15 * * * *"),
    # Whoever paid waits for ten minutes at most; a run that finds nothing costs five queries.
    Entry("orders-expire", "* * * * *"),
    # Due from 9:00 on, and once a day: whenever the platform is up again, or the group has turned it away.
    Entry("admin-digest", "*/15 * * * *"),
)


def build_clock(
    services: Services, zone: tzinfo, now: Callable[[], datetime], schedule: tuple[Entry, ...] = SCHEDULE
) -> AsyncIOScheduler:
    """A scheduler to start() in the running loop and to shutdown() at the end."""
    clock = AsyncIOScheduler(timezone=zone)
    for entry in schedule:
        clock.add_job(
            _guarded(entry.name, JOBS[entry.name], services, now),
            CronTrigger.from_crontab(entry.cron, timezone=zone),
            id=entry.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=GRACE_SECONDS,
        )
    return clock


def begin_anew(clock: AsyncIOScheduler) -> None:
    """The wall clock went back: each job runs next when it is due by that, not when the old time comes again."""
    for job in clock.get_jobs():
        job.reschedule(job.trigger)


def _guarded(name: str, job: Job, services: Services, now: Callable[[], datetime]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await job(services, now())
        except Exception as error:
            # The clock goes on; the next time the job finds what is still due.
            log.warning("a job failed", job=name)
            await services.errors.report("job", error, now())

    return run
