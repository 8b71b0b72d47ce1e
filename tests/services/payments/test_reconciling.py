"""Telegram's ledger against ours: what was missed is done, what differs is told, and nothing is looked at in vain."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from db.engine import Database
from services.payments.model import Payment
from services.payments.reconciling import Compared, Transaction
from tests.services.payments.till import ANNA, BORIS, HOUR, MINUTE, NOW, PRICE, Till

THEN = NOW + HOUR


@pytest.fixture
async def till(database: Database) -> Till:
    till = Till(database)
    await till.person(ANNA)
    await till.person(BORIS)
    return till


class Broken(Exception):
    """The connection to Telegram is."""


class Stumbling:
    """Telegram's ledger, which does not answer any more after so many pages; remembers what it was asked."""

    def __init__(self, lines: Sequence[Transaction], pages: int = 1_000) -> None:
        self.lines, self.pages = lines, pages
        self.asked: list[int] = []

    async def transactions(self, offset: int, limit: int) -> Sequence[Transaction]:
        self.asked.append(offset)
        if len(self.asked) > self.pages:
            raise Broken
        return self.lines[offset : offset + limit]


def gifts(count: int) -> list[Transaction]:
    """Lines of another kind than invoices."""
    return [Transaction(f"gift{number}", "in", 5, NOW, None, "") for number in range(count)]


async def told(till: Till) -> list[str]:
    """What differences operators read of."""
    return [str(alert.facts["what"]) for alert in await till.alerts.standing(THEN) if "what" in alert.facts]


async def test_many_pages_are_looked_through_once(till: Till):
    order = await till.buy(ANNA, await till.material())
    ledger = Stumbling([*gifts(200), *_paid(till, ANNA, order.payload), *gifts(99)])
    compared = await till.reconciling.compare(ledger, THEN)
    assert (compared, ledger.asked) == (Compared(300, 1, 0, 0), [0, 100, 200, 300])
    assert await till.state(order.id) == "paid"
    ledger.asked.clear()
    assert await till.reconciling.compare(ledger, THEN) == Compared(0, 0, 0, 0)
    assert ledger.asked == [300]
    assert await till.reconciling.looked_at() == THEN


async def test_what_was_compared_before_telegram_fell_silent_stays_so(till: Till):
    order = await till.buy(ANNA, await till.material())
    lines = [*_paid(till, ANNA, order.payload), *gifts(150)]
    with pytest.raises(Broken):
        await till.reconciling.compare(Stumbling(lines, pages=1), THEN)
    assert await till.state(order.id) == "paid"
    ledger = Stumbling(lines)
    assert await till.reconciling.compare(ledger, THEN) == Compared(51, 0, 0, 0)
    assert ledger.asked[0] == 100


async def test_a_crash_amid_a_page_is_made_good_by_the_next_time(till: Till):
    orders = [await till.buy(ANNA, await till.material(name)) for name in ("one", "two")]
    lines = [line for order in orders for line in _paid(till, ANNA, order.payload)]
    broken = replace(lines[1], charge_id="stx" + "x" * 240, payload="guide:1\n")
    await till.orders.charged(_payment(lines[0]), NOW)
    assert (await till.reconciling.compare(Stumbling(lines), THEN)).payments == 1
    assert [await till.state(order.id) for order in orders] == ["paid", "paid"]
    # A payload that is none of ours is given back, and stops nothing.
    till.telegram.ledger = [*lines, broken]
    assert (await till.compare(THEN)).payments == 1
    assert await till.give_back_all() == 1


async def test_young_lines_and_all_behind_them_are_left_for_the_next_time(till: Till):
    first, second, third = [await till.buy(ANNA, await till.material(name)) for name in ("one", "two", "three")]
    lines = [line for order in (first, second, third) for line in _paid(till, ANNA, order.payload)]
    lines[1] = replace(lines[1], at=THEN - 4 * MINUTE)
    assert await till.reconciling.compare(Stumbling(lines), THEN) == Compared(1, 1, 0, 0)
    assert [await till.state(order.id) for order in (second, third)] == ["pending", "pending"]
    assert await till.reconciling.compare(Stumbling(lines), THEN + MINUTE) == Compared(2, 2, 0, 0)
    assert [await till.state(order.id) for order in (second, third)] == ["paid", "paid"]


async def test_lines_of_other_kinds_are_not_ours_to_compare(till: Till):
    assert await till.reconciling.compare(Stumbling(gifts(3)), THEN) == Compared(3, 0, 0, 0)
    assert await told(till) == []
    assert await till.ledger() == []


async def test_an_amount_that_differs_is_told_once_and_not_as_missing(till: Till):
    order = await till.buy(ANNA, await till.material())
    await till.pay(ANNA, order)
    till.telegram.ledger[0] = replace(till.telegram.ledger[0], amount=PRICE + 1)
    assert await till.compare(NOW + 2 * HOUR) == Compared(1, 0, 0, 1)
    assert await told(till) == ["amount"]
    assert await till.compare(NOW + 3 * HOUR) == Compared(0, 0, 0, 0)


async def test_a_refund_of_a_payment_that_nobody_knows_is_told(till: Till):
    line = Transaction("stx-nobody", "out", PRICE, NOW, ANNA, "guide:1")
    assert await till.reconciling.compare(Stumbling([line]), THEN) == Compared(1, 0, 0, 1)
    assert await told(till) == ["unknown"]
    assert await till.ledger() == []


async def test_a_payment_and_its_refund_that_were_both_missed_end_as_refunded(till: Till):
    order = await till.buy(ANNA, await till.material())
    payment = till.telegram.pay(ANNA, order, NOW)
    await till.telegram.refund(ANNA, payment.charge_id)
    assert await till.compare(THEN) == Compared(2, 1, 1, 0)
    assert await till.state(order.id) == "refunded"
    assert await till.make_guide(order.id) is None
    # The updates come after all.
    await till.orders.charged(payment, THEN)
    await till.refunds.refunded(payment.charge_id, THEN, THEN, payment=payment)
    assert await till.state(order.id) == "refunded"
    assert await till.due("stars-refund") == []


async def test_somebody_else_s_payment_that_was_missed_is_given_back(till: Till):
    order = await till.buy(ANNA, await till.material())
    till.telegram.pay(BORIS, order, NOW)
    assert (await till.compare(THEN)).payments == 1
    assert await till.state(order.id) == "pending"
    await till.give_back_all(THEN)
    assert till.telegram.kept() == {}
    assert await till.compare(THEN + HOUR) == Compared(1, 0, 0, 0)


async def test_our_own_refund_is_found_in_telegrams_ledger(till: Till):
    order = await till.buy(ANNA, await till.material())
    for _ in range(2):
        await till.pay(ANNA, order)
    await till.give_back_all()
    assert await till.compare(NOW + 2 * HOUR) == Compared(3, 0, 0, 0)
    assert await told(till) == []


def _paid(till: Till, person_id: int, payload: str) -> list[Transaction]:
    """Telegram's line of a payment that we heard nothing of."""
    return [Transaction(f"stx{next(till.telegram.numbers)}", "in", PRICE, NOW, person_id, payload)]


def _payment(line: Transaction) -> Payment:
    assert line.person_id is not None
    return Payment(line.charge_id, line.person_id, line.amount, "XTR", line.payload, line.at)


async def test_an_order_says_that_its_payment_was_found_in_the_ledger(till: Till):
    order = await till.buy(ANNA, await till.material())
    till.telegram.pay(ANNA, order, NOW)
    assert (await till.compare(NOW + HOUR)).payments == 1
    assert (await till.steps(order.id))[-1] == ("pending", "paid", "ledger")
