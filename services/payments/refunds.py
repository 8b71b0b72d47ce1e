"""Giving Stars back: what is due, the call to Telegram as due work, and what a refund takes with it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import guides as guide_queries
from db.queries import payments as queries
from db.queries import promo
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import PAYMENT
from services.operations.alerts import AlertKind, Alerts
from services.payments import free_guides
from services.payments.model import NotRefundable, OrderState, Why
from services.people import People, Person
from services.works import Work, Works

log = structlog.get_logger(__name__)
# The kind of work that asks Telegram to give a charge back.
REFUND = "stars-refund"


class AlreadyRefunded(Exception):
    """Telegram gave the charge back before."""


class Stars(Protocol):
    """Telegram's side of Stars."""

    async def refund(self, person_id: int, charge_id: str) -> None:
        """Give a charge back. Raises AlreadyRefunded, and what Telegram refuses otherwise."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a person hears: ``amount`` Stars came back, for a guide about ``username`` (empty: for no order of theirs).

    ``note``: an operator's own words, may be empty. ``amount`` 0: the order was free.
    """

    username: str
    amount: int
    why: Why
    note: str


# In the person's words.
Words = Callable[[Person, GivenBack], Awaitable[Outgoing]]


class Refunds:
    """Every charge that is to be given back is, once; the order's guide is closed, and what it used is free again."""

    def __init__(
        self, database: Database, works: Works, deliveries: Deliveries, alerts: Alerts, people: People, words: Words
    ) -> None:
        self._database = database
        self._works = works
        self._deliveries = deliveries
        self._alerts = alerts
        self._people = people
        self._words = words

    # What is due

    async def due_in(self, session: AsyncSession, charge_id: str, why: Why, now: datetime, note: str = "") -> bool:
        """Whether the charge was kept until now: it is to be given back, and its order waits for that."""
        # The order first, as everywhere.
        order = await queries.of_charge(session, charge_id)
        if order is not None:
            await queries.hold_order(session, order.id)
        if not await queries.set_charge(session, charge_id, (queries.KEPT,), queries.DUE, why, note):
            return False
        if order is not None:
            await queries.step(
                session, order.id, (OrderState.PAID, OrderState.FULFILLED), OrderState.REFUNDING, why, now
            )
            await guide_queries.close(session, order.id, now)
        await self._works.enqueue_in(
            session, REFUND, key(charge_id), person_id=None, facts={"charge": charge_id}, now=now
        )
        return True

    async def refund_order(self, order_id: int, why: Why, now: datetime, note: str = "") -> None:
        """Give back what was paid for the order; a free one ends at once. Raises NotRefundable."""
        told = await self._words_for(order_id, why, note)
        async with self._database.write() as session:
            await self.refund_order_in(session, order_id, why, now, note, told)

    async def refund_order_in(
        self, session: AsyncSession, order_id: int, why: Why, now: datetime, note: str, told: Outgoing | None
    ) -> None:
        """As :meth:`refund_order`, in the caller's transaction; ``told``: what its person hears where it was free."""
        row = await queries.hold_order(session, order_id)
        if row is None or row.state not in {queries.PAID, queries.FULFILLED}:
            raise NotRefundable
        if row.charge_id is not None:
            if not await self.due_in(session, row.charge_id, why, now, note):
                raise NotRefundable
            return
        await queries.step(session, order_id, (queries.PAID, queries.FULFILLED), queries.REFUNDED, why, now)
        await self._let_go_in(session, order_id, now)
        await self._alert_in(session, order_id, 0, why, now)
        if told is not None and row.person_id is not None:
            await self._deliveries.enqueue_in(session, PAYMENT, f"ended:{order_id}", row.person_id, told, now)

    # The call

    async def give_back(self, work: Work, stars: Stars, now: datetime) -> None:
        """Do a work of kind REFUND: done again, it is done. Raises what Telegram refuses."""
        charge_id = str(work.facts["charge"])
        async with self._database.read() as session:
            charge = await queries.find_charge(session, charge_id)
        if charge is None or charge.state != queries.DUE or charge.person_id is None:
            return
        try:
            await stars.refund(charge.person_id, charge_id)
        except AlreadyRefunded:
            log.info("a charge was given back already")
        await self.refunded(charge_id, now, now)

    async def refunded(self, charge_id: str, at: datetime, now: datetime) -> bool:
        """Telegram gave the charge back at that moment, whoever asked it to; told again, nothing changes.

        False: it is none that we know.
        """
        async with self._database.read() as session:
            charge = await queries.find_charge(session, charge_id)
            order = None if charge is None else await queries.of_charge(session, charge_id)
        if charge is None:
            return False
        if charge.state == queries.REFUNDED:
            return True
        why = Why(charge.why) if charge.why else Why.TELEGRAM
        person = None if charge.person_id is None else await self._people.find(charge.person_id)
        given = GivenBack("" if order is None else order.username, charge.amount, why, charge.note)
        told = None if person is None else await self._words(person, given)
        async with self._database.write() as session:
            if order is not None:
                await queries.hold_order(session, order.id)
            if not await queries.set_charge(session, charge_id, (queries.KEPT, queries.DUE), queries.REFUNDED):
                return True
            if not charge.why:
                await queries.set_charge(session, charge_id, (queries.REFUNDED,), queries.REFUNDED, why)
            await queries.move(session, charge_id, queries.OUT, charge.amount, at)
            if order is not None:
                await self._close_in(session, order.id, why, now)
            await self._alert_in(session, None if order is None else order.id, charge.amount, why, now)
            if told is not None and charge.person_id is not None:
                await self._deliveries.enqueue_in(
                    session, PAYMENT, f"refund:{key(charge_id)}", charge.person_id, told, now
                )
        return True

    async def _close_in(self, session: AsyncSession, order_id: int, why: Why, now: datetime) -> None:
        states = (OrderState.PAID, OrderState.FULFILLED, OrderState.REFUNDING)
        if await queries.step(session, order_id, states, OrderState.REFUNDED, why, now, ended_at=now):
            await self._let_go_in(session, order_id, now)

    async def _let_go_in(self, session: AsyncSession, order_id: int, now: datetime) -> None:
        """What an order that came to nothing held or brought."""
        await guide_queries.close(session, order_id, now)
        await promo.give_back_code(session, order_id)
        row = await queries.find_order(session, order_id)
        if row is not None and row.by_credit and row.person_id is not None:
            await free_guides.give_back_in(session, order_id, row.person_id, now)
        await free_guides.take_back_in(session, order_id, now)

    async def _alert_in(
        self, session: AsyncSession, order_id: int | None, amount: int, why: Why, now: datetime
    ) -> None:
        """Operators hear of it, but for what one of them did."""
        if why is Why.OPERATOR:
            return
        facts = {"order": order_id, "amount": amount, "why": str(why)}
        await self._alerts.raise_in(session, f"refunded:{why}:{order_id or 0}", AlertKind.REFUNDED, facts, now)

    async def _words_for(self, order_id: int, why: Why, note: str) -> Outgoing | None:
        async with self._database.read() as session:
            row = await queries.find_order(session, order_id)
        if row is None or row.person_id is None or row.charge_id is not None:
            return None
        person = await self._people.find(row.person_id)
        return None if person is None else await self._words(person, GivenBack(row.username, 0, why, note))


def key(charge_id: str) -> str:
    """Of works and deliveries: Telegram's own numbers of charges may be longer than a key."""
    return sha256(charge_id.encode()).hexdigest()[:40]
