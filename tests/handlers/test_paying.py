"""What Telegram says of payments, in whatever order it does."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from db.tables import Order
from sandbox import Fault, Person
from services.payments.model import Payment
from tests.handlers.buying import an_invoice, an_offer, guides, own_bot, states
from tests.handlers.seeing import sees
from tests.platform import Platform, running_platform


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
