"""The clean-up: what is kept no longer than it is needed for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.engine import Database
from db.queries import alerts as alert_queries
from db.queries import clicks as click_queries
from db.queries import deliveries as delivery_queries
from db.queries import details as detail_queries
from db.queries import dialogues as dialogue_queries
from db.queries import effects as effect_queries
from db.queries import errors as error_queries
from db.queries import guides as guide_queries
from db.queries import heartbeats as heartbeat_queries
from db.queries import inbox as inbox_queries
from db.queries import links as link_queries
from db.queries import milestones as milestone_queries
from db.queries import privacy as privacy_queries
from db.queries import tiktok_upkeep as tiktok_queries
from db.queries import visitors as visitor_queries
from db.queries import webhooks as webhook_queries
from db.queries import works as work_queries
from services.clicks.forgetting import forget_clicks_of

RAW_CLICKS_KEPT = timedelta(days=30)
# Who was there today without a cookie; a click that is counted late finds its day still there.
VISITORS_KEPT = timedelta(days=2)
# By then days alone are asked for: the longest period whose ends are quarters is a month, and the one before it.
QUARTERS_KEPT = timedelta(days=62)
# Whoever is to be told was told long ago, or wants nothing of it.
EVENTS_KEPT = timedelta(days=7)
# Far longer than a web process can lag behind; one that slept longer empties its cache.
CHANGES_KEPT = timedelta(days=1)
DELETED_TARGETS_KEPT = timedelta(days=1)
# Links that were offered in the middle of typing, and neither chosen nor clicked. With an hour for clicks that are
# counted late.
DRAFTS_KEPT = timedelta(days=1, hours=1)
DIALOGUES_KEPT = timedelta(days=30)
# What was settled, long ago; what waits for somebody's return waits longer.
DELIVERIES_KEPT, RETURN_AWAITED = timedelta(days=30), timedelta(days=90)
# Telegram brings an update again for a day at most.
UPDATES_KEPT = timedelta(days=2)
# Small transactions: nobody who writes meanwhile waits long.
AT_ONCE, DRAFTS_AT_ONCE, ERRORS_AT_ONCE, LINKS_AT_ONCE, MATERIALS_AT_ONCE = 1_000, 100, 200, 100, 200
WORKS_KEPT, ERRORS_KEPT = timedelta(days=30), timedelta(days=30)
ALERTS_KEPT, HEARTBEATS_KEPT = timedelta(days=30), timedelta(days=1)
# Who asked for a TikTok account was told after a day at the latest.
ASKERS_KEPT = timedelta(days=2)
# Every fetch of an account; after that, the last one of each day. The clean-up may not have run for some weeks.
SNAPSHOTS_KEPT, SNAPSHOTS_LATE = timedelta(days=90), timedelta(days=60)
# Of an account, beside those that its figures are made of. One that is not fetched gets no more of them.
POSTS_KEPT, FETCHED_LATELY = 500, timedelta(days=7)
# Accounts that nobody asked for meanwhile, watches, or has a link in.
ACCOUNTS_KEPT, ACCOUNTS_AT_ONCE = timedelta(days=90), 20
# What guides were offered of, and none was ordered; and what ordered ones were made of, for charges that come late.
MATERIALS_KEPT, ORDERED_MATERIALS_KEPT = timedelta(days=2), timedelta(days=30)
# Between parts: other processes that wait to write to SQLite look for their turn only now and then.
PAUSE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class CleanUp:
    """How many rows of each kind went."""

    raw_clicks: int = 0
    link_changes: int = 0
    deleted_targets: int = 0
    drafts: int = 0
    dialogues: int = 0
    updates: int = 0
    deliveries: int = 0
    works: int = 0
    errors: int = 0
    alerts: int = 0
    visitors: int = 0
    quarters: int = 0
    events: int = 0
    untold_clicks: int = 0
    # Links that are gone for good, and of which something was still counted.
    nobodys_links: int = 0
    tiktok_askers: int = 0
    tiktok_snapshots: int = 0
    tiktok_posts: int = 0
    tiktok_accounts: int = 0
    materials: int = 0


class Upkeep:
    """Run as often as one likes: a second run finds nothing to do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def clean_up(self, now: datetime) -> CleanUp:
        raw_clicks = await self._in_parts(click_queries.forget_oldest, now - RAW_CLICKS_KEPT)
        visitors = await self._in_parts(visitor_queries.forget_before, _day(now - VISITORS_KEPT))
        quarters = await self._in_parts(detail_queries.forget_quarters_before, _quarter(now - QUARTERS_KEPT))
        events = await self._in_parts(milestone_queries.forget_before, now - EVENTS_KEPT)
        changes = await self._in_parts(link_queries.forget_changes_before, now - CHANGES_KEPT)
        targets = await self._in_parts(link_queries.empty_deleted_before, now - DELETED_TARGETS_KEPT)
        nobodys = await self._forget_nobodys_clicks()
        untold = await self._in_parts(milestone_queries.forget_untold_clicks) + await self._drop_oldest_untold()
        drafts = 0
        while ended := await self._end_drafts(now):
            drafts += ended
        dialogues = await self._in_parts(dialogue_queries.forget_before, now - DIALOGUES_KEPT)
        updates = await self._in_parts(inbox_queries.forget_before, now - UPDATES_KEPT)
        await self._in_parts(effect_queries.forget_before, now - UPDATES_KEPT)
        deliveries = await self._in_parts(delivery_queries.forget_before, now - DELIVERIES_KEPT, now - RETURN_AWAITED)
        works = await self._in_parts(work_queries.forget_before, now - WORKS_KEPT)
        errors = await self._in_parts(error_queries.forget_before, now - ERRORS_KEPT, at_once=ERRORS_AT_ONCE)
        alerts = await self._in_parts(alert_queries.forget_before, now - ALERTS_KEPT, now)
        of_tiktok = await self._forget_tiktok(now)
        await self._in_parts(guide_queries.release_materials_before, now - ORDERED_MATERIALS_KEPT)
        materials = await self._in_parts(
            guide_queries.forget_materials_before, now - MATERIALS_KEPT, at_once=MATERIALS_AT_ONCE
        )
        async with self._database.write() as session:
            await heartbeat_queries.forget_before(session, now - HEARTBEATS_KEPT)
            await visitor_queries.forget_keys_before(session, _day(now))
        return CleanUp(
            raw_clicks=raw_clicks,
            link_changes=changes,
            deleted_targets=targets,
            drafts=drafts,
            dialogues=dialogues,
            updates=updates,
            deliveries=deliveries,
            works=works,
            errors=errors,
            alerts=alerts,
            visitors=visitors,
            quarters=quarters,
            events=events,
            untold_clicks=untold,
            nobodys_links=nobodys,
            materials=materials,
            **of_tiktok,
        )

    async def _forget_tiktok(self, now: datetime) -> dict[str, int]:
        """How many rows of each kind about TikTok's accounts went, as CleanUp names them."""
        return {
            "tiktok_askers": await self._in_parts(tiktok_queries.forget_askers_before, now - ASKERS_KEPT),
            "tiktok_snapshots": await self._in_parts(
                tiktok_queries.thin_snapshots, now - SNAPSHOTS_KEPT - SNAPSHOTS_LATE, now - SNAPSHOTS_KEPT
            ),
            "tiktok_posts": await self._forget_posts(now),
            "tiktok_accounts": await self._in_parts(
                tiktok_queries.forget_accounts_before, now - ACCOUNTS_KEPT, at_once=ACCOUNTS_AT_ONCE
            ),
        }

    async def _forget_posts(self, now: datetime) -> int:
        async with self._database.read() as session:
            overfull = await tiktok_queries.overfull(session, now - FETCHED_LATELY, POSTS_KEPT)
        forget = tiktok_queries.forget_oldest_posts
        return sum([await self._in_parts(forget, account_id, POSTS_KEPT) for account_id in overfull])

    async def _in_parts(
        self, forget: Callable[..., Awaitable[int]], *moments: datetime | int, at_once: int = AT_ONCE
    ) -> int:
        """How many went, a transaction for each part."""
        gone = 0
        while True:
            async with self._database.write() as session:
                part = await forget(session, *moments, at_once)
            if not part:
                return gone
            gone += part
            await asyncio.sleep(PAUSE_SECONDS)

    async def _forget_nobodys_clicks(self) -> int:
        """An erasure takes them along; this is for what was counted beside one, by whatever way."""
        gone = 0
        while True:
            async with self._database.read() as session:
                link_ids = await privacy_queries.nobodys_clicked(session, LINKS_AT_ONCE)
            if not link_ids:
                return gone
            await forget_clicks_of(self._database, link_ids)
            async with self._database.write() as session:
                await privacy_queries.forget_sums(session, link_ids)
            gone += len(link_ids)

    async def _drop_oldest_untold(self) -> int:
        """Who sends clicks to webhooks drops those that waited for too long; but nobody may be sending."""
        async with self._database.read() as session:
            link_ids = await webhook_queries.overfull(session)
        return sum([await self._in_parts(webhook_queries.drop_oldest, link_id) for link_id in link_ids])

    async def _end_drafts(self, now: datetime) -> int:
        async with self._database.write() as session:
            ended = await link_queries.end_drafts_before(session, now - DRAFTS_KEPT, now, DRAFTS_AT_ONCE)
            for slug in ended:
                await link_queries.record_change(session, slug, now)
        return len(ended)


def _day(moment: datetime) -> int:
    """The day in UTC since 1970."""
    return int(moment.timestamp()) // 86_400


def _quarter(moment: datetime) -> int:
    """The quarter of an hour since 1970-01-01T00:00Z."""
    return int(moment.timestamp()) // 900
