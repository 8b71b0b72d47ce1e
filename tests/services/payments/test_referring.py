"""Who brings a first-time buyer."""

import asyncio
import random
from itertools import cycle

import pytest
from sqlalchemy import func, select

from db import tables
from db.engine import Database
from db.queries import promo
from services.payments.model import Why
from services.payments.referring import Came, Referrals, Standing
from tests.services.payments.till import ANNA, BORIS, NOW, VERA, Till


@pytest.fixture
async def till(database: Database) -> Till:
    till = Till(database)
    for person_id in (ANNA, BORIS, VERA):
        await till.person(person_id)
    return till


@pytest.fixture
def referrals(till: Till) -> Referrals:
    return Referrals(till.database, choose=random.SystemRandom().choice)


async def buys(till: Till, person_id: int) -> int:
    """The number of an order that they paid for and have the guide of."""
    order = await till.buy(person_id, await till.material(f"star{person_id}"))
    await till.orders.charged(till.telegram.pay(person_id, order, NOW), NOW)
    assert await till.make_guide(order.id) is not None
    return order.id


async def test_a_persons_link_is_theirs_for_ever_and_nobody_elses(referrals: Referrals):
    codes = await asyncio.gather(*(referrals.code_of(ANNA) for _ in range(4)), referrals.code_of(BORIS))
    assert len(set(codes[:4])) == 1
    assert codes[4] != codes[0]
    assert all(len(code) == 8 and code.isalnum() for code in codes)


async def test_a_code_that_somebody_has_is_drawn_again(till: Till):
    letters = cycle("A" * 8 + "A" * 8 + "B" * 8)
    referrals = Referrals(till.database, choose=lambda _: next(letters))
    assert await referrals.code_of(ANNA) == "A" * 8
    assert await referrals.code_of(BORIS) == "B" * 8


async def test_who_brought_a_buyer_has_a_guide_for_nothing_until_a_refund(till: Till, referrals: Referrals):
    code = await referrals.code_of(ANNA)
    for _ in range(3):
        assert await referrals.note(BORIS, code, NOW) is Came.BROUGHT
    assert await referrals.standing(ANNA) == Standing(brought=1, bought=0, free=0)
    first = await buys(till, BORIS)
    assert await referrals.standing(ANNA) == Standing(brought=1, bought=1, free=1)
    assert await referrals.stands(first, ANNA)
    assert not await referrals.stands(first, VERA)
    await till.refunds.refund_order(first, Why.OPERATOR, NOW)
    await till.give_back_all()
    assert await referrals.standing(ANNA) == Standing(brought=1, bought=0, free=0)
    assert not await referrals.stands(first, ANNA)
    assert [(work.key, work.person_id) for work in await till.due("friend-refunded")] == [(str(first), ANNA)]


async def test_a_guide_that_was_spent_before_its_buyer_was_refunded_is_not_owed_in_words(
    till: Till, referrals: Referrals
):
    await referrals.note(BORIS, await referrals.code_of(ANNA), NOW)
    first = await buys(till, BORIS)
    await till.buy(ANNA, await till.material("another"), by_credit=True)
    await till.refunds.refund_order(first, Why.OPERATOR, NOW)
    await till.give_back_all()
    assert (await referrals.standing(ANNA)).free == 0


async def test_nobody_brings_themselves_a_buyer_somebody_elses_or_who_brought_them(till: Till, referrals: Referrals):
    codes = {person_id: await referrals.code_of(person_id) for person_id in (ANNA, BORIS, VERA)}
    assert await referrals.note(ANNA, codes[ANNA], NOW) is Came.OWN
    assert await referrals.note(BORIS, "nobodys1", NOW) is Came.ALONE
    assert await referrals.note(BORIS, codes[ANNA], NOW) is Came.BROUGHT
    assert await referrals.note(BORIS, codes[VERA], NOW) is Came.ALONE
    assert await referrals.note(ANNA, codes[BORIS], NOW) is Came.ALONE
    await buys(till, VERA)
    assert await referrals.note(VERA, codes[ANNA], NOW) is Came.ALONE
    assert await referrals.standing(ANNA) == Standing(brought=1, bought=0, free=0)


async def test_two_who_bring_each_other_at_once_are_one_friend_brought(till: Till, referrals: Referrals):
    codes = {person_id: await referrals.code_of(person_id) for person_id in (ANNA, BORIS)}
    came = await asyncio.gather(referrals.note(ANNA, codes[BORIS], NOW), referrals.note(BORIS, codes[ANNA], NOW))
    assert sorted(each.name for each in came) == ["ALONE", "BROUGHT"]


async def test_the_news_of_a_first_guide_are_due_with_it_and_once(till: Till, referrals: Referrals):
    await referrals.note(BORIS, await referrals.code_of(ANNA), NOW)
    first = await buys(till, BORIS)
    await buys(till, VERA)
    second = await till.buy(BORIS, await till.material("second"))
    await till.orders.charged(till.telegram.pay(BORIS, second, NOW), NOW)
    await till.make_guide(second.id)
    due = await till.due("friend-bought")
    assert [(work.key, work.person_id, work.facts) for work in due] == [(str(first), ANNA, {"order": first})]
    async with till.database.read() as session:
        assert await promo.credits_of(session, ANNA) == 1
        assert await session.scalar(select(func.count()).select_from(tables.GuideCredit)) == 1
