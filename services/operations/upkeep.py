"""The clean-up: what is kept no longer than it is needed for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.engine import Database
from db.queries import alerts as alert_queries
from db.queries import clicks as click_queries
from db.queries import deliveries as delivery_queries
from db.queries import dialogues as dialogue_queries
from db.queries import effects as effect_queries
from db.queries import errors as error_queries
from db.queries import heartbeats as heartbeat_queries
from db.queries import inbox as inbox_queries
from db.queries import links as link_queries
from db.queries import works as work_queries

RAW_CLICKS_KEPT = timedelta(days=30)
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
CLICKS_AT_ONCE, UPDATES_AT_ONCE, DRAFTS_AT_ONCE, DELIVERIES_AT_ONCE = 1_000, 1_000, 100, 1_000
WORKS_KEPT, WORKS_AT_ONCE = timedelta(days=30), 1_000
ERRORS_KEPT, ERRORS_AT_ONCE = timedelta(days=30), 200
ALERTS_KEPT, HEARTBEATS_KEPT = timedelta(days=30), timedelta(days=1)


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


class Upkeep:
    """Run as often as one likes: a second run finds nothing to do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def clean_up(self, now: datetime) -> CleanUp:
        raw_clicks = 0
        while removed := await self._forget_clicks(now - RAW_CLICKS_KEPT):
            raw_clicks += removed
        async with self._database.write() as session:
            changes = await link_queries.forget_changes_before(session, now - CHANGES_KEPT)
            targets = await link_queries.empty_deleted_before(session, now - DELETED_TARGETS_KEPT)
            dialogues = await dialogue_queries.forget_before(session, now - DIALOGUES_KEPT)
            await effect_queries.forget_before(session, now - UPDATES_KEPT)
            alerts = await alert_queries.forget_before(session, now - ALERTS_KEPT, now)
            await heartbeat_queries.forget_before(session, now - HEARTBEATS_KEPT)
        drafts = 0
        while ended := await self._end_drafts(now):
            drafts += ended
        updates = 0
        while removed := await self._forget_updates(now - UPDATES_KEPT):
            updates += removed
        deliveries = 0
        while removed := await self._forget_deliveries(now):
            deliveries += removed
        works = 0
        while removed := await self._forget_works(now - WORKS_KEPT):
            works += removed
        errors = 0
        while removed := await self._forget_errors(now - ERRORS_KEPT):
            errors += removed
        return CleanUp(raw_clicks, changes, len(targets), drafts, dialogues, updates, deliveries, works, errors, alerts)

    async def _forget_clicks(self, before: datetime) -> int:
        async with self._database.write() as session:
            return await click_queries.forget_oldest(session, before, CLICKS_AT_ONCE)

    async def _forget_deliveries(self, now: datetime) -> int:
        async with self._database.write() as session:
            return await delivery_queries.forget_before(
                session, now - DELIVERIES_KEPT, now - RETURN_AWAITED, DELIVERIES_AT_ONCE
            )

    async def _forget_works(self, before: datetime) -> int:
        async with self._database.write() as session:
            return await work_queries.forget_before(session, before, WORKS_AT_ONCE)

    async def _forget_errors(self, before: datetime) -> int:
        async with self._database.write() as session:
            return await error_queries.forget_before(session, before, ERRORS_AT_ONCE)

    async def _end_drafts(self, now: datetime) -> int:
        async with self._database.write() as session:
            ended = await link_queries.end_drafts_before(session, now - DRAFTS_KEPT, now, DRAFTS_AT_ONCE)
            for slug in ended:
                await link_queries.record_change(session, slug, now)
        return len(ended)

    async def _forget_updates(self, before: datetime) -> int:
        async with self._database.write() as session:
            return await inbox_queries.forget_before(session, before, UPDATES_AT_ONCE)
