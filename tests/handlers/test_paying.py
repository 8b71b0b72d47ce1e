"""What Telegram says of payments, in whatever order it does."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Database
from db.tables import Order
from handlers.alerts.views import alert_screen, heading
from handlers.payments.works import work_kinds
from sandbox import Fault, Person
from services.operations.alerts import AlertKind, StandingAlert
from services.payments.model import Payment, Why
from services.payments.refunds import REFUND
from services.works import Work
from tests.handlers.buying import an_invoice, an_offer, guides, own_bot, states
from tests.handlers.seeing import sees
from tests.platform import Platform, running_platform
from tests.services.payments.till import ANNA, NOW, Till

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform


async def test_a_refund_that_is_told_before_its_payment_leaves_nothing_bought(platform: Platform, anna: Person):
    await an_offer(anna)
    invoice = await an_invoice(anna)
    platform.server.faults.add(Fault("lost_update", update="successful_payment"))
    assert (await anna.pay(invoice)).paid
    [line] = await platform.world.ledger()
    bot = own_bot(platform)
    await bot.refund_star_payment(anna.id, line["id"])
    await bot.session.close()
    await sees(anna, "Telegram вернул оплату")
    async with platform.container.database.read() as session:
        order = (await session.scalars(select(Order))).one()
    late = Payment(line["id"], anna.id, order.amount, "XTR", f"guide:{order.id}", platform.clock())
    assert await platform.container.services.orders.charged(late, platform.clock()) is None
    assert (await states(platform), await guides(platform)) == (["pending"], 0)
    assert await anna.stars() == 1000


@pytest.mark.parametrize(
    ("facts", "words", "details"),
    [
        ({"order": 7, "charge": "stx12345", "amount": 50, "why": "surplus"}, "50 Stars", ["№ 7", "…stx12345, 50"]),
        ({"order": None, "charge": "stx12345", "amount": 50, "why": "unknown"}, "50 Stars", ["…stx12345, 50"]),
        ({"order": 7, "charge": "", "amount": 0, "why": "failed"}, "A free guide could not be made", ["№ 7"]),
    ],
)
def test_an_alert_of_a_refund_says_what_came_back(facts: dict[str, object], words: str, details: list[str]):
    alert = StandingAlert(1, "refunded", AlertKind.REFUNDED, facts, 1, NOON, NOON)
    shown = alert_screen(alert, UTC).text
    assert words in heading(alert)
    assert all(detail in shown for detail in details)
    assert ("…" in shown) == bool(facts["charge"])
    assert "0 Stars" not in shown.replace("50 Stars", "")


async def test_a_refund_that_telegram_never_makes_is_told_with_its_charge(database: Database):
    till = Till(database)
    await till.person(ANNA)
    order = await till.buy(ANNA, await till.material())
    payment = await till.pay(ANNA, order, NOW)
    await till.refunds.refund_order(order.id, Why.OPERATOR, NOW)

    class Refusing:
        async def refund(self, person_id: int, charge_id: str) -> None:
            raise ZeroDivisionError

    some: Any = SimpleNamespace(refunds=till.refunds)
    kinds = work_kinds(some, some, some, lambda: NOW, Refusing())
    [kind] = [kind for kind in kinds if kind.name == REFUND]
    for attempt in range(1, kind.most_attempts + 1):
        assert await till.alerts.standing(NOW) == []
        work = Work(1, REFUND, "key", None, {"charge": payment.charge_id}, attempt)
        with pytest.raises(ZeroDivisionError):
            await kind.do(work, some)
    [alert] = await till.alerts.standing(NOW)
    assert payment.charge_id in alert_screen(alert, UTC).text
    assert "Telegram does not make a refund" in heading(alert)
