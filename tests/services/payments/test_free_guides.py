"""Guides for nothing, for who brought somebody: given once, spent once, taken back."""

import asyncio

import pytest

from db.engine import Database
from services.payments.model import AlreadyBought, NoCredit, OrderState, Why
from tests.services.payments.till import ANNA, BORIS, MINUTE, NOW, VERA, Till

# Vera brought Anna.
REFERRER = VERA


@pytest.fixture
async def till(database: Database) -> Till:
    till = Till(database)
    for person in (ANNA, BORIS, VERA):
        await till.person(person)
    await till.brings(REFERRER, ANNA)
    return till


async def bought(till: Till, name: str = "star") -> int:
    """Anna pays for a guide and has it; the number of her order."""
    order = await till.buy(ANNA, await till.material(name))
    await till.pay(ANNA, order)
    await till.make_guide(order.id)
    return order.id


async def test_who_brought_a_first_time_buyer_has_a_guide_for_nothing(till: Till):
    await bought(till)
    assert await till.credits(REFERRER) == 1
    await bought(till, "another")
    assert await till.credits(REFERRER) == 1
    assert await till.credits(ANNA) == 0


async def test_a_payment_alone_brings_nothing_before_its_guide_is_there(till: Till):
    await till.pay(ANNA, await till.buy(ANNA, await till.material()))
    assert await till.credits(REFERRER) == 0


async def test_two_guides_at_once_bring_one(till: Till):
    orders = [await till.buy(ANNA, await till.material(name)) for name in ("one", "two", "three")]
    for order in orders:
        await till.pay(ANNA, order)
    await asyncio.gather(*(till.make_guide(order.id) for order in orders))
    assert await till.credits(REFERRER) == 1


async def test_what_cost_nothing_brings_nothing(till: Till):
    await till.code("GIFT", 100)
    order = await till.buy(ANNA, await till.material(), code="GIFT")
    await till.make_guide(order.id)
    assert await till.credits(REFERRER) == 0
    await bought(till, "another")
    assert await till.credits(REFERRER) == 1


async def test_a_refund_takes_it_back_and_the_next_purchase_gives_it_again(till: Till):
    order_id = await bought(till)
    await till.refunds.refund_order(order_id, Why.OPERATOR, NOW)
    for _ in range(2):
        await till.give_back_all()
    assert await till.credits(REFERRER) == 0
    await bought(till, "another")
    assert await till.credits(REFERRER) == 1


async def test_what_was_spent_before_it_was_lost_is_owed(till: Till):
    order_id = await bought(till)
    free = await till.buy(REFERRER, await till.material("free"), by_credit=True)
    await till.make_guide(free.id)
    await till.refunds.refund_order(order_id, Why.OPERATOR, NOW)
    await till.give_back_all()
    assert await till.credits(REFERRER) == -1
    assert len(await till.guides(REFERRER)) == 1
    await bought(till, "another")
    assert await till.credits(REFERRER) == 0
    with pytest.raises(NoCredit):
        await till.buy(REFERRER, await till.material("more"), by_credit=True)


async def test_one_free_guide_that_is_spent_twice_at_once_is_spent_once(till: Till):
    await till.give_credit(ANNA)
    materials = [await till.material(name) for name in ("one", "two", "three")]
    spent = await asyncio.gather(
        *(till.buy(ANNA, material, by_credit=True) for material in materials), return_exceptions=True
    )
    assert sum(isinstance(each, NoCredit) for each in spent) == 2
    assert await till.credits(ANNA) == 0
    assert len(await till.due()) == 1


async def test_a_press_that_is_handled_twice_spends_one(till: Till):
    for number in range(2):
        await till.give_credit(ANNA, f"referral:{number}")
    material = await till.material()
    orders = await asyncio.gather(*(till.buy(ANNA, material, by_credit=True, cause=5) for _ in range(3)))
    assert len({order.id for order in orders}) == 1
    assert await till.credits(ANNA) == 1
    with pytest.raises(AlreadyBought):
        await till.buy(ANNA, material, by_credit=True)
    assert await till.credits(ANNA) == 1


async def test_who_has_none_spends_none(till: Till):
    material = await till.material()
    with pytest.raises(NoCredit):
        await till.buy(ANNA, material, by_credit=True)
    assert await till.due() == []


async def test_a_free_guide_that_cannot_be_made_is_given_back_once(till: Till):
    await till.give_credit(ANNA)
    order = await till.buy(ANNA, await till.material(), by_credit=True)
    for _ in range(2):
        await till.orders.see_to_unfulfilled(NOW + 10 * MINUTE)
    assert await till.state(order.id) == "refunded"
    assert await till.credits(ANNA) == 1


async def test_a_free_guide_uses_up_no_code(till: Till):
    code = await till.code("SPRING", 20, most_uses=1)
    await till.give_credit(ANNA)
    order = await till.buy(ANNA, await till.material(), code="SPRING", by_credit=True)
    assert (order.amount, order.by_credit, order.state) == (0, True, OrderState.PAID)
    assert await till.uses(code) == 0
