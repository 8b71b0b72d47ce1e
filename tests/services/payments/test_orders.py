"""From the press on Buy to the guide, and back."""

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from db.engine import Database
from db.queries import payments as queries
from db.tables import Work
from scheduler.jobs import JOBS
from services.payments.model import AlreadyBought, CheckoutRefused, MaterialGone, NotRefundable, Why
from tests.services.payments.till import ANNA, BORIS, HOUR, MINUTE, NOW, PRICE, Till


@pytest.fixture
async def till(database: Database) -> Till:
    till = Till(database)
    await till.person(ANNA)
    await till.person(BORIS)
    return till


async def test_what_is_paid_becomes_a_guide(till: Till):
    order = await till.buy(ANNA, await till.material())
    assert (order.amount, order.state) == (PRICE, "pending")
    assert await till.orders.check(order.payload, ANNA, PRICE, "XTR", NOW) == order
    paid = await till.orders.charged(till.telegram.pay(ANNA, order, NOW), NOW)
    assert paid is not None
    assert paid.state == "paid"
    assert [work.key for work in await till.due()] == [str(order.id)]
    assert await till.make_guide(order.id) is not None
    assert await till.steps(order.id) == [
        ("", "pending", "buy"), ("pending", "paid", "charge"), ("paid", "fulfilled", "guide")
    ]  # fmt: skip
    assert await till.ledger() == [("stx1", "in", PRICE)]


async def test_five_words_of_one_payment_are_one_guide(till: Till):
    order = await till.buy(ANNA, await till.material())
    payment = till.telegram.pay(ANNA, order, NOW)
    for _ in range(5):
        await till.orders.charged(payment, NOW)
    await asyncio.gather(*(till.orders.charged(payment, NOW) for _ in range(5)))
    assert await till.make_guide(order.id) is not None
    assert await till.make_guide(order.id) is None
    await till.orders.charged(payment, NOW)
    assert await till.state(order.id) == "fulfilled"
    assert await till.ledger() == [("stx1", "in", PRICE)]
    assert await till.due("stars-refund") == []


async def test_who_pays_from_two_phones_gets_the_second_payment_back(till: Till):
    order = await till.buy(ANNA, await till.material())
    payments = [till.telegram.pay(ANNA, order, NOW) for _ in range(2)]
    await asyncio.gather(*(till.orders.charged(payment, NOW) for payment in payments))
    await till.make_guide(order.id)
    assert await till.give_back_all() == 1
    assert await till.state(order.id) == "fulfilled"
    assert list(till.telegram.kept().values()) == [PRICE]
    assert [(who, given.why, given.amount) for who, given in till.told] == [(ANNA, Why.SURPLUS, PRICE)]
    assert len(await till.ledger()) == 3


async def test_a_payment_after_the_time_is_honoured(till: Till):
    order = await till.buy(ANNA, await till.material())
    late = NOW + timedelta(minutes=30)
    with pytest.raises(CheckoutRefused) as refused:
        await till.orders.check(order.payload, ANNA, PRICE, "XTR", late)
    assert refused.value.reason == "expired"
    assert await till.orders.expire_due(late) == 1
    assert await till.state(order.id) == "expired"
    assert await till.orders.charged(till.telegram.pay(ANNA, order, late), late) is not None
    assert await till.state(order.id) == "paid"


async def test_who_may_not_pay_hears_why(till: Till):
    order = await till.buy(ANNA, await till.material())
    asked = {
        "unknown": ("guide:999", ANNA, PRICE, "XTR"),
        "foreign": (order.payload, BORIS, PRICE, "XTR"),
        "amount": (order.payload, ANNA, PRICE - 1, "XTR"),
    }
    for reason, (payload, who, amount, currency) in asked.items():
        with pytest.raises(CheckoutRefused) as refused:
            await till.orders.check(payload, who, amount, currency, NOW)
        assert refused.value.reason == reason
    with pytest.raises(CheckoutRefused) as refused:
        await till.orders.check(order.payload, ANNA, PRICE, "EUR", NOW)
    assert refused.value.reason == "amount"
    for made_up in ("", "guide:", "guide:0", "guide:-1", "guide:1 ", "guide:٣", "order:1", "guide:" + "9" * 40):
        with pytest.raises(CheckoutRefused) as refused:
            await till.orders.check(made_up, ANNA, PRICE, "XTR", NOW)
        assert refused.value.reason == "unknown"
    await till.orders.charged(till.telegram.pay(ANNA, order, NOW), NOW)
    with pytest.raises(CheckoutRefused) as refused:
        await till.orders.check(order.payload, ANNA, PRICE, "XTR", NOW)
    assert refused.value.reason == "paid"
    await till.ban(ANNA)
    with pytest.raises(CheckoutRefused) as refused:
        await till.orders.check(order.payload, ANNA, PRICE, "XTR", NOW)
    assert refused.value.reason == "banned"


@pytest.mark.parametrize("why", ["foreign", "amount", "unknown", "banned"])
async def test_a_charge_that_pays_for_nothing_is_given_back(till: Till, why: str):
    order = await till.buy(ANNA, await till.material())
    payment = till.telegram.pay(
        BORIS if why == "foreign" else ANNA, order, NOW, amount=PRICE - 1 if why == "amount" else None
    )
    if why == "unknown":
        payment = till.telegram.pay(ANNA, type("Made up", (), {"amount": PRICE, "payload": "guide:77"})(), NOW)
    if why == "banned":
        await till.ban(ANNA)
    assert await till.orders.charged(payment, NOW) is None
    assert await till.state(order.id) == "pending"
    await till.give_back_all()
    assert payment.charge_id not in till.telegram.kept()
    assert [given.why for _, given in till.told] == [why]


async def test_a_guide_that_is_not_made_within_ten_minutes_is_refunded(till: Till):
    order = await till.buy(ANNA, await till.material())
    await till.orders.charged(till.telegram.pay(ANNA, order, NOW), NOW)
    assert await till.orders.see_to_unfulfilled(NOW + 9 * MINUTE) == 0
    assert await till.orders.see_to_unfulfilled(NOW + 10 * MINUTE) == 1
    assert await till.state(order.id) == "refunding"
    assert await till.make_guide(order.id) is None
    await till.give_back_all(NOW + 10 * MINUTE)
    assert await till.state(order.id) == "refunded"
    assert till.telegram.kept() == {}
    assert [given.why for _, given in till.told] == [Why.FAILED]


async def test_what_telegram_gave_back_already_counts_as_given_back(till: Till):
    order = await till.buy(ANNA, await till.material())
    payment = till.telegram.pay(ANNA, order, NOW)
    await till.orders.charged(payment, NOW)
    await till.make_guide(order.id)
    await till.telegram.refund(ANNA, payment.charge_id)
    await till.refunds.refund_order(order.id, Why.OPERATOR, NOW, "sorry")
    await till.give_back_all()
    assert await till.state(order.id) == "refunded"
    assert await till.ledger() == [(payment.charge_id, "in", PRICE), (payment.charge_id, "out", PRICE)]
    with pytest.raises(NotRefundable):
        await till.refunds.refund_order(order.id, Why.OPERATOR, NOW)


async def test_telegrams_word_of_a_refund_closes_the_order(till: Till):
    order = await till.buy(ANNA, await till.material())
    payment = till.telegram.pay(ANNA, order, NOW)
    await till.orders.charged(payment, NOW)
    await till.make_guide(order.id)
    for _ in range(2):
        assert await till.refunds.refunded(payment.charge_id, NOW, NOW)
    assert await till.state(order.id) == "refunded"
    assert [given.why for _, given in till.told] == [Why.TELEGRAM]
    assert not await till.refunds.refunded("nobody's", NOW, NOW)


async def test_pressed_twice_it_is_one_order_and_bought_once(till: Till):
    material = await till.material()
    orders = await asyncio.gather(*(till.buy(ANNA, material) for _ in range(3)))
    assert len({order.id for order in orders}) == 1
    await till.orders.charged(till.telegram.pay(ANNA, orders[0], NOW), NOW)
    with pytest.raises(AlreadyBought):
        await till.buy(ANNA, material)
    assert (await till.buy(BORIS, material)).id != orders[0].id
    with pytest.raises(MaterialGone):
        await till.buy(ANNA, 999)


async def test_lost_payments_and_refunds_are_found_in_telegrams_ledger(till: Till):
    lost, known = [await till.buy(ANNA, await till.material(name)) for name in ("lost", "known")]
    till.telegram.pay(ANNA, lost, NOW)
    payment = till.telegram.pay(ANNA, known, NOW)
    await till.orders.charged(payment, NOW)
    await till.make_guide(known.id)
    await till.telegram.refund(ANNA, payment.charge_id)
    compared = await till.compare(NOW + HOUR)
    assert (compared.lines, compared.payments, compared.refunds, compared.differences) == (3, 1, 1, 0)
    assert await till.state(lost.id) == "paid"
    assert await till.state(known.id) == "refunded"
    again = await till.compare(NOW + HOUR)
    assert (again.lines, again.payments, again.refunds, again.differences) == (0, 0, 0, 0)
    assert sorted(await till.ledger()) == sorted(
        (each.charge_id, each.direction, each.amount) for each in till.telegram.ledger
    )


async def test_what_only_we_know_of_is_a_difference(till: Till):
    order = await till.buy(ANNA, await till.material())
    await till.orders.charged(till.telegram.pay(ANNA, order, NOW), NOW)
    till.telegram.ledger.clear()
    assert (await till.compare(NOW + 30 * MINUTE)).differences == 0
    assert (await till.compare(NOW + 2 * HOUR)).differences == 1
    assert [alert.kind for alert in await till.alerts.standing(NOW + 2 * HOUR)] == ["stars-differ"]


async def test_an_invoice_that_goes_out_again_holds_as_long_as_the_first_one(
    till: Till, monkeypatch: pytest.MonkeyPatch
):
    material = await till.material()
    order = await till.buy(ANNA, material)
    again = await till.buy(ANNA, material, NOW + 29 * MINUTE)
    assert (again.id, again.expires_at) == (order.id, NOW + 59 * MINUTE)
    assert await till.orders.expire_due(NOW + 58 * MINUTE) == 0
    await till.orders.check(order.payload, ANNA, PRICE, "XTR", NOW + 58 * MINUTE)
    # The clock has looked just before the press.
    looked_up = [order.id]

    async def expired(*_args: object) -> list[int]:
        return looked_up

    monkeypatch.setattr(queries, "expired", expired)
    assert await till.orders.expire_due(NOW + 58 * MINUTE) == 0
    assert await till.state(order.id) == "pending"
    assert await till.orders.expire_due(NOW + 59 * MINUTE) == 1


async def test_a_code_that_ended_holds_no_longer_than_it_did(till: Till):
    ends_at = NOW + 10 * MINUTE
    await till.code("SPRING", 20, expires_at=ends_at)
    material = await till.material()
    order = await till.buy(ANNA, material, code="SPRING")
    early = await till.buy(ANNA, material, ends_at - MINUTE, code="SPRING")
    late = await till.buy(ANNA, material, ends_at, code="SPRING")
    assert {order.id, early.id, late.id} == {order.id}
    assert early.expires_at == late.expires_at == NOW + 39 * MINUTE


async def test_an_order_that_breaks_holds_up_nobody_elses_refund(till: Till):
    await till.give_credit(ANNA)
    free = await till.buy(ANNA, await till.material("free"), by_credit=True)
    order, given_back = [await till.buy(BORIS, await till.material(name), NOW + MINUTE) for name in ("one", "two")]
    for each in (order, given_back):
        await till.pay(BORIS, each, NOW + MINUTE)
    await till.refunds.refund_order(given_back.id, Why.OPERATOR, NOW + MINUTE)
    async with till.database.write() as session:
        await session.execute(update(Work).where(Work.kind == "stars-refund").values(state="failed"))

    async def fail() -> None:
        raise ZeroDivisionError

    till.meanwhile = fail
    with pytest.raises(ExceptionGroup) as failed:
        await till.orders.see_to_unfulfilled(NOW + 11 * MINUTE)
    assert [type(error) for error in failed.value.exceptions] == [ZeroDivisionError]
    assert [await till.state(each) for each in (free.id, order.id)] == ["paid", "refunding"]
    assert len(await till.due("stars-refund")) == 2
    # What broke it is over.
    assert await till.orders.see_to_unfulfilled(NOW + 12 * MINUTE) == 1
    assert await till.state(free.id) == "refunded"


async def test_what_breaks_one_thing_that_the_clock_does_stops_none_of_the_others(
    till: Till, monkeypatch: pytest.MonkeyPatch
):
    order = await till.buy(ANNA, await till.material())
    await till.pay(ANNA, order)
    seen: list[datetime] = []

    async def fail(_now: datetime) -> int:
        raise ZeroDivisionError

    async def see(now: datetime) -> int:
        seen.append(now)
        return 0

    monkeypatch.setattr(till.orders, "expire_due", fail)
    services: Any = SimpleNamespace(orders=till.orders, handing=SimpleNamespace(see_to_files=see))
    with pytest.raises(ExceptionGroup):
        await JOBS["orders-expire"](services, NOW + 10 * MINUTE)
    assert await till.state(order.id) == "refunding"
    assert seen == [NOW + 10 * MINUTE]
