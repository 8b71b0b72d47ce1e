"""Whoever erases their data loses their guides, never their money; the ledger stays as it is."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import promo
from db.queries import works as work_queries
from services.deliveries import Outgoing
from services.guides.access import Tokens
from services.guides.guides import GuideNotFound, Guides
from services.payments.model import CheckoutRefused, NotRefundable, Why
from services.privacy import ERASE, ErasureBegan, Privacy
from services.privacy.dialogues import DialoguesInDatabase
from services.works import Later, Work
from tests.services.payments.till import ANNA, BORIS, NOW, Till

URL = "https://tok.example"
ERASED_AT = NOW + timedelta(hours=1)


@pytest.fixture
async def till(database: Database) -> Till:
    till = Till(database)
    await till.person(ANNA)
    await till.person(BORIS)
    return till


async def erases(till: Till, person_id: int = ANNA) -> None:
    """What is due about an erasure. Raises Later."""
    privacy = Privacy(till.database, till.works, till.deliveries, DialoguesInDatabase(), public_url=URL)
    await privacy.ask_to_erase(person_id, NOW)
    async with till.database.read() as session:
        row = await work_queries.find_due(session, ERASE, str(person_id))
    assert row is not None
    work = Work(row.id, row.kind, row.key, row.person_id, row.facts)
    await privacy.erase(work, Outgoing("All is erased"), ERASED_AT)


async def order_of(till: Till, order_id: int) -> tables.Order:
    async with till.database.read() as session:
        return await session.get_one(tables.Order, order_id)


async def test_guides_are_gone_and_the_ledger_stays_without_a_name(till: Till):
    order = await till.buy(ANNA, await till.material())
    charge_id = (await till.pay(ANNA, order)).charge_id
    guide_id = await till.make_guide(order.id)
    assert guide_id is not None
    guides = Guides(till.database, Tokens("a secret for tests"), public_url=URL)
    shared, own = await guides.share(ANNA, guide_id), guides.address(guide_id)
    ledger = await till.ledger()
    await erases(till)
    for address in (shared, own):
        with pytest.raises(GuideNotFound):
            await guides.read(address.rpartition("/")[2])
    assert await till.ledger() == ledger == [(charge_id, "in", order.amount)]
    row = await order_of(till, order.id)
    assert (row.state, row.person_id, row.chat_id, row.charge_id) == ("fulfilled", None, None, charge_id)
    async with till.database.read() as session:
        assert (await session.get_one(tables.Charge, charge_id)).person_id is None
    assert (await till.compare(ERASED_AT)).differences == 0
    with pytest.raises(NotRefundable):
        await till.refunds.refund_order(order.id, Why.OPERATOR, ERASED_AT)


async def test_what_is_paid_is_made_or_given_back_first(till: Till):
    order = await till.buy(ANNA, await till.material())
    await till.pay(ANNA, order)
    with pytest.raises(Later):
        await erases(till)
    await till.orders.see_to_unfulfilled(ERASED_AT)
    with pytest.raises(Later):
        await erases(till)
    await till.give_back_all(ERASED_AT)
    await erases(till)
    assert till.telegram.kept() == {}
    assert (await order_of(till, order.id)).person_id is None


async def test_an_order_that_was_not_paid_gives_its_code_back_and_a_late_charge_is_given_back(till: Till):
    code_id = await till.code("SPRING", 30, most_uses=1)
    order = await till.buy(ANNA, await till.material(), code="spring")
    assert await till.uses(code_id) == 1
    await erases(till)
    assert (await order_of(till, order.id)).state == "expired"
    assert await till.uses(code_id) == 0
    # Who was erased and pays is a new person, who has no such order.
    await till.person(ANNA)
    assert await till.orders.charged(till.telegram.pay(ANNA, order, ERASED_AT), ERASED_AT) is None
    await till.give_back_all(ERASED_AT)
    assert till.telegram.kept() == {}
    assert [given.why for _, given in till.told] == [Why.FOREIGN]
    await erases(till)


async def test_erasures_wait_for_the_same_codes_in_the_same_order(till: Till, monkeypatch: pytest.MonkeyPatch):
    first, second = await till.code("FIRST", 20), await till.code("SECOND", 30)
    orders = [await till.buy(ANNA, await till.material(code), code=code) for code in ("SECOND", "FIRST")]
    held: list[list[int]] = []
    hold_codes, give_back_code = promo.hold_codes, promo.give_back_code

    async def hold(session: AsyncSession, code_ids: Collection[int | None]) -> None:
        held.append(sorted(code for code in code_ids if code is not None))
        await hold_codes(session, code_ids)

    async def give_back(session: AsyncSession, order_id: int) -> bool:
        assert held, "none is touched before all are held"
        return await give_back_code(session, order_id)

    monkeypatch.setattr(promo, "hold_codes", hold)
    monkeypatch.setattr(promo, "give_back_code", give_back)
    await erases(till)
    assert held == [[first, second]]
    assert [await till.uses(code) for code in (first, second)] == [0, 0]
    assert [(await till.steps(order.id))[-1] for order in orders] == [("pending", "expired", "erasure")] * 2


async def test_whose_erasure_has_begun_buys_nothing_and_pays_nothing(till: Till):
    material_id, other_id = await till.material(), await till.material("other")
    order = await till.buy(ANNA, material_id)
    await till.works.enqueue(ERASE, str(ANNA), person_id=ANNA, facts={}, now=NOW, due_at=ERASED_AT)
    # Until then they may think better of it.
    before = ERASED_AT - timedelta(minutes=50)
    assert await till.orders.check(order.payload, ANNA, order.amount, "XTR", before) == order
    await till.buy(ANNA, other_id, before)
    with pytest.raises(CheckoutRefused) as refused:
        await till.orders.check(order.payload, ANNA, order.amount, "XTR", ERASED_AT)
    assert refused.value.reason == "erasing"
    for by_credit in (False, True):
        with pytest.raises(ErasureBegan):
            await till.buy(ANNA, await till.material("third"), ERASED_AT, by_credit=by_credit)


async def test_a_lost_payment_of_who_was_erased_is_given_back_and_names_nobody(till: Till):
    order = await till.buy(ANNA, await till.material())
    payment = till.telegram.pay(ANNA, order, NOW)
    await erases(till)
    assert (await till.compare(ERASED_AT)).payments == 1
    await till.give_back_all(ERASED_AT)
    assert till.telegram.kept() == {}
    async with till.database.read() as session:
        charge = await session.get_one(tables.Charge, payment.charge_id)
        works = await session.scalars(select(tables.Work.person_id).where(tables.Work.state == "due"))
        assert (charge.state, charge.person_id, list(works)) == ("refunded", None, [None])
    assert (await till.compare(ERASED_AT + timedelta(hours=1))).differences == 0


async def test_a_payment_in_the_moment_of_the_erasure_is_a_guide_or_given_back(till: Till):
    for number in range(4):
        await till.person(ANNA)
        order = await till.buy(ANNA, await till.material(f"star{number}"))
        payment = till.telegram.pay(ANNA, order, NOW)
        erased, paid = await asyncio.gather(erases(till), till.orders.charged(payment, NOW), return_exceptions=True)
        if paid is not None:
            assert isinstance(erased, Later), "nobody is erased with a guide that is owed"
            await till.make_guide(order.id)
        await till.give_back_all()
        row = await order_of(till, order.id)
        kept = payment.charge_id in till.telegram.kept()
        assert kept == (row.state == "fulfilled")
        async with till.database.read() as session:
            due = await session.scalars(select(tables.Charge.id).where(tables.Charge.state == "due"))
            assert due.all() == []
        await erases(till)


async def test_a_refund_in_the_moment_of_the_erasure_is_done_or_refused(till: Till):
    for number in range(4):
        await till.person(ANNA)
        order = await till.buy(ANNA, await till.material(f"star{number}"))
        payment = await till.pay(ANNA, order)
        await till.make_guide(order.id)
        erased, refunded = await asyncio.gather(
            erases(till), till.refunds.refund_order(order.id, Why.OPERATOR, NOW), return_exceptions=True
        )
        assert refunded is None or isinstance(refunded, NotRefundable)
        await till.give_back_all()
        assert (payment.charge_id in till.telegram.kept()) == (refunded is not None)
        assert (await order_of(till, order.id)).state == ("refunded" if refunded is None else "fulfilled")
        if erased is not None:
            assert isinstance(erased, Later)
            await erases(till)


async def test_who_is_erased_brings_nobody_and_was_brought_by_nobody(till: Till):
    await till.brings(BORIS, ANNA)
    await till.brings(ANNA, BORIS)
    await till.give_credit(ANNA)
    await erases(till)
    async with till.database.read() as session:
        assert (await session.scalars(select(tables.Referral.person_id))).all() == []
        assert (await session.scalars(select(tables.GuideCredit.key))).all() == []
