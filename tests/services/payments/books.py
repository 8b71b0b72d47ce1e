"""All that is written down of sales, and what must be true of it at any moment, and when all is settled."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from db import tables
from db.tables import Base
from services.payments.refunds import key
from tests.services.payments.till import Telegram, Till

Row = TypeVar("Row", bound=Base)
# An order of these has the code that it was bought with.
HOLDS = {"pending", "paid", "fulfilled", "refunding"}
# What a charge is while its order is that.
CHARGE_OF = {"paid": "kept", "fulfilled": "kept", "refunding": "due", "refunded": "refunded"}


@dataclass(frozen=True)
class Books:
    orders: Sequence[tables.Order]
    events: Sequence[tables.OrderEvent]
    charges: Sequence[tables.Charge]
    guides: Sequence[tables.Guide]
    movements: Sequence[tables.StarMovement]
    codes: Sequence[tables.PromoCode]
    uses: Sequence[tables.PromoUse]
    referrals: Sequence[tables.Referral]
    credits: Sequence[tables.GuideCredit]
    alerts: Sequence[tables.Alert]
    owed: Sequence[str]

    def agree(self, telegram: Telegram) -> None:
        """Whatever happens meanwhile."""
        self._steps()
        self._guides()
        self._charges()
        self._codes()
        self._credits()
        theirs = {(line.charge_id, line.direction, line.amount) for line in telegram.ledger}
        assert self._ledger() <= theirs

    def are_settled(self, telegram: Telegram, *, all_are_told: bool) -> None:
        """When time has passed, works are done, and the ledgers were compared.

        ``all_are_told``: nobody was erased, and with them what they were told.
        """
        assert {order.state for order in self.orders} <= {"fulfilled", "refunded", "expired"}
        assert {charge.state for charge in self.charges} <= {"kept", "refunded"}
        theirs = {(line.charge_id, line.direction, line.amount) for line in telegram.ledger}
        assert self._ledger() == theirs
        sold = {order.charge_id: order.amount for order in self.orders if order.state == "fulfilled" and order.amount}
        assert telegram.kept() == sold
        assert not [alert for alert in self.alerts if alert.kind == "stars-differ"]
        refunded = [charge.id for charge in self.charges if charge.state == "refunded"]
        told = sorted(delivery for delivery in self.owed if delivery.startswith("refund:"))
        expected = sorted(f"refund:{key(charge_id)}" for charge_id in refunded)
        assert set(told) <= set(expected)
        assert not all_are_told or told == expected

    def _ledger(self) -> set[tuple[str, str, int]]:
        return {(row.charge_id, row.direction, row.amount) for row in self.movements}

    def _steps(self) -> None:
        states = dict.fromkeys((order.id for order in self.orders), "")
        for event in self.events:
            assert states[event.order_id] == event.old, event
            # Who has a guide is told of no failure.
            assert (event.old, event.cause) != ("fulfilled", "failed"), event
            states[event.order_id] = event.new
        assert states == {order.id: order.state for order in self.orders}

    def _guides(self) -> None:
        standing = {guide.order_id for guide in self.guides if guide.closed_at is None}
        # Who was erased has lost them.
        fulfilled = [order for order in self.orders if order.state == "fulfilled" and order.person_id is not None]
        assert standing == {order.id for order in fulfilled}
        bought = Counter(
            (order.person_id, order.material_id)
            for order in self.orders
            if order.state in {"paid", "fulfilled"} and order.person_id is not None
        )
        assert not bought or max(bought.values()) == 1, bought

    def _charges(self) -> None:
        pays_for = {order.charge_id: order for order in self.orders if order.charge_id is not None}
        ledger = self._ledger()
        for charge in self.charges:
            order = pays_for.pop(charge.id, None)
            assert (charge.id, "in", charge.amount) in ledger
            assert ((charge.id, "out", charge.amount) in ledger) == (charge.state == "refunded")
            if order is None:
                assert charge.state != "kept", charge.id
            else:
                assert CHARGE_OF[order.state] == charge.state
                assert (order.amount, order.person_id) == (charge.amount, charge.person_id)
        assert not pays_for
        for order in self.orders:
            if order.charge_id is None:
                assert order.state in ({"pending", "expired"} if order.amount else {"paid", "fulfilled", "refunded"})

    def _codes(self) -> None:
        uses = Counter(use.code_id for use in self.uses)
        each = Counter((use.code_id, use.person_id) for use in self.uses)
        late_orders = {event.order_id for event in self.events if (event.old, event.new) == ("expired", "paid")}
        late = Counter(use.code_id for use in self.uses if use.order_id in late_orders)
        held = {order.id: order.code_id for order in self.orders if order.code_id and order.state in HOLDS}
        assert {use.order_id: use.code_id for use in self.uses} == held
        for code in self.codes:
            assert code.uses == uses[code.id]
            assert code.most_uses is None or code.uses <= code.most_uses + late[code.id]
            for (code_id, person_id), count in each.items():
                if code_id == code.id and person_id is not None and code.most_each is not None:
                    assert count <= code.most_each + late[code.id]

    def _credits(self) -> None:
        """Each is for an order, which bears it out; the database keeps each once."""
        orders = {order.id: order for order in self.orders}
        of_key: dict[str, dict[int, tables.GuideCredit]] = {}
        for row in self.credits:
            name, _, text = row.key.partition(":")
            assert row.amount == (-1 if name in {"spent", "lost"} else 1)
            of_key.setdefault(name, {})[int(text)] = row
        earned = of_key.get("referral", {}).keys() - of_key.get("lost", {}).keys()
        claimed = {row.order_id: row.referrer_id for row in self.referrals if row.order_id is not None}
        for number, referrer_id in claimed.items():
            assert of_key["referral"][number].person_id == referrer_id
            assert orders[number].amount
            assert orders[number].state in {"fulfilled", "refunding"}
        # Who brought somebody keeps what they had for it when the other is erased.
        assert claimed.keys() <= earned
        assert all(orders[number].person_id is None for number in earned - claimed.keys())
        spent = of_key.get("spent", {}).keys() - of_key.get("back", {}).keys()
        theirs = {order.id: order for order in self.orders if order.by_credit and order.person_id is not None}
        assert spent == {number for number, order in theirs.items() if order.state != "refunded"}
        for number in spent:
            assert of_key["spent"][number].person_id == theirs[number].person_id


async def read_books(till: Till) -> Books:
    """As they are at one moment."""
    async with till.database.read() as session:

        async def rows(table: type[Row], *order: object) -> Sequence[Row]:
            return (await session.scalars(select(table).order_by(*order))).all()  # type: ignore[arg-type]

        return Books(
            await rows(tables.Order, tables.Order.id),
            await rows(tables.OrderEvent, tables.OrderEvent.id),
            await rows(tables.Charge),
            await rows(tables.Guide),
            await rows(tables.StarMovement),
            await rows(tables.PromoCode),
            await rows(tables.PromoUse),
            await rows(tables.Referral),
            await rows(tables.GuideCredit),
            await rows(tables.Alert),
            (await session.scalars(select(tables.Delivery.key).where(tables.Delivery.kind == "payment"))).all(),
        )
