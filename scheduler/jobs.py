"""What runs by the clock, as thin calls into services. Running a job twice changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date, datetime

import structlog

from services.payments.apart import each_apart, raise_all
from services.services import Services

log = structlog.get_logger()
Job = Callable[[Services, datetime], Awaitable[None]]
JobOfADay = Callable[[Services, date, datetime], Awaitable[None]]


async def clean_up(services: Services, now: datetime) -> None:
    removed = await services.upkeep.clean_up(now)
    log.info("cleaned up", **asdict(removed))


async def daily_link_reports(services: Services, now: datetime) -> None:
    due = await services.daily.send_due(now)
    if due:
        log.info("daily reports are due", count=due)


async def link_news(services: Services, now: datetime) -> None:
    owed = await services.link_news.tell_events(now)
    if owed:
        log.info("news of clicks are owed", count=owed)


async def link_signs(services: Services, now: datetime) -> None:
    owed = await services.link_news.tell_signs(now)
    if owed:
        log.info("news of bursts, limits and ends are owed", count=owed)


async def link_health(services: Services, now: datetime) -> None:
    checked = await services.link_health.check_due(now)
    if checked.links:
        log.info("targets were looked at", links=checked.links, broken=checked.broken, mended=checked.mended)


async def accounts_refresh(services: Services, now: datetime) -> None:
    asked = await services.accounts.refresh_due(now)
    if asked:
        log.info("accounts of TikTok are to be fetched", count=asked)


async def top_refresh(services: Services, now: datetime) -> None:
    refreshed = await services.top.refresh(now)
    if refreshed.asked or refreshed.stored:
        log.info("the top is refreshed", asked=refreshed.asked, stored=refreshed.stored)


async def top_proposals(services: Services, now: datetime) -> None:
    proposed = await services.top_list.propose(now)
    if proposed:
        log.info("accounts are proposed for the top", count=proposed)


async def watch_news(services: Services, now: datetime) -> None:
    ended = await services.watches.end_refused(now)
    owed = await services.watches_news.tell_fetched(now)
    if owed or ended:
        log.info("news of watched accounts are owed", count=owed, ended=ended)


async def watch_notes(services: Services, now: datetime) -> None:
    owed = await services.watches_news.send_notes(now)
    if owed:
        log.info("daily notes of watched accounts are owed", count=owed)


async def stars_reconcile(services: Services, now: datetime) -> None:
    if await services.payment_desk.compare_by_clock(now):
        log.info("Telegram's ledger of Stars is to be compared; the bot does it")


async def admin_digest(services: Services, now: datetime) -> None:
    day = await services.digests.send_due(now)
    if day is not None:
        log.info("the digest is owed", day=day)


async def admin_digest_of(services: Services, day: date, now: datetime) -> None:
    if await services.digests.send(day, now):
        log.info("the digest is owed", day=day)
    else:
        log.info("the digest of this day was owed before, or nobody is there to be told", day=day)


async def orders_expire(services: Services, now: datetime) -> None:
    seen: dict[str, int] = {}
    steps = {
        "expired": services.orders.expire_due,
        "refunded": services.orders.see_to_unfulfilled,
        "files": services.handing.see_to_files,
    }

    async def see_to(step: str) -> None:
        seen[step] = await steps[step](now)

    # Nobody's refund waits for what breaks elsewhere.
    failed = await each_apart(steps, see_to)
    if any(seen.values()):
        log.info("orders were seen to", **seen)
    raise_all(failed)


# The names of `toklink job NAME`.
JOBS: dict[str, Job] = {
    "orders-expire": orders_expire,
    "clean-up": clean_up,
    "daily-link-reports": daily_link_reports,
    "link-news": link_news,
    "link-signs": link_signs,
    "link-health": link_health,
    "accounts-refresh": accounts_refresh,
    "top-refresh": top_refresh,
    "top-proposals": top_proposals,
    "watch-news": watch_news,
    "watch-notes": watch_notes,
    "admin-digest": admin_digest,
    "stars-reconcile": stars_reconcile,
}
# Those that make something of one day: with `--day` they make it of that day, and know what time it is nevertheless.
JOBS_OF_A_DAY: dict[str, JobOfADay] = {"admin-digest": admin_digest_of}
