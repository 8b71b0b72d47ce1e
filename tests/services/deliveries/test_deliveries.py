"""What is owed and how it is kept, on both databases."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from db.engine import Database
from db.queries import people
from db.tables import Delivery, Person
from services.deliveries import Deliveries, File, Outgoing, kinds
from services.deliveries.outbox import Dispatch, Gone, Moved, NotSent, Outcome, Refused, Sent, Uncertain
from services.operations.upkeep import DELIVERIES_KEPT, RETURN_AWAITED, Upkeep
from services.security import Cipher

ANNA, BEN, GROUP, NEW_GROUP = 1001, 1002, -100, -200
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEYBOARD = {"inline_keyboard": [[{"text": "Open", "callback_data": "x"}]]}


@dataclass
class Books:
    database: Database
    deliveries: Deliveries

    async def rows(self) -> list[Delivery]:
        async with self.database.read() as session:
            return list(await session.scalars(select(Delivery).order_by(Delivery.id)))

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def leave(self, now: datetime = NOON) -> list[Dispatch]:
        """What would leave at this moment, marked so."""
        heads = await self.deliveries.outbox.heads(now, 100)
        return await self.deliveries.outbox.claim([head.id for head in heads], now)

    async def owe(self, *keys: str, chat_id: int = ANNA, kind=kinds.ANSWER, text: str = "hello") -> None:
        for key in keys:
            await self.deliveries.enqueue(kind, key, chat_id, Outgoing(text), NOON)

    async def meet(self, person_id: int, **values: object) -> None:
        async with self.database.write() as session:
            await people.add_if_new(session, person_id, NOON)
            if values:
                await session.execute(update(Person).where(Person.id == person_id).values(**values))


@pytest.fixture
def books(database: Database) -> Books:
    cipher = Cipher("a key for tests " * 3, "deliveries")
    return Books(database, Deliveries(database, cipher, default_time_zone="Europe/Moscow"))


async def test_what_is_owed_is_kept_unreadable_and_emptied_once_it_is_sent(books: Books):
    outgoing = Outgoing("my secret", KEYBOARD, File("secret.txt", b"my secret", "document"))
    await books.deliveries.enqueue(kinds.ANSWER, "report:1", ANNA, outgoing, NOON)
    async with books.database.read() as session:
        content = await session.scalar(select(Delivery.file))
    (row,) = await books.rows()
    assert b"secret" not in (row.payload or b"") + (content or b"")
    (dispatch,) = await books.leave()
    assert (dispatch.text, dispatch.keyboard) == ("my secret", KEYBOARD)
    assert await books.deliveries.outbox.file(dispatch) == b"my secret"
    await books.deliveries.outbox.settle([(dispatch, Sent(77))], NOON)
    (row,) = await books.rows()
    assert (row.state, row.message_id, row.payload, row.finished_at) == ("sent", 77, None, NOON)
    async with books.database.read() as session:
        assert await session.scalar(select(Delivery.file)) is None


async def test_what_is_owed_twice_under_one_key_is_one_message(books: Books):
    await books.owe("a", "a")
    await books.owe("a", text="another " * 2000)
    assert await books.states() == ["due"]


async def test_what_a_transaction_owes_goes_with_it(books: Books):
    async with books.database.write() as session:
        await books.deliveries.enqueue_in(session, kinds.ANSWER, "a", ANNA, Outgoing("hello"), NOON)
        await session.rollback()
    assert await books.rows() == []
    assert not books.deliveries.arrived.is_set()
    async with books.database.write() as session:
        await books.deliveries.enqueue_in(session, kinds.ANSWER, "a", ANNA, Outgoing("hello"), NOON)
        assert not books.deliveries.arrived.is_set()
    assert books.deliveries.arrived.is_set()


@pytest.mark.parametrize(("key", "text"), [("", "x"), ("a#2", "x"), ("a" * 121, "x"), ("a", ""), ("a", " \n ")])
async def test_what_cannot_be_sent_cannot_be_owed(books: Books, key: str, text: str):
    with pytest.raises(ValueError):
        await books.deliveries.enqueue(kinds.ANSWER, key, ANNA, Outgoing(text), NOON)


async def test_a_long_caption_follows_its_file_and_the_keyboard_stands_under_the_last_part(books: Books):
    file = File("a.png", b"png", "photo")
    await books.deliveries.enqueue(kinds.ANSWER, "short", ANNA, Outgoing("x" * 1024, KEYBOARD, file), NOON)
    await books.deliveries.enqueue(kinds.ANSWER, "long", BEN, Outgoing("x" * 5000, KEYBOARD, file, reply_to=5), NOON)
    assert [row.key for row in await books.rows()] == ["short", "long", "long#2", "long#3"]
    parts = []
    for _ in range(4):
        for dispatch in await books.leave():
            parts.append(dispatch)
            await books.deliveries.outbox.settle([(dispatch, Sent(1))], NOON)
    of_anna = [part for part in parts if part.chat_id == ANNA]
    of_ben = [part for part in parts if part.chat_id == BEN]
    assert [(part.file is None, part.keyboard is None) for part in of_anna] == [(False, False)]
    assert [len(part.text) for part in of_ben] == [0, 4096, 904]
    assert [part.file is None for part in of_ben] == [False, True, True]
    assert [part.keyboard is None for part in of_ben] == [True, True, False]
    assert [part.reply_to for part in of_ben] == [5, None, None]
    assert [part.silent for part in of_ben] == [False, True, True]


async def test_each_chat_has_one_under_way_and_keeps_its_order(books: Books):
    await books.owe("a1", "a2", "a3")
    await books.owe("b1", chat_id=BEN)
    first = await books.leave()
    assert [row.key for row in first] == ["a1", "b1"]
    assert await books.leave() == []
    await books.deliveries.outbox.settle([(row, Sent(1)) for row in first], NOON)
    assert [row.key for row in await books.leave()] == ["a2"]


async def test_one_that_is_tried_again_holds_up_its_chat_but_not_for_ever(books: Books):
    await books.owe("a1", "a2")
    now = NOON
    for number in range(8):
        (row,) = await books.leave(now)
        assert row.key == "a1"
        await books.deliveries.outbox.settle([(row, NotSent("500"))], now)
        if number < 7:
            assert await books.leave(now) == []
        now += timedelta(seconds=2**number)
    assert [row.key for row in await books.leave(now - timedelta(seconds=1))] == ["a2"]


async def test_who_is_asked_to_wait_keeps_the_order_and_pauses_do_not_grow(books: Books):
    await books.owe("a1", "a2")
    now = NOON
    for _ in range(12):
        (row,) = await books.leave(now)
        await books.deliveries.outbox.settle([(row, NotSent("429", timedelta(seconds=5)))], now)
        assert await books.leave(now) == []
        now += timedelta(seconds=5)
    (row,) = await books.leave(now)
    await books.deliveries.outbox.settle([(row, NotSent("500"))], now)
    (row,) = await books.leave(now + timedelta(seconds=2))
    assert row.key == "a1"


async def test_what_another_version_has_written_is_let_go_and_holds_up_nobody(books: Books):
    await books.owe("a", "b")
    cipher = Cipher("a key for tests " * 3, "deliveries")
    strange = cipher.lock(b'{"hologram": 1}', "a")
    async with books.database.write() as session:
        await session.execute(update(Delivery).where(Delivery.key == "a").values(payload=strange))
    assert await books.leave() == []
    assert [row.key for row in await books.leave()] == ["b"]
    assert await books.states() == ["failed", "sending"]


async def test_after_a_day_it_is_given_up(books: Books):
    await books.owe("a")
    (row,) = await books.leave()
    await books.deliveries.outbox.settle([(row, NotSent("500"))], NOON)
    (row,) = await books.leave(NOON + timedelta(days=2))
    await books.deliveries.outbox.settle([(row, NotSent("500"))], NOON + timedelta(days=2))
    (kept,) = await books.rows()
    assert (kept.state, kept.reason, kept.payload) == ("failed", "given up after a day: 500", None)


async def test_notices_let_all_else_go_first(books: Books):
    await books.owe("daily", chat_id=ANNA, kind=kinds.DAILY_LINKS)
    await books.owe("answer", chat_id=BEN)
    heads = await books.deliveries.outbox.heads(NOON, 100)
    assert [head.chat_id for head in heads] == [BEN, ANNA]


async def test_what_is_due_later_leaves_later(books: Books):
    await books.deliveries.enqueue(kinds.ANSWER, "a", ANNA, Outgoing("x"), NOON, due_at=NOON + timedelta(minutes=1))
    await books.owe("b")
    assert [row.key for row in await books.leave()] == ["b"]


async def test_two_processes_never_get_the_same_one(books: Books):
    await books.owe("a")
    heads = await books.deliveries.outbox.heads(NOON, 100)
    ids = [head.id for head in heads]
    assert len(await books.deliveries.outbox.claim(ids, NOON)) == 1
    assert await books.deliveries.outbox.claim(ids, NOON) == []


async def test_where_nobody_knows_only_what_may_repeat_is_sent_again(books: Books):
    await books.owe("a", chat_id=ANNA)
    await books.owe("b", chat_id=BEN, kind=kinds.ALERT)
    for row in await books.leave():
        await books.deliveries.outbox.settle([(row, Uncertain("cut"))], NOON)
    assert await books.states() == ["unknown", "due"]


async def test_of_a_dead_process_s_sendings_only_what_may_repeat_is_sent_again(books: Books):
    await books.owe("a", chat_id=ANNA)
    await books.owe("b", chat_id=BEN, kind=kinds.ALERT)
    rows = await books.leave()
    assert await books.deliveries.outbox.disown(await books.deliveries.outbox.sending(), NOON) == (1, 1)
    assert await books.states() == ["unknown", "due"]
    # The process was not dead but slow, and its message has arrived after all.
    await books.deliveries.outbox.settle([(row, Sent(5)) for row in rows if row.key == "a"], NOON)
    assert await books.states() == ["sent", "due"]


async def test_who_blocked_the_bot_gets_nothing_and_on_return_what_waits_for_that(books: Books):
    await books.meet(ANNA)
    await books.owe("a1", "a2")
    await books.owe("news", kind=kinds.LINK_NEWS)
    (row,) = await books.leave()
    await books.deliveries.outbox.settle([(row, Gone("blocked"))], NOON)
    assert [(row.state, row.reason, row.payload is None) for row in await books.rows()] == [
        ("failed", "blocked", False),
        ("failed", "blocked", False),
        ("failed", "blocked", True),
    ]
    async with books.database.read() as session:
        person = await session.get_one(Person, ANNA)
    assert (person.unreachable_at, person.unreachable_reason) == (NOON, "blocked")
    assert not await books.deliveries.notify(ANNA, kinds.LINK_NEWS, "more", Outgoing("x"), NOON)
    assert await books.deliveries.person_returned(ANNA, NOON) == 2
    assert await books.states() == ["due", "due", "failed"]
    async with books.database.read() as session:
        person = await session.get_one(Person, ANNA)
    assert person.unreachable_at is None


async def test_a_group_that_moves_takes_along_what_is_owed_to_it_now_and_later(books: Books):
    await books.owe("a1", "a2", chat_id=GROUP)
    (row,) = await books.leave()
    await books.deliveries.outbox.settle([(row, Moved(NEW_GROUP))], NOON)
    await books.owe("a3", chat_id=GROUP)
    assert [(row.chat_id, row.state) for row in await books.rows()] == [(NEW_GROUP, "due")] * 3
    await books.deliveries.chat_moved(NEW_GROUP, -300, NOON)
    assert await books.deliveries.chat_now(GROUP) == -300


async def test_what_is_left_of_a_message_whose_beginning_was_refused_is_not_sent(books: Books):
    await books.owe("a", text="word " * 2000)
    await books.owe("b")
    (row,) = await books.leave()
    await books.deliveries.outbox.settle([(row, Refused("chat not found"))], NOON)
    assert await books.states() == ["failed", "failed", "failed", "due"]


async def test_a_notice_obeys_its_person(books: Books):
    await books.meet(ANNA, muted="daily", quiet_from=23, quiet_until=8, time_zone="UTC+03:00")
    await books.meet(BEN, banned_at=NOON)
    notify = books.deliveries.notify
    assert not await notify(ANNA, kinds.DAILY_LINKS, "a", Outgoing("x"), NOON)
    assert not await notify(BEN, kinds.LINK_NEWS, "b", Outgoing("x"), NOON)
    assert not await notify(4242, kinds.LINK_NEWS, "c", Outgoing("x"), NOON)
    night = NOON.replace(hour=21)
    assert await notify(ANNA, kinds.LINK_NEWS, "d", Outgoing("x"), night)
    assert await notify(ANNA, kinds.ACCOUNT, "e", Outgoing("x"), night)
    by_key = {row.key: row.due_at for row in await books.rows()}
    assert by_key == {"d": NOON.replace(hour=5) + timedelta(days=1), "e": night}


async def test_how_deliveries_fare_can_be_asked(books: Books):
    for number in range(5):
        await books.owe(f"{number}", chat_id=number + 1)
    outcomes: tuple[Outcome, ...] = (Sent(1), Gone("blocked"), Uncertain("cut"), Refused("chat not found"))
    for row, outcome in zip((await books.leave())[:4], outcomes, strict=False):
        await books.deliveries.outbox.settle([(row, outcome)], NOON)
    await books.owe("late", chat_id=9)
    health = await books.deliveries.health(NOON + timedelta(minutes=5))
    assert dict(health.counts) == {"due": 1, "sending": 1, "sent": 1, "unknown": 1, "failed": 2}
    assert health.overdue == timedelta(minutes=5)
    assert dict(health.failed) == {"blocked": 1, "chat not found": 1}
    assert health.unknown == 1
    assert (await books.deliveries.health(NOON + timedelta(minutes=11))).unknown == 0


async def test_what_was_settled_long_ago_goes_and_what_waits_for_a_return_goes_later(books: Books):
    await books.owe("sent", chat_id=1)
    await books.owe("waits", chat_id=2)
    sent, waits = await books.leave()
    await books.deliveries.outbox.settle([(sent, Sent(1)), (waits, Gone("blocked"))], NOON)
    await books.owe("due", chat_id=3)
    upkeep, soon = Upkeep(books.database), timedelta(seconds=1)
    assert (await upkeep.clean_up(NOON + DELIVERIES_KEPT - soon)).deliveries == 0
    assert (await upkeep.clean_up(NOON + DELIVERIES_KEPT + soon)).deliveries == 1
    assert (await upkeep.clean_up(NOON + RETURN_AWAITED + soon)).deliveries == 1
    assert [row.key for row in await books.rows()] == ["due"]


async def test_with_another_key_a_delivery_is_let_go_and_holds_up_nobody(books: Books):
    await books.owe("a")
    another = Deliveries(books.database, Cipher("another key " * 4, "deliveries"), default_time_zone="UTC")
    await another.enqueue(kinds.ANSWER, "b", ANNA, Outgoing("x"), NOON)
    another_books = Books(books.database, another)
    assert await another_books.leave() == []
    assert [row.key for row in await another_books.leave()] == ["b"]
    assert await books.states() == ["failed", "sending"]
