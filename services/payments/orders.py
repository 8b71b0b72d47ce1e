"""Orders from the press on Buy to the guide: each step a conditional UPDATE, kept with its time and cause.

Whoever holds several rows takes them in this order, so that nobody waits in a circle: person, order, charge, codes by
their numbers, works.
"""

from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects, privacy, promo
from db.queries import guides as guide_queries
from db.queries import payments as queries
from db.queries import people as people_queries
from services.payments import codes, free_guides
from services.payments.apart import each_apart, raise_all
from services.payments.model import (
    CURRENCY,
    EXPIRES_AFTER,
    MADE_WITHIN,
    AlreadyBought,
    CheckoutRefused,
    MaterialGone,
    NotRefundable,
    Order,
    OrderState,
    Payment,
    Why,
    order_number,
    order_of,
    reduced,
)
from services.payments.referring import FRIEND_BOUGHT
from services.payments.refunds import Refunds
from services.privacy import ERASE, ErasureBegan
from services.works import Works

log = structlog.get_logger(__name__)
# The kind of work that makes a guide: its key is the order's number.
GUIDE = "guide"
EFFECT = "order"
AT_ONCE = 100


class Orders:
    """What people buy. ``price``: of a guide, in Stars."""

    def __init__(self, database: Database, works: Works, refunds: Refunds, *, price: int) -> None:
        self._database = database
        self._works = works
        self._refunds = refunds
        self.price = price

    async def find(self, order_id: int) -> Order | None:
        async with self._database.read() as session:
            row = await queries.find_order(session, order_id)
        return None if row is None else order_of(row)

    async def buy(
        self,
        person_id: int,
        chat_id: int,
        material_id: int,
        *,
        now: datetime,
        cause: int,
        code: str = "",
        by_credit: bool = False,
    ) -> Order:
        """An order of the guide that was offered: the same one, asked for again while it is pending at this price: it
        holds for 30 minutes from then on, unless its code is over.

        What costs nothing is paid at once. ``code`` as people write it; empty: none. Raises MaterialGone,
        AlreadyBought, CodeRefused, NoCredit and ErasureBegan.
        """
        async with self._database.write() as session:
            # Two presses at once wait for each other here, and for a payment by the same person.
            await people_queries.hold(session, person_id)
            known = await effects.find(session, cause, EFFECT)
            if known is not None and (row := await queries.find_order(session, known["order"])) is not None:
                return order_of(row)
            row = await self._order_in(session, person_id, chat_id, material_id, code, now, by_credit=by_credit)
            await effects.keep(session, cause, EFFECT, {"order": row.id}, now)
            return order_of(row)

    async def _order_in(
        self,
        session: AsyncSession,
        person_id: int,
        chat_id: int,
        material_id: int,
        code: str,
        now: datetime,
        *,
        by_credit: bool,
    ) -> tables.Order:
        if await privacy.is_begun(session, ERASE, str(person_id), now):
            # They would pay for what is gone in minutes.
            raise ErasureBegan
        username = await guide_queries.material_name(session, material_id)
        if username is None:
            raise MaterialGone
        had = await queries.bought(session, person_id, material_id)
        if had is not None:
            raise AlreadyBought(had.id, had.username)
        # What is free anyway uses up no code.
        found = await codes.find_in(session, code) if code and not by_credit else None
        amount = 0 if by_credit else reduced(self.price, found.percent if found else 0)
        last = await queries.pending(session, person_id, material_id)
        if last is not None:
            same = (last.amount, last.code_id, last.by_credit) == (amount, found and found.id, by_credit)
            if same and last.expires_at > now:
                if found is None or codes.is_on(found, now):
                    # Its invoice goes out again, and holds as long as the first one.
                    last.expires_at = max(last.expires_at, now + EXPIRES_AFTER)
                    await session.flush()
                return last
            # One is given back and the other taken: in the same order by all.
            await promo.hold_codes(session, {last.code_id, found.id if found else None})
            await self._expire_in(session, last.id, "replaced", now)
        row = tables.Order(
            person_id=person_id,
            chat_id=chat_id,
            material_id=material_id,
            username=username,
            state=queries.PENDING,
            list_price=self.price,
            amount=amount,
            code_id=found.id if found else None,
            by_credit=by_credit,
            created_at=now,
            expires_at=now + EXPIRES_AFTER,
        )
        session.add(row)
        await session.flush()
        await queries.note(session, row.id, "", queries.PENDING, "buy", now)
        if found is not None:
            await codes.hold_in(session, found, row.id, person_id, now)
        if by_credit:
            await free_guides.spend_in(session, row.id, person_id, now)
        if not amount:
            await self._pay_in(session, row.id, None, "free", now)
            await session.refresh(row)
        return row

    # Paying

    async def check(self, payload: str, person_id: int, amount: int, currency: str, now: datetime) -> Order:
        """The order that may be paid so now. Raises CheckoutRefused."""
        number = order_number(payload)
        async with self._database.read() as session:
            row = None if number is None else await queries.find_order(session, number)
            person = await people_queries.find(session, person_id)
            had = None if row is None else await queries.bought(session, person_id, row.material_id)
            is_erased = await privacy.is_begun(session, ERASE, str(person_id), now)
        if row is None:
            raise CheckoutRefused("unknown")
        if row.person_id != person_id:
            raise CheckoutRefused("foreign")
        if person is None or person.banned_at is not None:
            raise CheckoutRefused("banned")
        if is_erased:
            raise CheckoutRefused("erasing")
        if (row.amount, CURRENCY) != (amount, currency):
            raise CheckoutRefused("amount")
        if had is not None or row.state not in {queries.PENDING, queries.EXPIRED}:
            raise CheckoutRefused("paid")
        if row.state == queries.EXPIRED or row.expires_at <= now:
            raise CheckoutRefused("expired")
        return order_of(row)

    async def charged(self, payment: Payment, now: datetime, source: str = "update") -> Order | None:
        """Stars were paid: the order is paid from now on and its guide is due, or else they are due to be given back.

        Told again of the same charge, nothing changes. None: it is given back.
        """
        async with self._database.write() as session:
            return await self.charged_in(session, payment, now, source)

    async def charged_in(self, session: AsyncSession, payment: Payment, now: datetime, source: str) -> Order | None:
        """As :meth:`charged`, in the caller's transaction."""
        if payment.currency != CURRENCY:
            # No invoice of ours asks for it, and nothing but Stars can be given back here.
            await self._refunds.no_stars_in(session, payment, now)
            return None
        number = order_number(payment.payload)
        # Of two orders of one guide, paid at once, the second is to know of the first.
        await people_queries.hold(session, payment.person_id)
        row = None if number is None else await queries.hold_order(session, number)
        is_new = await queries.add_charge(
            session,
            payment.charge_id,
            order_id=None if row is None else row.id,
            person_id=payment.person_id,
            amount=payment.amount,
            at=payment.at,
            state=queries.KEPT,
            source=source,
        )
        # Its refund may have been told before it was: then only this is new.
        await queries.move(session, payment.charge_id, queries.IN, payment.amount, payment.at)
        if not is_new:
            paid = await queries.of_charge(session, payment.charge_id)
            return None if paid is None else order_of(paid)
        why = await self._why_not(session, row, payment)
        if row is not None and why is None:
            cause = "ledger" if source == "ledger" else "charge"
            await self._pay_in(session, row.id, payment.charge_id, cause, now)
            await session.refresh(row)
            return order_of(row)
        assert why is not None
        log.warning("a payment is given back", why=why, order=number)
        await self._refunds.due_in(session, payment.charge_id, why, now)
        return None

    async def _why_not(self, session: AsyncSession, row: tables.Order | None, payment: Payment) -> Why | None:
        """Why the charge cannot pay for the order."""
        if row is None:
            return Why.UNKNOWN
        if row.person_id != payment.person_id:
            return Why.FOREIGN
        if row.amount != payment.amount:
            return Why.AMOUNT
        if row.state not in {queries.PENDING, queries.EXPIRED}:
            return Why.SURPLUS
        if await queries.bought(session, payment.person_id, row.material_id, but=row.id) is not None:
            return Why.SURPLUS
        person = await people_queries.find(session, payment.person_id)
        return Why.BANNED if person is None or person.banned_at is not None else None

    async def _pay_in(
        self, session: AsyncSession, order_id: int, charge_id: str | None, cause: str, now: datetime
    ) -> None:
        row = await queries.hold_order(session, order_id)
        assert row is not None
        was_expired = row.state == queries.EXPIRED
        await queries.step(
            session,
            order_id,
            (queries.PENDING, queries.EXPIRED),
            queries.PAID,
            cause,
            now,
            paid_at=now,
            charge_id=charge_id,
        )
        if was_expired and row.code_id is not None and row.person_id is not None:
            # It was given back, and is used after all.
            await codes.use_late_in(session, row.code_id, order_id, row.person_id, now)
        await self.due_in(session, order_id, row.person_id, now)

    async def due_in(self, session: AsyncSession, order_id: int, person_id: int | None, now: datetime) -> None:
        """The guide of a paid order is to be made."""
        await self._works.enqueue_in(
            session, GUIDE, str(order_id), person_id=person_id, facts={"order": order_id}, now=now
        )

    # What the clock does

    async def expire_due(self, now: datetime) -> int:
        """Pending orders whose time is over expire; how many. What they held is given back.

        Raises ExceptionGroup of what failed, once all the others are seen to.
        """
        async with self._database.read() as session:
            order_ids = await queries.expired(session, now, AT_ONCE)
        expired: list[int] = []

        async def expire(order_id: int) -> None:
            async with self._database.write() as session:
                row = await queries.hold_order(session, order_id)
                # Its invoice may have gone out again meanwhile.
                is_over = row is not None and row.expires_at <= now
                if is_over and await self._expire_in(session, order_id, "expiry", now):
                    expired.append(order_id)

        raise_all(await each_apart(order_ids, expire))
        return len(expired)

    async def _expire_in(self, session: AsyncSession, order_id: int, cause: str, now: datetime) -> bool:
        if not await queries.step(session, order_id, (queries.PENDING,), queries.EXPIRED, cause, now, ended_at=now):
            return False
        await promo.give_back_code(session, order_id)
        return True

    async def see_to_unfulfilled(self, now: datetime) -> int:
        """Paid orders without a guide: those of before ten minutes are refunded, and how many; others' work is due.

        So is that of refunds which Telegram refused for so long that nobody asks for them any more. Raises
        ExceptionGroup of what failed, once all the others are seen to.
        """
        async with self._database.read() as session:
            late = await queries.unfulfilled(session, now - MADE_WITHIN, AT_ONCE)
            waiting = await queries.unfulfilled(session, now, AT_ONCE)
        refunded: list[int] = []

        async def refund(order_id: int) -> None:
            with suppress(NotRefundable):  # Its guide came meanwhile, or somebody gave it back.
                await self._refunds.refund_order(order_id, Why.FAILED, now)
                refunded.append(order_id)

        async def ask(order_id: int) -> None:
            async with self._database.write() as session:
                row = await queries.hold_order(session, order_id)
                if row is not None and row.state == queries.PAID:
                    await self.due_in(session, order_id, row.person_id, now)

        failed = await each_apart(late, refund)
        failed += await each_apart(set(waiting) - set(late), ask)
        raise_all(failed + await self._refunds.see_to_due(now))
        return len(refunded)

    # Fulfilling

    async def fulfil_in(
        self, session: AsyncSession, order_id: int, language: str, content: bytes, now: datetime
    ) -> int | None:
        """The number of the order's guide, which is kept from now on; the caller owes it in the same transaction.

        None: the order is not paid, or not any more.
        """
        if not await queries.step(
            session, order_id, (OrderState.PAID,), OrderState.FULFILLED, "guide", now, ended_at=now
        ):
            return None
        row = await queries.find_order(session, order_id)
        assert row is not None
        assert row.person_id is not None
        guide_id = await guide_queries.add_guide(session, order_id, row.person_id, row.username, language, content, now)
        if row.charge_id is not None:
            referrer_id = await free_guides.grant_in(session, order_id, row.person_id, now)
            if referrer_id is not None:
                await self._works.enqueue_in(
                    session, FRIEND_BOUGHT, str(order_id), person_id=referrer_id, facts={"order": order_id}, now=now
                )
        return guide_id
