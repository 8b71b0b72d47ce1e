"""What happens at the same moment, or in an order that nobody thought of, ends as if it had come one by one."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from db import tables
from db.engine import Database
from services.operations.alerts import AlertKind
from services.payments.model import NotRefundable, Why
from tests.services.payments.till import ANNA, BORIS, HOUR, MINUTE, NOW, PRICE, VERA, Till

LATE = NOW + 40 * MINUTE


@pytest.fixture
async def till(database: Database) -> Till:
    till = Till(database)
    for person in (ANNA, BORIS, VERA):
        await till.person(person)
    return till


async def test_two_orders_of_one_guide_that_are_paid_at_once_are_one_guide(till: Till):
    for turn in range(5):
        material = await till.material(f"star{turn}")
        first = await till.buy(ANNA, material)
        await till.orders.expire_due(LATE)
        second = await till.buy(ANNA, material, LATE)
        payments = [till.telegram.pay(ANNA, order, LATE) for order in (first, second)]
        await asyncio.gather(*(till.orders.charged(payment, LATE) for payment in payments))
        for order in (first, second):
            await till.make_guide(order.id, LATE)
        await till.give_back_all(LATE)
        assert [await till.state(first.id), await till.state(second.id)].count("fulfilled") == 1
        assert len(await till.guides(ANNA)) == turn + 1
    assert len(till.telegram.kept()) == 5


async def test_a_free_order_and_a_late_payment_at_once_are_one_guide(till: Till):
    for turn in range(5):
        material = await till.material(f"star{turn}")
        first = await till.buy(ANNA, material)
        await till.orders.expire_due(LATE)
        await till.give_credit(ANNA, f"referral:{turn}")
        payment = till.telegram.pay(ANNA, first, LATE)
        _, bought = await asyncio.gather(
            till.orders.charged(payment, LATE), till.buy(ANNA, material, LATE, by_credit=True), return_exceptions=True
        )
        await till.make_guide(first.id, LATE)
        if not isinstance(bought, BaseException):
            await till.make_guide(bought.id, LATE)
        await till.give_back_all(LATE)
        assert len(await till.guides(ANNA)) == turn + 1


async def test_one_press_that_is_handled_twice_at_once_is_one_order(till: Till):
    material = await till.material()
    orders = await asyncio.gather(*(till.buy(ANNA, material, cause=77) for _ in range(4)))
    assert len({order.id for order in orders}) == 1


async def test_people_who_change_codes_crosswise_wait_for_each_other(till: Till):
    await till.code("SPRING", 20)
    await till.code("SUMMER", 30)
    material = await till.material()
    for turn in range(6):
        codes = ("SPRING", "SUMMER") if turn % 2 else ("SUMMER", "SPRING")
        bought = await asyncio.gather(till.buy(ANNA, material, code=codes[0]), till.buy(BORIS, material, code=codes[1]))
        assert len({order.amount for order in bought}) == 2


async def test_what_is_made_at_the_last_moment_is_not_given_back_as_failed(till: Till):
    order = await till.buy(ANNA, await till.material())
    await till.pay(ANNA, order)
    await till.make_guide(order.id)
    with pytest.raises(NotRefundable):
        await till.refunds.refund_order(order.id, Why.FAILED, NOW)
    assert await till.state(order.id) == "fulfilled"


async def test_one_order_that_changed_meanwhile_stops_no_other(till: Till):
    await till.code("FREE", 100)
    free, made, late = [
        await till.buy(ANNA, await till.material(name), code="FREE" if name == "free" else "")
        for name in ("free", "made", "late")
    ]
    for order in (made, late):
        await till.pay(ANNA, order, NOW + MINUTE)

    async def meanwhile() -> None:
        await till.make_guide(made.id)

    till.meanwhile = meanwhile
    assert await till.orders.see_to_unfulfilled(NOW + 11 * MINUTE) == 2
    assert [await till.state(order.id) for order in (free, made, late)] == ["refunded", "fulfilled", "refunding"]


async def test_a_refund_that_telegram_refused_for_long_is_asked_for_again(till: Till):
    order = await till.buy(ANNA, await till.material())
    for _ in range(2):
        await till.pay(ANNA, order)
    await till.make_guide(order.id)
    async with till.database.write() as session:
        failed = tables.Work.kind == "stars-refund"
        await session.execute(update(tables.Work).where(failed).values(state="failed", finished_at=NOW))
    await till.orders.see_to_unfulfilled(NOW + HOUR)
    assert await till.give_back_all(NOW + 3 * HOUR) == 1
    assert list(till.telegram.kept().values()) == [PRICE]
    await till.orders.see_to_unfulfilled(NOW + 4 * HOUR)
    assert await till.due("stars-refund") == []


async def test_a_refund_that_is_told_before_its_payment_leaves_nothing_bought(till: Till):
    order = await till.buy(ANNA, await till.material())
    payment = till.telegram.pay(ANNA, order, NOW)
    await till.telegram.refund(ANNA, payment.charge_id)
    for _ in range(2):
        assert await till.refunds.refunded(payment.charge_id, NOW, NOW, payment=payment)
    assert await till.orders.charged(payment, NOW) is None
    assert await till.state(order.id) == "pending"
    compared = await till.compare(NOW + HOUR)
    assert (compared.payments, compared.refunds, compared.differences) == (0, 0, 0)
    assert await till.ledger() == [(payment.charge_id, "in", PRICE), (payment.charge_id, "out", PRICE)]
    assert [given.why for _, given in till.told] == [Why.TELEGRAM]


async def test_a_payment_and_its_refund_at_once_end_as_refunded(till: Till):
    for turn in range(5):
        order = await till.buy(ANNA, await till.material(f"star{turn}"))
        payment = till.telegram.pay(ANNA, order, NOW)
        await till.telegram.refund(ANNA, payment.charge_id)
        await asyncio.gather(
            till.orders.charged(payment, NOW), till.refunds.refunded(payment.charge_id, NOW, NOW, payment=payment)
        )
        assert await till.make_guide(order.id) is None
    assert (await till.compare(NOW + HOUR)).differences == 0


async def test_ours_and_telegrams_own_refund_at_once_are_one(till: Till):
    for turn in range(5):
        order = await till.buy(ANNA, await till.material(f"star{turn}"))
        payment = await till.pay(ANNA, order)
        await till.telegram.refund(ANNA, payment.charge_id)
        await asyncio.gather(
            till.refunds.refund_order(order.id, Why.OPERATOR, NOW, "sorry"),
            till.refunds.refunded(payment.charge_id, NOW, NOW),
            return_exceptions=True,
        )
        await asyncio.gather(till.give_back_all(), till.refunds.refunded(payment.charge_id, NOW, NOW))
        assert await till.state(order.id) == "refunded"
    assert len(till.told) >= 5
    assert len(await till.ledger()) == 10
    assert len(await till.owed("payment")) == 5


async def test_the_guide_and_the_clock_at_once_end_in_one_of_both(till: Till):
    orders = [await till.buy(ANNA, await till.material(f"star{turn}")) for turn in range(6)]
    for order in orders:
        await till.pay(ANNA, order)
    then = NOW + 10 * MINUTE
    await asyncio.gather(
        till.orders.see_to_unfulfilled(then),
        *(till.make_guide(order.id, then) for order in orders),
        *(till.refunds.refund_order(order.id, Why.FAILED, then) for order in orders),
        return_exceptions=True,
    )
    await till.give_back_all(then)
    states = [await till.state(order.id) for order in orders]
    assert set(states) <= {"fulfilled", "refunded"}
    assert states.count("fulfilled") == len(await till.guides(ANNA)) == len(till.telegram.kept())


async def test_who_was_erased_gets_no_refund_that_would_never_end(till: Till):
    order = await till.buy(ANNA, await till.material())
    payment = await till.pay(ANNA, order)
    await till.make_guide(order.id)
    async with till.database.write() as session:
        await session.execute(update(tables.Order).values(person_id=None))
        await session.execute(update(tables.Charge).values(person_id=None))
    with pytest.raises(NotRefundable):
        await till.refunds.refund_order(order.id, Why.OPERATOR, NOW)
    assert await till.state(order.id) == "fulfilled"
    assert payment.charge_id in till.telegram.kept()


async def test_who_was_erased_before_paying_gets_the_payment_back(till: Till):
    order = await till.buy(ANNA, await till.material())
    async with till.database.write() as session:
        await session.execute(update(tables.Order).values(person_id=None))
        anna = await session.get(tables.Person, ANNA)
        await session.delete(anna)
    assert await till.orders.charged(till.telegram.pay(ANNA, order, NOW), NOW) is None
    await till.give_back_all()
    assert till.telegram.kept() == {}
    assert till.told == []


async def test_money_that_is_no_stars_is_told_to_operators_and_pays_for_nothing(till: Till):
    order = await till.buy(ANNA, await till.material())
    payment = replace(till.telegram.pay(ANNA, order, NOW), currency="EUR")
    till.telegram.ledger.clear()
    for _ in range(2):
        assert await till.orders.charged(payment, NOW) is None
    assert await till.state(order.id) == "pending"
    assert await till.due("stars-refund") == []
    assert [alert.kind for alert in await till.alerts.standing(NOW)] == [AlertKind.STARS_DIFFER]
    assert (await till.compare(NOW + 2 * HOUR)).differences == 0


async def test_expiry_and_payment_at_once_end_in_a_paid_order(till: Till):
    code = await till.code("SPRING", 20, most_uses=100)
    orders = [await till.buy(ANNA, await till.material(f"star{turn}"), code="SPRING") for turn in range(5)]
    then = NOW + timedelta(minutes=30)
    payments = [till.telegram.pay(ANNA, order, then) for order in orders]
    await asyncio.gather(till.orders.expire_due(then), *(till.orders.charged(payment, then) for payment in payments))
    assert {await till.state(order.id) for order in orders} == {"paid"}
    assert await till.uses(code) == 5


async def test_operators_hear_of_each_refund_by_itself(till: Till):
    order = await till.buy(ANNA, await till.material())
    first, second, third = [till.telegram.pay(ANNA, order, NOW) for _ in range(3)]
    for payment in (first, second, third):
        await till.orders.charged(payment, NOW)
    stranger = till.telegram.pay(BORIS, order, NOW)
    await till.orders.charged(stranger, NOW)
    for _ in range(2):
        await till.give_back_all()
    alerts = await till.alerts.standing(NOW)
    assert {alert.kind for alert in alerts} == {AlertKind.REFUNDED}
    told = {(each.facts["charge"], each.facts["order"], each.facts["why"], each.count) for each in alerts}
    assert told == {
        (second.charge_id[-8:], order.id, "surplus", 1),
        (third.charge_id[-8:], order.id, "surplus", 1),
        (stranger.charge_id[-8:], order.id, "foreign", 1),
    }


async def test_operators_hear_of_a_free_order_that_could_not_be_made(till: Till):
    await till.give_credit(ANNA)
    order = await till.buy(ANNA, await till.material(), by_credit=True)
    await till.refunds.refund_order(order.id, Why.FAILED, NOW)
    [alert] = await till.alerts.standing(NOW)
    assert dict(alert.facts) == {"order": order.id, "charge": "", "amount": 0, "why": "failed"}
