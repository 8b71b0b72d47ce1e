"""Selling and what stands beside it, with a Telegram whose Stars are lines of a list."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import select, update

from db import tables
from db.engine import Database
from db.queries import guides, people, promo
from services.deliveries import Deliveries, Outgoing
from services.operations.alerts import Alerts
from services.operations.audit import Audit
from services.payments.model import Order, OrderState, Payment
from services.payments.orders import GUIDE, Orders
from services.payments.reconciling import Compared, Reconciling, Transaction
from services.payments.refunds import REFUND, AlreadyRefunded, GivenBack, Refunds
from services.people import People, Person
from services.security import Cipher
from services.works import Work, Works

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANNA, BORIS, VERA = 1, 2, 3
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PRICE = 50


def an_order(number: int, state: OrderState) -> Order:
    """One of Anna's."""
    return Order(number, ANNA, ANNA, 1, "star", state, PRICE, PRICE, False, NOW, NOW + 30 * MINUTE, None, None)


@dataclass
class Telegram:
    """What Telegram knows of Stars: every payment and every refund, in their order."""

    ledger: list[Transaction] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def pay(self, person_id: int, order: Order, at: datetime, *, amount: int | None = None) -> Payment:
        """Somebody pays an order's invoice, whoever they are."""
        payment = Payment(
            f"stx{next(self.numbers)}", person_id, order.amount if amount is None else amount, "XTR", order.payload, at
        )
        self.ledger.append(Transaction(payment.charge_id, "in", payment.amount, at, person_id, payment.payload))
        return payment

    async def refund(self, person_id: int, charge_id: str) -> None:
        paid = next(each for each in self.ledger if (each.charge_id, each.direction) == (charge_id, "in"))
        assert paid.person_id == person_id
        if any((each.charge_id, each.direction) == (charge_id, "out") for each in self.ledger):
            raise AlreadyRefunded
        self.ledger.append(Transaction(charge_id, "out", paid.amount, paid.at, person_id, paid.payload))

    async def transactions(self, offset: int, limit: int) -> Sequence[Transaction]:
        return self.ledger[offset : offset + limit]

    def kept(self) -> dict[str, int]:
        """The charges that were not given back, and their Stars."""
        gone = {each.charge_id for each in self.ledger if each.direction == "out"}
        return {
            each.charge_id: each.amount for each in self.ledger if each.direction == "in" and each.charge_id not in gone
        }


class Till:
    """Orders, refunds and the comparison over a database of their own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.telegram = Telegram()
        self.told: list[tuple[int, GivenBack]] = []
        self.people = People(database, default_time_zone="Europe/Moscow", owner_ids=frozenset())
        self.deliveries = Deliveries(
            database, Cipher("a secret for tests", "deliveries"), default_time_zone="Europe/Moscow"
        )
        self.works = Works(database, self.deliveries)
        self.alerts = Alerts(database, Audit(database))
        self.refunds = Refunds(database, self.works, self.deliveries, self.alerts, self.people, self._words)
        self.orders = Orders(database, self.works, self.refunds, price=PRICE)
        self.reconciling = Reconciling(database, self.orders, self.refunds, self.alerts)
        self._updates = count(1)
        # What happens, once, while words are looked for.
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def _words(self, person: Person, given: GivenBack) -> Outgoing:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        self.told.append((person.id, given))
        return Outgoing("given back")

    async def person(self, person_id: int = ANNA) -> int:
        async with self.database.write() as session:
            await people.add_if_new(session, person_id, NOW)
        return person_id

    async def ban(self, person_id: int, *, banned: bool = True) -> None:
        async with self.database.write() as session:
            row = await people.find(session, person_id)
            assert row is not None
            row.banned_at = NOW if banned else None

    async def code(
        self,
        code: str,
        percent: int = 20,
        *,
        most_uses: int | None = None,
        most_each: int | None = None,
        expires_at: datetime | None = None,
    ) -> int:
        async with self.database.write() as session:
            added = await promo.add_code(
                session,
                code,
                percent=percent,
                most_uses=most_uses,
                most_each=most_each,
                expires_at=expires_at,
                created_at=NOW,
                created_by=VERA,
            )
        assert added is not None
        return added

    async def end_code(self, code_id: int, now: datetime = NOW) -> None:
        async with self.database.write() as session:
            await promo.end_code(session, code_id, now)

    async def uses(self, code_id: int) -> int:
        """How often the code counts as used, which orders that hold it or used it agree with."""
        async with self.database.read() as session:
            row = await promo.find_code_by_id(session, code_id)
            holders = await session.scalars(select(tables.PromoUse).where(tables.PromoUse.code_id == code_id))
            assert row is not None
            assert row.uses == len(holders.all())
        return row.uses

    async def brings(self, referrer_id: int, person_id: int) -> None:
        async with self.database.write() as session:
            assert await promo.add_referral(session, person_id, referrer_id, NOW)

    async def credits(self, person_id: int) -> int:
        async with self.database.read() as session:
            return await promo.credits_of(session, person_id)

    async def give_credit(self, person_id: int, key: str = "referral:0") -> None:
        async with self.database.write() as session:
            assert await promo.credit(session, key, person_id, 1, NOW)

    async def guides(self, person_id: int) -> list[tables.Guide]:
        """Those that can be read."""
        async with self.database.read() as session:
            return [row for row in await guides.of_person(session, person_id, 100) if row.closed_at is None]

    async def material(self, username: str = "star") -> int:
        async with self.database.write() as session:
            return await guides.add_material(session, 1, username, 40, b"frozen", NOW)

    async def buy(
        self,
        person_id: int,
        material_id: int,
        now: datetime = NOW,
        *,
        cause: int | None = None,
        code: str = "",
        by_credit: bool = False,
    ) -> Order:
        update = next(self._updates) if cause is None else cause
        return await self.orders.buy(
            person_id, person_id, material_id, now=now, cause=update, code=code, by_credit=by_credit
        )

    async def pay(self, person_id: int, order: Order, now: datetime = NOW) -> Payment:
        """Somebody pays the order, and we hear of it."""
        payment = self.telegram.pay(person_id, order, now)
        await self.orders.charged(payment, now)
        return payment

    async def make_guide(self, order_id: int, now: datetime = NOW) -> int | None:
        async with self.database.write() as session:
            return await self.orders.fulfil_in(session, order_id, "ru", b"content", now)

    async def give_back_all(self, now: datetime = NOW) -> int:
        """Do every refund that is due, as the works say; how many."""
        done = 0
        for row in await self.due(REFUND):
            await self.refunds.give_back(Work(row.id, row.kind, row.key, row.person_id, row.facts), self.telegram, now)
            async with self.database.write() as session:
                await session.execute(update(tables.Work).where(tables.Work.id == row.id).values(state="done"))
            done += 1
        return done

    async def due(self, kind: str = GUIDE) -> Sequence[tables.Work]:
        async with self.database.read() as session:
            rows = await session.scalars(
                select(tables.Work).where(tables.Work.kind == kind, tables.Work.state == "due")
            )
            return rows.all()

    async def compare(self, now: datetime) -> Compared:
        return await self.reconciling.compare(self.telegram, now)

    async def state(self, order_id: int) -> str:
        async with self.database.read() as session:
            row = await session.get(tables.Order, order_id)
        assert row is not None
        return row.state

    async def steps(self, order_id: int) -> list[tuple[str, str, str]]:
        async with self.database.read() as session:
            rows = await session.scalars(
                select(tables.OrderEvent).where(tables.OrderEvent.order_id == order_id).order_by(tables.OrderEvent.id)
            )
            return [(row.old, row.new, row.cause) for row in rows]

    async def ledger(self) -> list[tuple[str, str, int]]:
        async with self.database.read() as session:
            rows = await session.scalars(
                select(tables.StarMovement).order_by(tables.StarMovement.at, tables.StarMovement.direction)
            )
            return [(row.charge_id, row.direction, row.amount) for row in rows]

    async def owed(self, kind: str) -> Sequence[str]:
        """Keys of what is owed to people."""
        async with self.database.read() as session:
            rows = await session.scalars(select(tables.Delivery.key).where(tables.Delivery.kind == kind))
            return rows.all()
