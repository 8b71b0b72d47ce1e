"""Telegram's ledger of Stars against ours: what we missed is fulfilled or given back, any other difference is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol

import structlog

from db.engine import Database
from db.queries import payments as queries
from services.operations.alerts import AlertKind, Alerts
from services.payments.model import CURRENCY, Payment
from services.payments.orders import Orders
from services.payments.refunds import SHOWN_OF_CHARGE, Refunds

log = structlog.get_logger(__name__)
# Telegram gives at most so many at once.
PAGE = 100
# Younger ones may have an update on its way: they are left to the next time.
SETTLED_AFTER = timedelta(minutes=5)
# What Telegram's ledger lacks after this long is a difference.
MISSED_AFTER = timedelta(hours=1)
TOLD_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Transaction:
    """A line of Telegram's ledger. ``direction``: in (paid to us) or out (given back).

    ``person_id`` None: no payment of a person for an invoice, nor its refund; such lines are not ours to compare.
    """

    charge_id: str
    direction: str
    amount: int
    at: datetime
    person_id: int | None
    payload: str


class Ledger(Protocol):
    """Telegram's ledger of the bot's Stars."""

    async def transactions(self, offset: int, limit: int) -> Sequence[Transaction]:
        """In the order of time, from the ``offset``-th on; at most 100."""


@dataclass(frozen=True, slots=True)
class Compared:
    """``payments`` and ``refunds`` that we had missed, and ``differences`` that nobody can explain."""

    lines: int
    payments: int
    refunds: int
    differences: int


class Reconciling:
    """Run as often as one likes: what agrees is looked at once."""

    def __init__(self, database: Database, orders: Orders, refunds: Refunds, alerts: Alerts) -> None:
        self._database = database
        self._orders = orders
        self._refunds = refunds
        self._alerts = alerts

    async def compare(self, ledger: Ledger, now: datetime) -> Compared:
        """From where the last comparison ended. Raises what Telegram raises; what was compared until then stays so."""
        async with self._database.read() as session:
            position, _ = await queries.position(session)
        lines = payments = refunds = differences = 0
        while True:
            page = await ledger.transactions(position, PAGE)
            # What stands behind a young one waits with it: lines are counted.
            settled = list(takewhile(lambda line: now - line.at >= SETTLED_AFTER, page))
            for line in settled:
                missed, differs = await self._compare(line, now)
                payments += missed and line.direction == queries.IN
                refunds += missed and line.direction == queries.OUT
                differences += differs
            position += len(settled)
            lines += len(settled)
            async with self._database.write() as session:
                await queries.set_position(session, position, now)
            if len(page) < PAGE or len(settled) < len(page):
                break
        differences += await self._tell_missing(now)
        return Compared(lines, payments, refunds, differences)

    async def looked_at(self) -> datetime | None:
        """When the ledgers were compared last."""
        async with self._database.read() as session:
            return (await queries.position(session))[1]

    async def _compare(self, line: Transaction, now: datetime) -> tuple[bool, bool]:
        """Whether we had missed it, and whether it is a difference."""
        if line.person_id is None:
            return False, False
        async with self._database.read() as session:
            ours = await queries.movement(session, line.charge_id, line.direction)
        missed = differs = False
        if ours is None:
            log.warning("Telegram's ledger has a line that ours lacks", direction=line.direction)
            missed = await self._learn(line, now)
            differs = not missed
        elif ours.amount != line.amount:
            differs = True
        if differs:
            await self._tell("amount" if ours is not None else "unknown", line.charge_id, line.amount, now)
        if ours is not None or missed:
            # It is not missing there, whatever its amount.
            async with self._database.write() as session:
                await queries.confirm(session, line.charge_id, line.direction, now)
        return missed, differs

    async def _learn(self, line: Transaction, now: datetime) -> bool:
        """Do what the lost update would have done."""
        assert line.person_id is not None
        if line.direction == queries.OUT:
            return await self._refunds.refunded(line.charge_id, line.at, now)
        payment = Payment(line.charge_id, line.person_id, line.amount, CURRENCY, line.payload, line.at)
        await self._orders.charged(payment, now, "ledger")
        return True

    async def _tell_missing(self, now: datetime) -> int:
        """What is in our ledger and not in Telegram's."""
        async with self._database.read() as session:
            missing = await queries.unconfirmed(session, now - MISSED_AFTER, TOLD_AT_ONCE)
        for movement in missing:
            await self._tell("missing", movement.charge_id, movement.amount, now)
        return len(missing)

    async def _tell(self, what: str, charge_id: str, amount: int, now: datetime) -> None:
        shown = charge_id[-SHOWN_OF_CHARGE:]
        facts = {"what": what, "charge": shown, "amount": amount}
        await self._alerts.raise_alert(f"stars:{what}:{shown}", AlertKind.STARS_DIFFER, facts, now)
