"""Giving Stars back: what is due, the call to Telegram as due work, and what a refund takes with it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import payments as queries
from db.queries import promo
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import PAYMENT
from services.operations.alerts import AlertKind, Alerts
from services.payments import free_guides
from services.payments.apart import each_apart
from services.payments.model import NotRefundable, OrderState, Payment, Why, order_number
from services.payments.owed import close_guide
from services.payments.referring import FRIEND_REFUNDED
from services.people import People, Person
from services.works import Work, Works

log = structlog.get_logger(__name__)
# The kind of work that asks Telegram to give a charge back.
REFUND = "stars-refund"
# The cause of an order's end where operators settled it without Telegram.
OUTSIDE = "outside"
AT_ONCE = 100
# What Telegram refused again and again is tried again after this long.
AGAIN_AFTER = timedelta(hours=1)
# Of a charge, operators see its last characters.
SHOWN_OF_CHARGE = 8
# Two charges never share so much of a key.
ALERT_KEY = 16


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
        """Whether the charge was kept until now: it is to be given back, and its order waits for that.

        False, too, where its person was erased: Telegram gives nothing back to nobody.
        """
        # The order first, as everywhere.
        order = await queries.of_charge(session, charge_id)
        if order is not None:
            await queries.hold_order(session, order.id)
        charge = await queries.find_charge(session, charge_id)
        if charge is None or charge.person_id is None:
            return False
        if not await queries.set_charge(session, charge_id, (queries.KEPT,), queries.DUE, why, note):
            return False
        if order is not None:
            await queries.step(
                session, order.id, (OrderState.PAID, OrderState.FULFILLED), OrderState.REFUNDING, why, now
            )
            await close_guide(session, order.id, order.person_id, now)
        await self._ask_in(session, charge_id, now, now)
        return True

    async def _ask_in(self, session: AsyncSession, charge_id: str, due_at: datetime, now: datetime) -> None:
        facts = {"charge": charge_id}
        await self._works.enqueue_in(
            session, REFUND, key(charge_id), person_id=None, facts=facts, now=now, due_at=due_at
        )

    async def see_to_due(self, now: datetime) -> list[Exception]:
        """What is still to be given back, and nobody asks for any more, is asked for again in an hour.

        What failed, once all the others are seen to.
        """
        async with self._database.read() as session:
            charge_ids = await queries.due_charges(session, AT_ONCE)

        async def ask(charge_id: str) -> None:
            async with self._database.write() as session:
                # Not what was given back meanwhile.
                if await queries.hold_due(session, charge_id):
                    await self._ask_in(session, charge_id, now + AGAIN_AFTER, now)

        return await each_apart(charge_ids, ask)

    async def refund_order(self, order_id: int, why: Why, now: datetime, note: str = "") -> None:
        """Give back what was paid for the order; a free one ends at once. Raises NotRefundable.

        One that FAILED has no guide: where it came after all, that is NotRefundable, too.
        """
        told = await self.words_for(order_id, why, note)
        async with self._database.write() as session:
            await self.refund_order_in(session, order_id, why, now, note, told)

    async def refund_order_in(
        self, session: AsyncSession, order_id: int, why: Why, now: datetime, note: str, told: Outgoing | None
    ) -> None:
        """As :meth:`refund_order`, in the caller's transaction; ``told``: what its person hears where it was free."""
        row = await queries.hold_order(session, order_id)
        states = {queries.PAID} if why is Why.FAILED else {queries.PAID, queries.FULFILLED}
        if row is None or row.state not in states:
            raise NotRefundable
        if row.charge_id is not None:
            if not await self.due_in(session, row.charge_id, why, now, note):
                raise NotRefundable
            return
        await queries.step(session, order_id, states, queries.REFUNDED, why, now, ended_at=now)
        await self._let_go_in(session, order_id, now)
        await self._alert_in(session, f"order:{order_id}", {"order": order_id, "charge": "", "amount": 0}, why, now)
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

    async def settle_in(self, session: AsyncSession, order_id: int, now: datetime) -> bool:
        """What is due of the order's charges is none of Telegram's any more: operators settled it with the person.

        The caller holds the order. False: nothing is due.
        """
        settled = [
            charge.id
            for charge in await queries.charges_of(session, order_id)
            if await queries.set_charge(session, charge.id, (queries.DUE,), queries.SETTLED)
        ]
        order = await queries.find_order(session, order_id)
        if order is not None and order.charge_id in settled:
            old = (OrderState.REFUNDING,)
            if await queries.step(session, order_id, old, OrderState.REFUNDED, OUTSIDE, now, ended_at=now):
                await self._let_go_in(session, order_id, now)
        return bool(settled)

    async def tell_stuck(self, work: Work, now: datetime) -> None:
        """Operators hear of the charge of a work of kind REFUND: Telegram has not given it back for days."""
        charge_id = str(work.facts["charge"])
        async with self._database.write() as session:
            charge = await queries.find_charge(session, charge_id)
            if charge is not None and charge.state == queries.DUE:
                facts = {"what": "stuck", "charge": charge_id[-SHOWN_OF_CHARGE:], "amount": charge.amount}
                fingerprint = f"stars:stuck:{key(charge_id)[:ALERT_KEY]}"
                await self._alerts.raise_in(session, fingerprint, AlertKind.STARS_DIFFER, facts, now)

    async def refunded(self, charge_id: str, at: datetime, now: datetime, *, payment: Payment | None = None) -> bool:
        """Telegram gave the charge back at that moment, whoever asked it to; told again, nothing changes.

        ``payment``: what the charge was, where that is told, too; so nothing is bought for it when it is told later.
        False: it is none that we know.
        """
        if payment is not None:
            await self._learn(payment)
        async with self._database.read() as session:
            charge = await queries.find_charge(session, charge_id)
            order = None if charge is None else await queries.of_charge(session, charge_id)
        if charge is None:
            return False
        if charge.state == queries.REFUNDED:
            return True
        why = Why(charge.why) if charge.why else Why.TELEGRAM
        person = None if charge.person_id is None else await self._people.find(charge.person_id)
        given = GivenBack(await self._username(charge), charge.amount, why, charge.note)
        told = None if person is None else await self._words(person, given)
        async with self._database.write() as session:
            if order is not None:
                await queries.hold_order(session, order.id)
            old = (queries.KEPT, queries.DUE, queries.SETTLED)
            if not await queries.set_charge(session, charge_id, old, queries.REFUNDED):
                return True
            if not charge.why:
                await queries.set_charge(session, charge_id, (queries.REFUNDED,), queries.REFUNDED, why)
            await queries.move(session, charge_id, queries.OUT, charge.amount, at)
            if order is not None:
                await self._close_in(session, order.id, why, now)
            shown = charge_id[-SHOWN_OF_CHARGE:]
            facts = {"order": charge.order_id, "charge": shown, "amount": charge.amount}
            await self._alert_in(session, key(charge_id)[:ALERT_KEY], facts, why, now)
            if person is None:
                # They were erased before we heard of it: whose it was is nobody's concern any more.
                await queries.forget_payer(session, charge_id)
            if told is not None and charge.person_id is not None:
                await self._deliveries.enqueue_in(
                    session, PAYMENT, f"refund:{key(charge_id)}", charge.person_id, told, now
                )
        return True

    async def _username(self, charge: tables.Charge) -> str:
        """Whom the person's own order, which the payment named, was about; empty: it named none of theirs."""
        if charge.order_id is None:
            return ""
        async with self._database.read() as session:
            row = await queries.find_order(session, charge.order_id)
        return row.username if row is not None and row.person_id == charge.person_id else ""

    async def _learn(self, payment: Payment) -> None:
        """Of a payment that was not told, or not yet, only its refund is known: it pays for no order."""
        number = order_number(payment.payload)
        async with self._database.write() as session:
            row = None if number is None else await queries.hold_order(session, number)
            is_new = await queries.add_charge(
                session,
                payment.charge_id,
                order_id=None if row is None else row.id,
                person_id=payment.person_id,
                amount=payment.amount,
                at=payment.at,
                state=queries.DUE,
                why=Why.UNKNOWN if row is None else Why.TELEGRAM,
                source="refund",
            )
            if is_new:
                await queries.move(session, payment.charge_id, queries.IN, payment.amount, payment.at)

    async def _close_in(self, session: AsyncSession, order_id: int, why: Why, now: datetime) -> None:
        states = (OrderState.PAID, OrderState.FULFILLED, OrderState.REFUNDING)
        if await queries.step(session, order_id, states, OrderState.REFUNDED, why, now, ended_at=now):
            await self._let_go_in(session, order_id, now)

    async def _let_go_in(self, session: AsyncSession, order_id: int, now: datetime) -> None:
        """What an order that came to nothing held or brought."""
        row = await queries.find_order(session, order_id)
        await close_guide(session, order_id, None if row is None else row.person_id, now)
        await promo.give_back_code(session, order_id)
        if row is not None and row.by_credit and row.person_id is not None:
            await free_guides.give_back_in(session, order_id, row.person_id, now)
        referrer_id = await free_guides.take_back_in(session, order_id, now)
        if referrer_id is not None:
            await self._works.enqueue_in(
                session, FRIEND_REFUNDED, str(order_id), person_id=referrer_id, facts={"order": order_id}, now=now
            )

    async def _alert_in(
        self, session: AsyncSession, what: str, facts: Mapping[str, object], why: Why, now: datetime
    ) -> None:
        """Operators hear of each by itself, but for what one of them did."""
        if why is not Why.OPERATOR:
            facts = {**facts, "why": str(why)}
            await self._alerts.raise_in(session, f"refunded:{why}:{what}", AlertKind.REFUNDED, facts, now)

    async def no_stars_in(self, session: AsyncSession, payment: Payment, now: datetime) -> None:
        """Operators hear of a payment in another currency than Stars: it is theirs to settle."""
        shown = payment.charge_id[-SHOWN_OF_CHARGE:]
        facts = {"what": "unknown", "charge": shown, "amount": payment.amount}
        await self._alerts.raise_in(session, f"stars:unknown:{shown}", AlertKind.STARS_DIFFER, facts, now)

    async def words_for(self, order_id: int, why: Why, note: str) -> Outgoing | None:
        """What the person of a free order hears of its end; None: of any other they hear when Telegram paid it."""
        async with self._database.read() as session:
            row = await queries.find_order(session, order_id)
        if row is None or row.person_id is None or row.charge_id is not None:
            return None
        person = await self._people.find(row.person_id)
        return None if person is None else await self._words(person, GivenBack(row.username, 0, why, note))


def key(charge_id: str) -> str:
    """Of works and deliveries: Telegram's own numbers of charges may be longer than a key."""
    return sha256(charge_id.encode()).hexdigest()[:40]
