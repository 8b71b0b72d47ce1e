"""What operators are alerted of though nobody reports it: queues that age, messages that fail, roles that are gone."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.operations.alerts import AlertKind, Alerts
from services.operations.health import UNSEEN, Beat, Health
from services.operations.overview import Operations

# People's own doing, and operators'.
NO_FAULT = frozenset({"blocked", "deactivated", "kicked", "banned", "refunded"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when on it is trouble."""

    updates: timedelta = timedelta(seconds=60)
    deliveries: timedelta = timedelta(seconds=120)
    works: timedelta = timedelta(minutes=10)
    clicks: timedelta = timedelta(seconds=60)
    failed: int = 5
    unseen: timedelta = UNSEEN


class Absences:
    """Which roles nobody was seen with, by this process's own clock: the clocks of other machines may be wrong."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` gives seconds."""
        self._clock = clock
        # The last heartbeat of each process, and when it was seen here first.
        self._beats: dict[str, tuple[datetime, float]] = {}

    def of(self, beats: Iterable[Beat]) -> dict[str, timedelta]:
        """By role: for how long no process with it has had a new heartbeat."""
        now = self._clock()
        seen: dict[str, tuple[datetime, float]] = {}
        absences: dict[str, timedelta] = {}
        for beat in beats:
            before = self._beats.get(beat.process)
            since = before[1] if before is not None and before[0] == beat.seen_at else now
            seen[beat.process] = beat.seen_at, since
            for role in beat.roles:
                absences[role] = min(absences.get(role, timedelta.max), timedelta(seconds=now - since))
        self._beats = seen
        return absences


class Watch:
    """Looks at the platform, and says to the alerts what stands."""

    def __init__(
        self,
        operations: Operations,
        alerts: Alerts,
        bounds: Bounds = Bounds(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._operations = operations
        self._alerts = alerts
        self._bounds = bounds
        self._absences = Absences(clock)

    async def look(self, now: datetime) -> None:
        """Raise or hold what is wrong now; what is right again is over by itself after a while."""
        health = await self._operations.health(now)
        await self._queues(health, now)
        await self._failures(health, now)
        for role, absence in self._absences.of(health.beats).items():
            if absence >= self._bounds.unseen:
                facts = {"role": role, "seconds": absence.total_seconds()}
                await self._alerts.stands(f"{AlertKind.ROLE_UNSEEN}:{role}", AlertKind.ROLE_UNSEEN, facts, now)

    async def _queues(self, health: Health, now: datetime) -> None:
        bounds = self._bounds
        for kind, count, oldest, bound in (
            (AlertKind.UPDATES_WAIT, health.updates.count, health.updates.oldest, bounds.updates),
            (AlertKind.DELIVERIES_WAIT, health.deliveries.counts["due"], health.deliveries.overdue, bounds.deliveries),
            (AlertKind.WORKS_WAIT, health.works.due, health.works.oldest, bounds.works),
            (AlertKind.CLICKS_WAIT, health.clicks.count, health.clicks.oldest, bounds.clicks),
        ):
            if oldest > bound:
                await self._alerts.stands(kind, kind, {"count": count, "seconds": oldest.total_seconds()}, now)

    async def _failures(self, health: Health, now: datetime) -> None:
        failed = {reason: count for reason, count in health.deliveries.failed.items() if reason not in NO_FAULT}
        count = sum(failed.values())
        if count >= self._bounds.failed:
            facts = {"count": count, "reason": max(failed, key=lambda reason: failed[reason])}
            await self._alerts.stands(AlertKind.DELIVERIES_FAIL, AlertKind.DELIVERIES_FAIL, facts, now)
        if health.deliveries.unknown:
            facts = {"count": health.deliveries.unknown}
            await self._alerts.stands(AlertKind.DELIVERIES_UNKNOWN, AlertKind.DELIVERIES_UNKNOWN, facts, now)
