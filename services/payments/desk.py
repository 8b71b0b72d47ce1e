"""Operators look into orders: find one, send its guide again, give its Stars back. Each act is noted."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects
from db.queries import guides as guide_queries
from db.queries import payment_desk as queries
from db.queries import payments as order_queries
from db.queries import people as people_queries
from services.errors import UserError
from services.operations import audit
from services.operations.audit import Audit
from services.operations.desk import NothingFound
from services.payments.model import NotRefundable, Order, OrderState, Why, order_of
from services.payments.refunds import Refunds
from services.people import Person, Right
from services.works import Works

# Kinds of works: Telegram's ledger is compared with ours; a guide that is kept is sent once more.
COMPARE, AGAIN = "stars-reconcile", "guide-again"
# At half past four nobody waits for the bot, and what is found is in the digest of the day.
NIGHT = timedelta(hours=4, minutes=30)
ACTED = "payment act"
ORDERS_ON_A_PAGE = 6
MOST_CHARGES = 5
# A number that the database can hold.
NUMBER = re.compile("[0-9]{1,18}")
MOST_CHARGE, LEAST_ENDING = 255, 6


class NoGuide(UserError):
    """The order has no guide that could be sent: it is not made yet, or closed."""


@dataclass(frozen=True, slots=True)
class Step:
    """``old`` empty: the order was made. ``cause`` as order_events has it."""

    at: datetime
    old: str
    new: str
    cause: str


@dataclass(frozen=True, slots=True)
class KnownCharge:
    """A payment. ``state``: kept, due (to be given back) or refunded; ``why`` it is, empty: it is not."""

    id: str
    amount: int
    at: datetime
    state: str
    why: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order as operators see it. ``code``: what made it cheaper; ``has_guide``: one that can be sent again."""

    order: Order
    person_name: str
    code: str | None
    steps: tuple[Step, ...]
    charges: tuple[KnownCharge, ...]
    has_guide: bool

    @property
    def is_due(self) -> bool:
        """Whether Telegram is to give something of it back, and has not yet."""
        return any(charge.state == order_queries.DUE for charge in self.charges)

    @property
    def can_be_refunded(self) -> bool:
        return self.order.state in {OrderState.PAID, OrderState.FULFILLED}


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders of a person, newest first: page ``number`` (from 1) of ``pages``.

    ``charges``: what they paid for no order.
    """

    person_id: int
    person_name: str
    orders: tuple[Order, ...]
    number: int
    pages: int
    total: int
    charges: tuple[KnownCharge, ...]


class PaymentDesk:
    """Every method checks the right of ``actor`` and raises NotAllowed; looking is noted as an act, too.

    ``cause`` is the update that asks for an act: asked again, the same update does it no second time.
    """

    def __init__(self, database: Database, log: Audit, works: Works, refunds: Refunds, *, zone: tzinfo) -> None:
        """``zone``: DEFAULT_TIMEZONE."""
        self._zone = zone
        self._database = database
        self._log = log
        self._works = works
        self._refunds = refunds

    async def search(self, actor: Person, text: str) -> "Found":
        """What an operator typed: ``№`` and the number of an order, a charge, a person's id or @name.

        Of a charge, ``…`` and its end will do, as alerts show it. A bare number is a person's id where there is such a
        person. Raises NothingFound.
        """
        actor.require(Right.SEE_PAYMENTS)
        # PostgreSQL takes no NUL, and nothing is called so.
        word = text.replace("\0", "").strip()
        async with self._database.read() as session:
            found = await _find(session, word)
        if found is None:
            raise NothingFound(text)
        return found

    async def page(self, actor: Person, person_id: int, number: int, now: datetime) -> OrderPage:
        """Page ``number`` of a person's orders, or the nearest that there is. Raises NothingFound."""
        actor.require(Right.SEE_PAYMENTS)
        async with self._database.read() as session:
            name = await _name(session, person_id)
            if name is None:
                raise NothingFound(str(person_id))
            total = await queries.count_orders_of(session, person_id)
            pages = max(1, -(-total // ORDERS_ON_A_PAGE))
            number = min(max(number, 1), pages)
            rows = await queries.orders_of(session, person_id, ORDERS_ON_A_PAGE, offset=(number - 1) * ORDERS_ON_A_PAGE)
            charges = await queries.charges_without_order(session, person_id, MOST_CHARGES)
        await self._log.note_look(actor.id, audit.of_person(person_id), now)
        return OrderPage(
            person_id, name, tuple(map(order_of, rows)), number, pages, total, tuple(map(_charge, charges))
        )

    async def card(self, actor: Person, order_id: int, now: datetime) -> OrderCard:
        """Raises NothingFound."""
        actor.require(Right.SEE_PAYMENTS)
        async with self._database.read() as session:
            row = await _order(session, order_id)
            name = "" if row.person_id is None else await _name(session, row.person_id)
            steps = await order_queries.events(session, order_id)
            charges = await order_queries.charges_of(session, order_id)
            code = await queries.code_name(session, row.code_id)
            guide = await guide_queries.of_order(session, order_id)
        await self._log.note_look(actor.id, _subject(row), now)
        return OrderCard(
            order_of(row),
            name or "",
            code,
            tuple(Step(each.at, each.old, each.new, each.cause) for each in steps),
            tuple(map(_charge, charges)),
            has_guide=guide is not None and guide.closed_at is None,
        )

    async def send_again(self, actor: Person, order_id: int, now: datetime, *, cause: int) -> None:
        """The order's guide is sent to its person once more. Raises NothingFound and NoGuide."""
        actor.require(Right.SEE_PAYMENTS)
        async with self._database.write() as session:
            row = await _order(session, order_id)
            if await effects.find(session, cause, ACTED) is not None:
                return
            guide = await guide_queries.of_order(session, order_id)
            if guide is None or guide.closed_at is not None:
                raise NoGuide
            await self._works.enqueue_in(
                session, AGAIN, f"{order_id}:{cause}", person_id=guide.person_id, facts={"guide": guide.id}, now=now
            )
            await self._note(session, actor, audit.SEND_GUIDE, row, {}, now, cause)

    async def refund(self, actor: Person, order_id: int, reason: str, now: datetime, *, cause: int) -> None:
        """Give back what was paid for the order; its person hears the reason. Raises NothingFound, NotRefundable."""
        actor.require(Right.REFUND)
        told = await self._refunds.words_for(order_id, Why.OPERATOR, reason)
        async with self._database.write() as session:
            row = await order_queries.hold_order(session, order_id)
            if row is None:
                raise NothingFound(f"№ {order_id}")
            if await effects.find(session, cause, ACTED) is not None:
                return
            await self._refunds.refund_order_in(session, order_id, Why.OPERATOR, now, reason, told)
            await self._note(session, actor, audit.REFUND_ORDER, row, {"reason": reason}, now, cause)

    async def settle_outside(self, actor: Person, order_id: int, reason: str, now: datetime, *, cause: int) -> None:
        """Telegram does not give back what is due of the order, and operators have settled it with its person.

        Raises NothingFound, NotRefundable.
        """
        actor.require(Right.REFUND)
        async with self._database.write() as session:
            row = await order_queries.hold_order(session, order_id)
            if row is None:
                raise NothingFound(f"№ {order_id}")
            if await effects.find(session, cause, ACTED) is not None:
                return
            if not await self._refunds.settle_in(session, order_id, now):
                raise NotRefundable
            await self._note(session, actor, audit.SETTLE_ORDER, row, {"reason": reason}, now, cause)

    async def require_due(self, actor: Person, order_id: int) -> Order:
        """The order of which something is due to be given back. Raises NothingFound, NotRefundable."""
        actor.require(Right.REFUND)
        async with self._database.read() as session:
            order = order_of(await _order(session, order_id))
            charges = await order_queries.charges_of(session, order_id)
        if not any(charge.state == order_queries.DUE for charge in charges):
            raise NotRefundable
        return order

    async def require_refundable(self, actor: Person, order_id: int) -> Order:
        """The order, before anybody is asked for a reason. Raises NothingFound, NotRefundable."""
        actor.require(Right.REFUND)
        async with self._database.read() as session:
            order = order_of(await _order(session, order_id))
        if order.state not in {OrderState.PAID, OrderState.FULFILLED}:
            raise NotRefundable
        return order

    # The comparison with Telegram's ledger, which the bot does: it alone talks to Telegram.

    async def compare(self, actor: Person, chat_id: int, message_id: int, now: datetime, *, cause: int) -> None:
        """The ledgers are to be compared; the message tells how far that is, and what came of it."""
        actor.require(Right.SEE_TAKINGS)
        async with self._database.write() as session:
            if await effects.find(session, cause, ACTED) is not None:
                return
            await self._works.enqueue_in(
                session,
                COMPARE,
                f"asked:{actor.id}",
                person_id=actor.id,
                facts={},
                now=now,
                chat_id=chat_id,
                message_id=message_id,
            )
            await self._log.note_in(session, actor.id, audit.COMPARE_STARS, audit.of_stars(), {}, now)
            await effects.keep(session, cause, ACTED, {}, now)

    async def asked_to_compare(self, cause: int) -> bool:
        """Whether this update asked for it already."""
        async with self._database.read() as session:
            return await effects.find(session, cause, ACTED) is not None

    async def compare_by_clock(self, now: datetime) -> bool:
        """The ledgers are to be compared, for nobody in particular, where they were not since NIGHT; whether so."""
        async with self._database.read() as session:
            _, looked_at = await order_queries.position(session)
        if looked_at is not None and self._night_of(looked_at) == self._night_of(now):
            return False
        await self._works.enqueue(COMPARE, "clock", person_id=None, facts={}, now=now)
        return True

    def _night_of(self, moment: datetime) -> date:
        """The day that began with the last NIGHT."""
        return (moment.astimezone(self._zone) - NIGHT).date()

    async def _note(
        self,
        session: AsyncSession,
        actor: Person,
        name: str,
        row: tables.Order,
        facts: dict[str, str],
        now: datetime,
        cause: int,
    ) -> None:
        await self._log.note_in(session, actor.id, name, _subject(row), {"order": row.id, **facts}, now)
        await effects.keep(session, cause, ACTED, {"order": row.id}, now)


@dataclass(frozen=True, slots=True)
class OrderFound:
    id: int


@dataclass(frozen=True, slots=True)
class PayerFound:
    id: int


Found = OrderFound | PayerFound


async def _find(session: AsyncSession, word: str) -> Found | None:
    if word.startswith(("№", "#")):
        return await _by_number(session, word[1:].strip())
    name = word.removeprefix("@").rpartition("t.me/")[2]
    if NUMBER.fullmatch(word):
        if await people_queries.find(session, int(word)) is not None:
            return PayerFound(int(word))
        return await _by_number(session, word)
    charge = await _charge_called(session, word)
    if charge is not None and charge.order_id is not None:
        return OrderFound(charge.order_id)
    person_id = charge.person_id if charge is not None else await people_queries.id_of(session, name)
    return None if person_id is None else PayerFound(person_id)


async def _charge_called(session: AsyncSession, word: str) -> tables.Charge | None:
    """``…`` and the end of a charge's number will do."""
    if word.startswith("…"):
        ending = word[1:]
        return await queries.charge_ending(session, ending) if len(ending) >= LEAST_ENDING else None
    return await order_queries.find_charge(session, word) if 0 < len(word) <= MOST_CHARGE else None


async def _by_number(session: AsyncSession, number: str) -> Found | None:
    if not NUMBER.fullmatch(number) or await order_queries.find_order(session, int(number)) is None:
        return None
    return OrderFound(int(number))


async def _order(session: AsyncSession, order_id: int) -> tables.Order:
    row = await order_queries.find_order(session, order_id)
    if row is None:
        raise NothingFound(f"№ {order_id}")
    return row


async def _name(session: AsyncSession, person_id: int) -> str | None:
    """None: there is no such person."""
    row = await people_queries.find(session, person_id)
    return None if row is None else row.first_name or row.username or str(person_id)


def _subject(row: tables.Order) -> str:
    return audit.of_order(row.id) if row.person_id is None else audit.of_person(row.person_id)


def _charge(row: tables.Charge) -> KnownCharge:
    return KnownCharge(row.id, row.amount, row.at, row.state, row.why, row.note, row.source)
