"""Handing a guide over: all of it or nothing, and the file again where Telegram does not take it."""

import pytest
from sqlalchemy import select, update

from db.engine import Database
from db.tables import Delivery, Guide, Work
from services.deliveries import Outgoing
from services.deliveries.kinds import GUIDE
from services.deliveries.outbox import Gone
from services.guides.access import Tokens
from services.guides.guides import Guides
from services.payments.handing import GUIDE_FILE, Handed, Handing, Told
from services.payments.model import Order, Why
from services.payments.owed import AGAIN as AGAIN_KEY
from services.payments.owed import AGAIN_FILE as AGAIN_FILE_KEY
from services.payments.owed import GIST as GIST_KEY
from services.payments.owed import PDF as PDF_KEY
from services.people import Person
from tests.services.payments.till import ANNA, BORIS, HOUR, MINUTE, NOW, Till

BUYER = Person(ANNA, "ru", "Europe/Moscow")


class Desk(Till):
    """Where guides are handed over."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        guides = Guides(database, Tokens("a secret for tests"), public_url="https://example.com")
        self.handing = Handing(database, self.orders, guides, self.deliveries, self.works)

    async def paid(self) -> Order:
        await self.person(ANNA)
        order = await self.buy(ANNA, await self.material())
        paid = await self.orders.charged(self.telegram.pay(ANNA, order, NOW), NOW)
        assert paid is not None
        return paid

    async def keys(self) -> list[str]:
        async with self.database.read() as session:
            return list(await session.scalars(select(Delivery.key).order_by(Delivery.id)))

    async def refuse(self, key: str, **values: object) -> None:
        """Telegram has refused a delivery for good."""
        settled = {"state": "failed", "reason": "Bad Request", "payload": None, "file": None, "finished_at": NOW}
        async with self.database.write() as session:
            await session.execute(update(Delivery).where(Delivery.key == key).values(**{**settled, **values}))

    async def refused_again(self, name: str) -> str:
        """The key of a message of a guide, which Telegram refused."""
        order = await self.paid()
        await self.handing.hand_over(order, BUYER, b"content", handed, NOW)
        opened = await self.handing.guide_of(ANNA, order.id)
        assert opened is not None
        key = f"{name}:{order.id}" + ("" if name == GIST_KEY else ":7")
        await self.handing.send(opened.guide, key, Outgoing("again"), NOW)
        await self.refuse(key)
        return key

    async def awaited(self) -> list[str]:
        """Keys of what is on its way, or waits for its buyer's return, and has something in it."""
        states = Delivery.state.in_(("due", "sending", "failed"))
        async with self.database.read() as session:
            keys = select(Delivery.key).where(states, Delivery.payload.is_not(None)).order_by(Delivery.id)
            return list(await session.scalars(keys))

    async def files_due(self) -> list[str]:
        async with self.database.read() as session:
            works = select(Work.key).where(Work.kind == GUIDE_FILE, Work.state == "due").order_by(Work.id)
            return list(await session.scalars(works))


@pytest.fixture
async def desk(database: Database) -> Desk:
    return Desk(database)


def handed(guide_id: int) -> Handed:
    return Handed(Outgoing(f"gist {guide_id}"), Outgoing("file"))


async def test_a_guide_is_kept_and_owed_once(desk: Desk):
    order = await desk.paid()
    assert await desk.handing.hand_over(order, BUYER, b"content", handed, NOW)
    assert await desk.keys() == [f"guide:{order.id}", f"guide-file:{order.id}"]
    assert not await desk.handing.hand_over(order, BUYER, b"other", handed, NOW)
    assert await desk.keys() == [f"guide:{order.id}", f"guide-file:{order.id}"]
    opened = await desk.handing.guide_of(ANNA, order.id)
    assert opened is not None
    assert (opened.content, opened.guide.language) == (b"content", "ru")
    assert await desk.handing.guide_of(BORIS, order.id) is None


async def test_without_words_there_is_no_guide_either(desk: Desk):
    order = await desk.paid()

    def fail(_guide_id: int) -> Handed:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await desk.handing.hand_over(order, BUYER, b"content", fail, NOW)
    assert await desk.keys() == []
    assert await desk.state(order.id) == "paid"
    async with desk.database.read() as session:
        assert (await session.scalars(select(Guide.id))).all() == []


async def test_what_was_refunded_meanwhile_is_not_handed_over(desk: Desk):
    order = await desk.paid()
    await desk.refunds.refund_order(order.id, Why.OPERATOR, NOW)
    assert not await desk.handing.hand_over(order, BUYER, b"content", handed, NOW)
    assert await desk.keys() == []


async def test_a_payment_is_answered_once_and_before_its_guide(desk: Desk):
    await desk.person(ANNA)
    order = await desk.buy(ANNA, await desk.material())
    payment = desk.telegram.pay(ANNA, order, NOW)

    def words(paid: Order | None) -> Told:
        assert paid is not None
        return Told(f"paid:{paid.id}", Outgoing("thank you"))

    for _ in range(5):
        await desk.handing.charged(payment, words, NOW)
    assert await desk.keys() == [f"paid:{order.id}"]
    assert len(await desk.due()) == 1


async def test_a_refused_file_is_due_again_and_then_its_address_and_then_nothing(desk: Desk):
    order = await desk.paid()
    await desk.handing.hand_over(order, BUYER, b"content", handed, NOW)
    assert await desk.handing.see_to_files(NOW) == 0
    first = f"guide-file:{order.id}"
    await desk.refuse(first)
    assert await desk.handing.see_to_files(NOW + MINUTE) == 1
    await desk.handing.see_to_files(NOW + 2 * MINUTE)
    assert await desk.files_due() == [f"{first}:again"], "the same work, however often it is looked"
    for key in (f"{first}:again", f"{first}:link"):
        await desk.deliveries.enqueue(GUIDE, key, ANNA, Outgoing("again"), NOW)
        expected = 1 if key.endswith("again") else 0
        assert await desk.handing.see_to_files(NOW + 3 * MINUTE) == 0, "it is on its way"
        await desk.refuse(key)
        assert await desk.handing.see_to_files(NOW + 4 * MINUTE) == expected
    assert await desk.files_due() == [f"{first}:again", f"{first}:link"]


@pytest.mark.parametrize("name", [PDF_KEY, AGAIN_FILE_KEY])
async def test_a_file_that_was_asked_for_once_more_is_seen_to_as_the_first_one_is(desk: Desk, name: str):
    key = await desk.refused_again(name)
    assert await desk.handing.see_to_files(NOW) == 1
    assert await desk.files_due() == [f"{key}:again"]
    await desk.deliveries.enqueue(GUIDE, f"{key}:again", ANNA, Outgoing("again"), NOW)
    await desk.refuse(f"{key}:again")
    assert await desk.handing.see_to_files(NOW) == 1
    assert await desk.files_due() == [f"{key}:again", f"{key}:link"]


@pytest.mark.parametrize("name", [GIST_KEY, AGAIN_KEY])
async def test_for_a_guide_in_short_that_telegram_refuses_there_is_its_address_once(desk: Desk, name: str):
    key = await desk.refused_again(name)
    assert await desk.handing.see_to_files(NOW) == 1
    assert await desk.files_due() == [f"{key}:link"]
    await desk.deliveries.enqueue(GUIDE, f"{key}:link", ANNA, Outgoing("address"), NOW)
    await desk.refuse(f"{key}:link")
    assert await desk.handing.see_to_files(NOW) == 0


async def test_a_file_that_waits_for_its_buyer_or_is_closed_is_left_alone(desk: Desk):
    order = await desk.paid()
    await desk.handing.hand_over(order, BUYER, b"content", handed, NOW)
    key = f"guide-file:{order.id}"
    await desk.refuse(key, reason="blocked", payload=b"kept")
    assert await desk.handing.see_to_files(NOW) == 0
    await desk.refuse(key)
    assert await desk.handing.see_to_files(NOW + 50 * HOUR) == 0, "long ago"
    await desk.refunds.refund_order(order.id, Why.OPERATOR, NOW)
    await desk.give_back_all()
    assert await desk.handing.see_to_files(NOW) == 0


async def test_who_is_refunded_while_the_bot_is_blocked_finds_no_guide_on_return(desk: Desk):
    order = await desk.paid()
    other = await desk.buy(ANNA, await desk.material("another"))
    await desk.orders.charged(desk.telegram.pay(ANNA, other, NOW), NOW)
    for each in (order, other):
        await desk.handing.hand_over(each, BUYER, b"content", handed, NOW)
        opened = await desk.handing.guide_of(ANNA, each.id)
        assert opened is not None
        for key in (AGAIN_KEY, AGAIN_FILE_KEY, PDF_KEY):
            await desk.handing.send(opened.guide, f"{key}:{each.id}:7", Outgoing("again " * 900), NOW)
    await desk.deliveries.enqueue(GUIDE, f"guide-file:{order.id}:link", ANNA, Outgoing("address"), NOW)
    await desk.deliveries.person_left(ANNA, "blocked", NOW)
    await desk.refunds.refund_order(order.id, Why.OPERATOR, NOW)
    others = [f"guide:{other.id}", f"guide-file:{other.id}"]
    for key in (AGAIN_KEY, AGAIN_FILE_KEY, PDF_KEY):
        others += [f"{key}:{other.id}:7", f"{key}:{other.id}:7#2"]
    assert await desk.awaited() == others
    assert await desk.deliveries.person_returned(ANNA, NOW) == len(others)
    await desk.give_back_all()
    assert [key for key in await desk.awaited() if not key.startswith("refund:")] == others


async def test_a_refunded_guide_that_is_being_sent_is_not_sent_again(desk: Desk):
    order = await desk.paid()
    await desk.handing.hand_over(order, BUYER, b"content", handed, NOW)
    outbox = desk.deliveries.outbox
    [gist] = await outbox.claim([head.id for head in await outbox.heads(NOW, 1)], NOW)
    await desk.refunds.refund_order(order.id, Why.OPERATOR, NOW)
    await outbox.settle([(gist, Gone("blocked"))], NOW)
    assert await desk.deliveries.person_returned(ANNA, NOW) == 0
    assert await desk.awaited() == []


async def test_what_was_drawn_while_its_guide_was_refunded_is_not_sent(desk: Desk):
    order = await desk.paid()
    await desk.handing.hand_over(order, BUYER, b"content", handed, NOW)
    opened = await desk.handing.guide_of(ANNA, order.id)
    assert opened is not None
    await desk.refunds.refund_order(order.id, Why.OPERATOR, NOW)
    assert not await desk.handing.send(opened.guide, f"{PDF_KEY}:{order.id}:7", Outgoing("late"), NOW)
    assert await desk.awaited() == []


async def test_a_free_guide_that_is_taken_back_does_not_arrive_either(desk: Desk):
    await desk.person(ANNA)
    await desk.give_credit(ANNA)
    free = await desk.buy(ANNA, await desk.material(), by_credit=True)
    await desk.handing.hand_over(free, BUYER, b"content", handed, NOW)
    await desk.deliveries.person_left(ANNA, "blocked", NOW)
    await desk.refunds.refund_order(free.id, Why.OPERATOR, NOW)
    await desk.deliveries.person_returned(ANNA, NOW)
    assert await desk.awaited() == [f"ended:{free.id}"]
