"""Alerts: what operators must know of. Equal things are one alert, with a counter.

They are raised here, by any role; the leading bot says them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import alerts as queries
from db.queries import effects
from services.operations import audit
from services.operations.audit import Audit
from services.people import Person, Right

EFFECT = "alert silenced"
# "Until told otherwise", as the database keeps it.
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


class AlertKind(StrEnum):
    """Which sentence it is. Facts by kind:

    ERROR, UPDATE_ASIDE: ``error_id``, ``name`` of the class, ``source``, ``traceback`` (an excerpt, redacted).
    UPDATES_WAIT, DELIVERIES_WAIT, WORKS_WAIT, CLICKS_WAIT: ``count``, and ``seconds`` that the oldest waits.
    DELIVERIES_FAIL: ``count`` within ten minutes, ``reason`` of the most. DELIVERIES_UNKNOWN: ``count``.
    ROLE_UNSEEN: ``role``, ``seconds``.
    REFUNDED: ``order`` that was to be paid (null: none of ours), ``charge`` (its last characters; empty: it was free),
    ``amount`` in Stars, ``why`` (services.payments.model.Why).
    STARS_DIFFER: ``what`` (missing, amount, unknown, or stuck: a refund that Telegram does not make), ``charge`` (its
    last characters), ``amount``.
    """

    ERROR = "error"
    UPDATE_ASIDE = "update-aside"
    UPDATES_WAIT = "updates-wait"
    DELIVERIES_WAIT = "deliveries-wait"
    WORKS_WAIT = "works-wait"
    CLICKS_WAIT = "clicks-wait"
    DELIVERIES_FAIL = "deliveries-fail"
    DELIVERIES_UNKNOWN = "deliveries-unknown"
    ROLE_UNSEEN = "role-unseen"
    REFUNDED = "refunded"
    STARS_DIFFER = "stars-differ"


KINDS = frozenset(kind.value for kind in AlertKind)
# These happen, and are over when none came for long; all others hold for a while, and are over soon after.
HAPPENINGS = frozenset({AlertKind.ERROR, AlertKind.UPDATE_ASIDE, AlertKind.REFUNDED, AlertKind.STARS_DIFFER})
OVER_AFTER_HAPPENING, OVER_AFTER_STATE = timedelta(hours=1), timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class StandingAlert:
    """An alert as it is now. ``silent_until``: when it is silent; FOREVER: until told otherwise."""

    id: int
    fingerprint: str
    kind: AlertKind
    facts: Mapping[str, Any]
    count: int
    first_at: datetime
    last_at: datetime
    over_at: datetime | None = None
    silent_until: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is over, unless it is raised again."""
        return self.last_at + (OVER_AFTER_HAPPENING if self.kind in HAPPENINGS else OVER_AFTER_STATE)


class Alerts:
    """Raises, counts, silences and ends them."""

    def __init__(self, database: Database, log: Audit) -> None:
        self._database = database
        self._log = log
        # Set when something changed in this process: who says them need not wait for the next look.
        self.changed = asyncio.Event()

    async def raise_alert(self, fingerprint: str, kind: AlertKind, facts: Mapping[str, Any], now: datetime) -> int:
        """Something happened, perhaps again; how often since the alert began to stand. Facts stay the first one's."""
        async with self._database.write() as session:
            return await self.raise_in(session, fingerprint, kind, facts, now)

    async def raise_in(
        self, session: AsyncSession, fingerprint: str, kind: AlertKind, facts: Mapping[str, Any], now: datetime
    ) -> int:
        """As :meth:`raise_alert`, in the caller's transaction. ``fingerprint`` has up to 64 characters."""
        self._tell_when_kept(session)
        return await queries.raise_or_count(session, fingerprint, kind, dict(facts), now)

    async def stands(self, fingerprint: str, kind: AlertKind, facts: Mapping[str, Any], now: datetime) -> None:
        """Something is wrong still, or from now on, and these are its facts: to be said again and again meanwhile."""
        async with self._database.write() as session:
            self._tell_when_kept(session)
            await queries.stand(session, fingerprint, kind, dict(facts), now)

    async def over(self, fingerprint: str, now: datetime) -> None:
        """It is over, without waiting for longer."""
        async with self._database.write() as session:
            self._tell_when_kept(session)
            row = await queries.find_standing(session, fingerprint)
            if row is not None:
                await queries.end(session, row.id, row.last_at, now)

    async def standing(self, now: datetime) -> Sequence[StandingAlert]:
        """Those that are not over, silent ones too; the oldest first."""
        async with self._database.read() as session:
            silent = await queries.silences(session, now)
            rows = await queries.standing(session)
        return [alert for row in rows if (alert := standing_alert(row, silent)) is not None]

    async def find(self, alert_id: int, now: datetime) -> StandingAlert | None:
        async with self._database.read() as session:
            row = await queries.find(session, alert_id)
            return standing_alert(row, await queries.silences(session, now)) if row else None

    async def silence(
        self, actor: Person, alert: StandingAlert, until: datetime, now: datetime, *, cause: int | None = None
    ) -> None:
        """Equal alerts say nothing until then, whether they stand already or come; they are counted all the same.

        ``cause`` is the update that asks for it: asked again, the same update does it no second time. Raises
        NotAllowed.
        """
        actor.require(Right.SILENCE_ALERTS)
        async with self._database.write() as session:
            if await self._note(session, actor, audit.SILENCE_ALERT, alert, now, cause):
                await queries.silence(session, alert.fingerprint, until)

    async def wake(self, actor: Person, alert: StandingAlert, now: datetime, *, cause: int | None = None) -> None:
        """They speak again. ``cause`` and errors as of :meth:`silence`."""
        actor.require(Right.SILENCE_ALERTS)
        async with self._database.write() as session:
            if await self._note(session, actor, audit.WAKE_ALERT, alert, now, cause):
                await queries.wake(session, alert.fingerprint)

    async def _note(
        self, session: AsyncSession, actor: Person, name: str, alert: StandingAlert, now: datetime, cause: int | None
    ) -> bool:
        """Whether it is to be done; then it is noted as well."""
        if cause is not None:
            if await effects.find(session, cause, EFFECT) is not None:
                return False
            await effects.keep(session, cause, EFFECT, {}, now)
        self._tell_when_kept(session)
        await self._log.note_in(session, actor.id, name, audit.of_alert(alert.id), {"kind": alert.kind}, now)
        return True

    def _tell_when_kept(self, session: AsyncSession) -> None:
        event.listen(session.sync_session, "after_commit", lambda _session: self.changed.set(), once=True)


def standing_alert(row: tables.Alert, silent: Mapping[str, datetime]) -> StandingAlert | None:
    """None: another version raised it, and this one has no words for it. ``silent``: until when, by fingerprint."""
    if row.kind not in KINDS:
        return None
    return StandingAlert(
        id=row.id,
        fingerprint=row.fingerprint,
        kind=AlertKind(row.kind),
        facts=row.facts,
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
        over_at=row.over_at,
        silent_until=silent.get(row.fingerprint),
    )
