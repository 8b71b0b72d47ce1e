"""Promo codes: who may use them, how often, and when they come back."""

import asyncio
from datetime import timedelta

import pytest

from db.engine import Database
from services.payments.model import CodeRefused, MaterialGone, OrderState, Why
from tests.services.payments.till import ANNA, BORIS, HOUR, MINUTE, NOW, PRICE, VERA, Till

LATER = NOW + 40 * MINUTE


@pytest.fixture
async def till(database: Database) -> Till:
    till = Till(database)
    for person in (ANNA, BORIS, VERA):
        await till.person(person)
    return till


async def refusal(till: Till, person_id: int, material_id: int, code: str) -> str:
    """Why the person may not use the code."""
    with pytest.raises(CodeRefused) as refused:
        await till.buy(person_id, material_id, code=code)
    return refused.value.reason


async def test_a_code_makes_the_guide_cheaper_however_it_is_written(till: Till):
    code = await till.code("SPRING-20", 20)
    material = await till.material()
    order = await till.buy(ANNA, material, code="  spring-20 ")
    assert (order.list_price, order.amount, order.state) == (PRICE, 40, OrderState.PENDING)
    assert (await till.buy(ANNA, material, code="SPRING-20")).id == order.id
    await till.pay(ANNA, order)
    assert await till.make_guide(order.id) is not None
    assert await till.uses(code) == 1


async def test_a_code_for_nothing_needs_no_payment(till: Till):
    code = await till.code("GIFT", 100)
    order = await till.buy(ANNA, await till.material(), code="gift")
    assert (order.amount, order.state, order.charge_id) == (0, OrderState.PAID, None)
    assert [work.key for work in await till.due()] == [str(order.id)]
    assert await till.make_guide(order.id) is not None
    assert await till.uses(code) == 1
    assert await till.ledger() == []


async def test_what_is_no_code_is_refused(till: Till):
    await till.code("SPRING")
    material = await till.material()
    for written in (" ", "AB", "NONE", "ПРИВЕТ", "a" * 33, "-ABC", "A;DROP TABLE", "AB\x00C"):
        assert await refusal(till, ANNA, material, written) == "unknown"
    # Nothing of it is kept: the next press is a first one.
    assert await till.steps(1) == []
    assert (await till.buy(ANNA, material, code="")).amount == PRICE


async def test_a_code_that_is_over_is_refused(till: Till):
    await till.code("OLD", expires_at=NOW)
    ended = await till.code("ENDED")
    await till.end_code(ended)
    material = await till.material()
    assert await refusal(till, ANNA, material, "OLD") == "over"
    assert await refusal(till, ANNA, material, "ENDED") == "over"


async def test_an_order_keeps_the_code_that_ends_meanwhile(till: Till):
    code = await till.code("SPRING", 20)
    material = await till.material()
    order = await till.buy(ANNA, material, code="SPRING")
    await till.end_code(code)
    assert (await till.buy(ANNA, material, code="SPRING")).id == order.id
    await till.pay(ANNA, order)
    assert await till.state(order.id) == "paid"


async def test_two_people_who_take_the_last_use_at_once_get_it_once(till: Till):
    material = await till.material()
    for turn in range(5):
        code = await till.code(f"LAST{turn}", 20, most_uses=1)
        taken = await asyncio.gather(
            *(till.buy(person, material, code=f"LAST{turn}") for person in (ANNA, BORIS, VERA)),
            return_exceptions=True,
        )
        refused = [each for each in taken if isinstance(each, CodeRefused)]
        assert [each.reason for each in refused] == ["used-up"] * 2
        assert await till.uses(code) == 1


async def test_one_person_with_two_orders_at_once_uses_a_code_as_often_as_they_may(till: Till):
    code = await till.code("ONCE", 20, most_each=1)
    materials = [await till.material(name) for name in ("one", "two", "three")]
    taken = await asyncio.gather(
        *(till.buy(ANNA, material, code="ONCE") for material in materials), return_exceptions=True
    )
    assert [each.reason for each in taken if isinstance(each, CodeRefused)] == ["used", "used"]
    assert await till.uses(code) == 1
    assert (await till.buy(BORIS, materials[0], code="ONCE")).amount == 40


async def test_an_order_that_expires_gives_its_code_back(till: Till):
    code = await till.code("LAST", 20, most_uses=1)
    first, second = [await till.material(name) for name in ("one", "two")]
    await till.buy(ANNA, first, code="LAST")
    assert await refusal(till, BORIS, second, "LAST") == "used-up"
    assert await till.orders.expire_due(NOW + 30 * MINUTE) == 1
    assert await till.uses(code) == 0
    assert (await till.buy(BORIS, second, LATER, code="LAST")).amount == 40


async def test_who_buys_without_the_code_gives_it_back(till: Till):
    code = await till.code("LAST", 20, most_uses=1)
    material = await till.material()
    cheap = await till.buy(ANNA, material, code="LAST")
    dear = await till.buy(ANNA, material)
    assert (dear.amount, await till.uses(code)) == (PRICE, 0)
    assert [step[1:] for step in await till.steps(cheap.id)] == [("pending", "buy"), ("expired", "replaced")]


async def test_who_takes_another_code_gives_the_first_one_back(till: Till):
    first, second = await till.code("FIRST", 20), await till.code("SECOND", 30)
    material = await till.material()
    await till.buy(ANNA, material, code="FIRST")
    assert (await till.buy(ANNA, material, code="SECOND")).amount == 35
    assert (await till.uses(first), await till.uses(second)) == (0, 1)


async def test_a_refused_code_leaves_the_order_that_was_there(till: Till):
    await till.code("USED", 20, most_uses=0)
    material = await till.material()
    order = await till.buy(ANNA, material)
    assert await refusal(till, ANNA, material, "USED") == "used-up"
    assert await till.state(order.id) == "pending"


async def test_a_payment_after_the_time_counts_as_a_use_though_it_be_one_too_many(till: Till):
    code = await till.code("LAST", 20, most_uses=1)
    first, second = [await till.material(name) for name in ("one", "two")]
    late = await till.buy(ANNA, first, code="LAST")
    await till.orders.expire_due(LATER)
    await till.buy(BORIS, second, LATER, code="LAST")
    for _ in range(2):
        await till.pay(ANNA, late, LATER)
    assert await till.state(late.id) == "paid"
    assert await till.uses(code) == 2


async def test_a_refund_gives_the_code_back_once(till: Till):
    code = await till.code("LAST", 20, most_uses=1)
    order = await till.buy(ANNA, await till.material(), code="LAST")
    await till.pay(ANNA, order)
    await till.make_guide(order.id)
    await till.refunds.refund_order(order.id, Why.OPERATOR, NOW)
    assert await till.uses(code) == 1
    for _ in range(2):
        await till.give_back_all()
    assert await till.state(order.id) == "refunded"
    assert await till.uses(code) == 0


async def test_a_guide_for_nothing_that_cannot_be_made_gives_the_code_back(till: Till):
    code = await till.code("GIFT", 100, most_uses=1)
    order = await till.buy(ANNA, await till.material(), code="GIFT")
    assert await till.orders.see_to_unfulfilled(NOW + 10 * MINUTE) == 1
    assert await till.state(order.id) == "refunded"
    assert await till.uses(code) == 0
    assert [(given.amount, given.why) for _, given in till.told] == [(0, Why.FAILED)]


async def test_a_code_is_no_way_to_a_guide_that_was_never_offered(till: Till):
    code = await till.code("GIFT", 100)
    with pytest.raises(MaterialGone):
        await till.buy(ANNA, 99, code="GIFT")
    assert await till.uses(code) == 0


async def test_a_code_lasts_until_its_last_moment(till: Till):
    await till.code("SPRING", 20, expires_at=NOW + HOUR)
    material = await till.material()
    assert (await till.buy(ANNA, material, NOW + HOUR - timedelta(microseconds=1), code="SPRING")).amount == 40
    with pytest.raises(CodeRefused):
        await till.buy(BORIS, material, NOW + HOUR, code="SPRING")
