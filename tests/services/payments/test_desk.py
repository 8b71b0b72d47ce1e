"""What operators do with money, on both kinds of databases: codes, questions, takings."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from db.engine import Database
from db.queries import payments as queries
from services.deliveries import Outgoing
from services.operations.audit import Audit
from services.operations.desk import NothingFound
from services.payments.desk import COMPARE, NoGuide, OrderFound, PayerFound, PaymentDesk
from services.payments.model import NotRefundable
from services.payments.selling import CodeNotMade, PromoCodes, Terms
from services.payments.takings import Day, Takings
from services.payments.tickets import Question, Tickets, TooManyQuestions
from services.people import NotAllowed, Person, Role
from services.time_zones import zone
from tests.services.payments.till import ANNA, BORIS, NOW, PRICE, Till

OLYA = 1900
MOSCOW = zone("Europe/Moscow")
DAY = timedelta(days=1)


class Office:
    """The desk of operators beside a till; Olya is an owner."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.log = Audit(till.database)
        self.desk = PaymentDesk(till.database, self.log, till.works, till.refunds, zone=MOSCOW)
        self.promo = PromoCodes(till.database, self.log, random.Random(1).choice)
        self.takings = Takings(till.database, self.log, zone=MOSCOW)
        self.tickets = Tickets(
            till.database,
            till.people,
            self.log,
            till.deliveries,
            self._words,
            admin_chat_id=-5,
            owner_ids=frozenset({OLYA}),
        )
        self.asked: list[Question] = []
        self.updates = count(1_000)

    async def _words(self, _language: str, question: Question) -> Outgoing:
        self.asked.append(question)
        return Outgoing("asked")

    async def actor(self, role: Role = Role.OWNER) -> Person:
        return replace(await self.person(OLYA), role=role)

    async def person(self, person_id: int) -> Person:
        await self.till.person(person_id)
        found = await self.till.people.find(person_id)
        assert found is not None
        return found


@pytest.fixture
async def office(database: Database) -> Office:
    office = Office(Till(database))
    await office.till.person(ANNA)
    await office.till.person(BORIS)
    return office


async def test_a_night_without_a_comparison_is_made_up_for_and_one_is_enough(office: Office):
    evening = datetime(2026, 3, 9, 20, tzinfo=MOSCOW)
    assert await office.desk.compare_by_clock(evening), "never yet"
    assert await office.desk.compare_by_clock(evening), "nor since: Telegram did not give its ledger"
    assert len(await office.till.due(COMPARE)) == 1
    await office.till.compare(evening)
    night = datetime(2026, 3, 10, 4, 30, tzinfo=MOSCOW)
    assert not await office.desk.compare_by_clock(night - timedelta(minutes=1))
    # At half past four the platform was away.
    assert await office.desk.compare_by_clock(night + timedelta(hours=5))
    await office.till.compare(night + timedelta(hours=5))
    assert not await office.desk.compare_by_clock(night + timedelta(hours=23))
    assert await office.desk.compare_by_clock(night + DAY)


async def test_takings_are_summed_by_days_of_the_zone(office: Office):
    async with office.till.database.write() as session:
        for charge, direction, amount, at in (
            # Midnight in Moscow is nine in the evening by UTC.
            ("a", "in", 50, datetime(2026, 3, 9, 21, tzinfo=UTC)),
            ("b", "in", 35, datetime(2026, 3, 9, 20, 59, 59, tzinfo=UTC)),
            ("a", "out", 50, datetime(2026, 3, 10, 20, 59, 59, tzinfo=UTC)),
            ("c", "in", 15, datetime(2025, 12, 1, tzinfo=UTC)),
        ):
            await queries.move(session, charge, direction, amount, at)
    order = await office.till.buy(ANNA, await office.till.material())
    await office.till.orders.charged(office.till.telegram.pay(ANNA, order, NOW), NOW)
    taken = await office.takings.of_days(await office.actor(), 90, NOW)
    assert len(taken.days) == 90
    assert taken.days[-1] == Day(date(2026, 3, 10), 100, 50, 1, 1, 0)
    assert taken.days[-2] == Day(date(2026, 3, 9), 35)
    assert taken.total == Day(date(2026, 3, 10), 135, 50, 1, 1, 0)
    assert taken.total.net == 85


async def test_free_guides_are_counted_apart(office: Office):
    code = await office.promo.make(await office.actor(), "GIFT", Terms(100, None, None, None), NOW, cause=1)
    await office.till.buy(ANNA, await office.till.material(), code=code.code)
    assert await office.takings.of_day(date(2026, 3, 10)) == Day(date(2026, 3, 10), guides=1, free=1)


async def test_two_operators_make_a_code_of_one_name_at_once(office: Office):
    actor = await office.actor()
    terms = Terms(20, 1, 1, NOW + DAY)
    done = await asyncio.gather(
        *(office.promo.make(actor, "SPRING", terms, NOW, cause=next(office.updates)) for _ in range(2)),
        return_exceptions=True,
    )
    assert [each.reason for each in done if isinstance(each, CodeNotMade)] == ["taken"]
    assert [each.code for each in (await office.promo.page(actor, 1)).codes] == ["SPRING"]


@pytest.mark.parametrize(
    ("name", "terms", "reason"),
    [
        ("OK-NAME", Terms(0, None, None, None), "percent"),
        ("OK-NAME", Terms(101, None, None, None), "percent"),
        ("OK-NAME", Terms(50, 0, None, None), "uses"),
        ("OK-NAME", Terms(50, None, 0, None), "uses"),
        ("OK-NAME", Terms(50, None, None, NOW), "past"),
        ("ab", Terms(50, None, None, None), "length"),
        ("ТЕСТ", Terms(50, None, None, None), "letters"),
        ("-AB", Terms(50, None, None, None), "letters"),
        ("A\0BC", Terms(50, None, None, None), "letters"),
    ],
)
async def test_what_makes_no_code(office: Office, name: str, terms: Terms, reason: str):
    with pytest.raises(CodeNotMade) as refused:
        await office.promo.make(await office.actor(), name, terms, NOW, cause=1)
    assert refused.value.reason == reason
    assert (await office.promo.page(await office.actor(), 1)).codes == ()


async def test_five_questions_at_once_are_three(office: Office):
    anna = await office.person(ANNA)
    done = await asyncio.gather(
        *(office.tickets.ask(anna, f"{each}", NOW, cause=next(office.updates)) for each in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, TooManyQuestions) for each in done) == 2
    assert await office.tickets.count_open() == 3
    assert len(office.asked) == 3


async def test_a_question_goes_with_what_its_person_paid(office: Office):
    order = await office.till.buy(ANNA, await office.till.material())
    await office.till.orders.charged(office.till.telegram.pay(ANNA, order, NOW), NOW)
    stranger = await office.till.buy(BORIS, await office.till.material("other"))
    await office.tickets.ask(await office.person(ANNA), "Где\0 гайд?", NOW, cause=1)
    question = office.asked[-1]
    assert question.text == "Где гайд?"
    assert [each.id for each in question.orders] == [order.id]
    assert question.refundable == (order.id,)
    assert stranger.id not in question.refundable


async def test_what_an_operator_sees_is_found(office: Office):
    actor = await office.actor()
    order = await office.till.buy(ANNA, await office.till.material())
    await office.till.orders.charged(office.till.telegram.pay(ANNA, order, NOW), NOW)
    for word, found in (
        (f"№ {order.id}", OrderFound(order.id)),
        (f"#{order.id}", OrderFound(order.id)),
        ("stx1", OrderFound(order.id)),
        (str(BORIS), PayerFound(BORIS)),
    ):
        assert await office.desk.search(actor, word) == found
    for word in ("№ 0", "№ 99999999999999999999", "№", "", "\0", "stx2", "@nobody", "9" * 300):
        with pytest.raises(NothingFound):
            await office.desk.search(actor, word)
    card = await office.desk.card(actor, order.id, NOW)
    assert [step.cause for step in card.steps] == ["buy", "charge"]
    assert card.charges[0].id == "stx1"
    with pytest.raises(NoGuide):
        await office.desk.send_again(actor, order.id, NOW, cause=7)


async def test_a_payment_for_nothing_leads_to_its_person(office: Office):
    order = await office.till.buy(BORIS, await office.till.material())
    foreign = office.till.telegram.pay(ANNA, order, NOW)
    await office.till.orders.charged(foreign, NOW)
    assert await office.desk.search(await office.actor(), foreign.charge_id) == OrderFound(order.id)


async def test_a_charge_is_found_by_the_end_that_alerts_show(office: Office):
    actor = await office.actor()
    order = await office.till.buy(ANNA, await office.till.material())
    paid = office.till.telegram.pay(ANNA, order, NOW)
    await office.till.orders.charged(replace(paid, charge_id="stx_long%name-12345678"), NOW)
    assert await office.desk.search(actor, "…12345678") == OrderFound(order.id)
    for word in ("…", "…%", "…_", "…34567", "…x2345678", "…%2345678"):
        with pytest.raises(NothingFound):
            await office.desk.search(actor, word)


async def test_a_guide_is_due_again_once_for_an_update(office: Office):
    actor = await office.actor()
    order = await office.till.buy(ANNA, await office.till.material())
    await office.till.orders.charged(office.till.telegram.pay(ANNA, order, NOW), NOW)
    await office.till.make_guide(order.id)
    for cause in (7, 7, 8):
        await office.desk.send_again(actor, order.id, NOW, cause=cause)
    assert len(await office.till.due("guide-again")) == 2
    await office.desk.refund(actor, order.id, "по просьбе", NOW, cause=9)
    with pytest.raises(NotRefundable):
        await office.desk.refund(actor, order.id, "ещё раз", NOW, cause=10)
    with pytest.raises(NoGuide):
        await office.desk.send_again(actor, order.id, NOW, cause=11)
    await office.till.give_back_all()
    assert [(who, given.note) for who, given in office.till.told] == [(ANNA, "по просьбе")]


async def test_a_free_order_is_closed_and_its_person_told(office: Office):
    actor = await office.actor()
    await office.promo.make(actor, "GIFT", Terms(100, None, 1, None), NOW, cause=1)
    order = await office.till.buy(ANNA, await office.till.material(), code="gift")
    await office.till.make_guide(order.id)
    await office.desk.refund(actor, order.id, "по просьбе", NOW, cause=9)
    assert await office.till.state(order.id) == "refunded"
    assert [(who, given.amount, given.note) for who, given in office.till.told] == [(ANNA, 0, "по просьбе")]


async def test_support_may_not_do_what_operators_may(office: Office):
    support = await office.actor(Role.SUPPORT)
    order = await office.till.buy(ANNA, await office.till.material())
    assert (await office.desk.card(support, order.id, NOW)).order == order
    for refused in (
        office.desk.refund(support, order.id, "", NOW, cause=1),
        office.desk.require_refundable(support, order.id),
        office.desk.compare(support, 1, 1, NOW, cause=1),
        office.promo.make(support, None, Terms(20, None, None, None), NOW, cause=1),
        office.promo.end(support, 1, NOW),
        office.promo.page(support, 1),
        office.takings.of_days(support, 7, NOW),
    ):
        with pytest.raises(NotAllowed):
            await refused
    nobody = await office.person(ANNA)
    for hidden in (
        office.desk.search(nobody, "1"),
        office.desk.card(nobody, order.id, NOW),
        office.desk.page(nobody, ANNA, 1, NOW),
        office.desk.send_again(nobody, order.id, NOW, cause=1),
        office.tickets.listed(nobody, NOW),
        office.tickets.read(nobody, 1, NOW),
        office.tickets.answer(nobody, 1, "", Outgoing("x"), NOW, cause=1),
        office.tickets.close(nobody, 1, NOW),
    ):
        with pytest.raises(NotAllowed):
            await hidden


async def test_whose_questions_a_list_shows_is_noted_as_a_look_at_them(office: Office):
    support = await office.actor(Role.SUPPORT)
    for number, person_id in enumerate((ANNA, ANNA, BORIS), 1):
        await office.tickets.ask(await office.person(person_id), "where?", NOW, cause=number)
    for _ in range(2):
        assert len(await office.tickets.listed(support, NOW)) == 3
    looks = [(act.actor_id, act.name, act.subject) for act in (await office.log.page(1, 10)).acts]
    assert sorted(looks) == [(OLYA, "look-up", f"person:{each}") for each in (ANNA, BORIS)]


async def test_what_telegram_never_gives_back_is_settled_outside_and_asked_for_no_more(office: Office):
    actor, till = await office.actor(), office.till
    order = await till.buy(ANNA, await till.material())
    payment = await till.pay(ANNA, order)
    await till.make_guide(order.id)
    with pytest.raises(NotRefundable):
        await office.desk.settle_outside(actor, order.id, "переводом", NOW, cause=6)
    await office.desk.refund(actor, order.id, "по просьбе", NOW, cause=7)
    surplus = await till.pay(ANNA, order)
    for _ in range(2):
        await office.desk.settle_outside(actor, order.id, "переводом", NOW, cause=8)
    card = await office.desk.card(actor, order.id, NOW)
    assert (card.order.state, card.is_due) == ("refunded", False)
    assert {charge.state for charge in card.charges} == {"settled"}
    assert await till.give_back_all() == 2, "both look, and find nothing to do"
    assert set(till.telegram.kept()) == {payment.charge_id, surplus.charge_id}
    async with till.database.read() as session:
        assert not await queries.has_open(session, ANNA)
    with pytest.raises(NotRefundable):
        await office.desk.settle_outside(actor, order.id, "ещё раз", NOW, cause=9)
    with pytest.raises(NotAllowed):
        await office.desk.settle_outside(await office.actor(Role.SUPPORT), order.id, "нет", NOW, cause=10)
    # Telegram gives it back after all.
    await till.telegram.refund(ANNA, payment.charge_id)
    assert await till.refunds.refunded(payment.charge_id, NOW, NOW)
    assert (payment.charge_id, "out", PRICE) in await till.ledger()
