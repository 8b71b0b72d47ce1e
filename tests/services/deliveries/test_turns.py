"""Who is next, however many are due, and whatever the clock did."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from db.engine import Database
from db.queries import deliveries as queries
from db.tables import Delivery
from services.deliveries import Deliveries, DeliveryKind, Outgoing, kinds
from services.deliveries.outbox import MOST_TRIES_IN_ORDER, Gone, NotSent
from services.security import Cipher

ANNA, BEN, VERA, OPERATORS = 1001, 1002, 1003, -100
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def deliveries(database: Database) -> Deliveries:
    return Deliveries(database, Cipher("a key for tests " * 3, "deliveries"), default_time_zone="UTC")


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "WINDOW", 3)
    monkeypatch.setattr("services.deliveries.deliveries.MENDED_AT_ONCE", 2)


async def owe(
    deliveries: Deliveries,
    *keys: str,
    to: int = ANNA,
    kind: DeliveryKind = kinds.ANSWER,
    now: datetime = NOON,
    wait: timedelta = timedelta(),
) -> None:
    for key in keys:
        await deliveries.enqueue(kind, key, to, Outgoing("hello"), now, due_at=now + wait)


async def next_chats(deliveries: Deliveries, now: datetime = NOON, limit: int = 100) -> list[int]:
    return [head.chat_id for head in await deliveries.outbox.heads(now, limit)]


async def rows(deliveries: Deliveries, database: Database) -> list[Delivery]:
    async with database.read() as session:
        return list(await session.scalars(select(Delivery).order_by(Delivery.id)))


async def test_alerts_go_before_answers_and_answers_before_notices(deliveries: Deliveries):
    await owe(deliveries, *"abcde", to=ANNA, kind=kinds.DAILY_LINKS)
    await owe(deliveries, *"fghij", to=BEN)
    await owe(deliveries, "k", to=OPERATORS, kind=kinds.ALERT, now=NOON + MINUTE)
    later = NOON + 2 * MINUTE
    assert await next_chats(deliveries, later) == [OPERATORS, BEN, ANNA]
    assert await next_chats(deliveries, later, limit=1) == [OPERATORS]


async def test_who_is_owed_very_much_for_long_hides_nobody(deliveries: Deliveries):
    await owe(deliveries, *(f"anna {number}" for number in range(20)), to=ANNA)
    await owe(deliveries, *(f"ben {number}" for number in range(20)), to=BEN, now=NOON + MINUTE)
    await owe(deliveries, "vera", to=VERA, now=NOON + 2 * MINUTE)
    assert await next_chats(deliveries, NOON + 3 * MINUTE) == [ANNA, BEN, VERA]


async def test_in_a_chat_the_oldest_goes_first_though_another_is_due_for_longer(deliveries: Deliveries):
    await owe(deliveries, "a", wait=MINUTE)
    await owe(deliveries, "b")
    await owe(deliveries, "c", to=BEN)
    (head, _) = await deliveries.outbox.heads(NOON + MINUTE, 100)
    assert (head.id, head.chat_id) == (1, ANNA)


async def test_whatever_is_owed_the_right_ones_are_next(database: Database, deliveries: Deliveries):
    chance = random.Random(11)
    owed: list[dict[str, Any]] = [
        {
            "id": number,
            "key": f"{number}",
            "kind": "answer",
            "chat_id": chance.randint(1, 12),
            "urgency": chance.choice(queries.URGENCIES),
            "state": chance.choice(["due"] * 8 + ["sending", "sent", "failed"]),
            "due_at": NOON + timedelta(seconds=chance.randint(-900, 900)),
            "reckoned_at": NOON,
            "attempts": chance.choice([0, 0, 0, 1, MOST_TRIES_IN_ORDER]),
            "may_repeat": False,
            "waits": False,
            "created_at": NOON,
        }
        for number in range(1, 41)
    ]
    async with database.write() as session:
        await session.execute(insert(Delivery), owed)
    held_until = NOON + timedelta(minutes=10)
    for minutes in range(-15, 15):
        now = NOON + minutes * MINUTE
        async with database.read() as session:
            found = await queries.heads(session, now, held_until, MOST_TRIES_IN_ORDER, 100)
        assert {head.chat_id: head.id for head in found} == _next_ones(owed, now, held_until)
        assert len({head.chat_id for head in found}) == len(found)


def _next_ones(owed: Iterable[dict[str, Any]], now: datetime, held_until: datetime) -> dict[int, int]:
    """The first of each chat, found the long way."""
    found: dict[int, int] = {}
    closed = {row["chat_id"] for row in owed if row["state"] == "sending"}
    for row in owed:
        if row["state"] != "due" or row["chat_id"] in closed:
            continue
        is_due = row["due_at"] <= now
        if is_due:
            found[row["chat_id"]] = row["id"]
        if is_due or (1 <= row["attempts"] < MOST_TRIES_IN_ORDER and row["due_at"] <= held_until):
            closed.add(row["chat_id"])
    return found


async def test_after_the_clock_went_back_everything_waits_as_long_as_it_was_to(
    database: Database, deliveries: Deliveries
):
    await owe(deliveries, "revived", to=BEN, now=NOON - 3 * DAY)
    await owe(deliveries, "again", to=VERA, now=NOON - 3 * DAY)
    for dispatch in await deliveries.outbox.claim([1, 2], NOON):
        outcome = Gone("blocked") if dispatch.chat_id == BEN else NotSent("500", 7 * MINUTE)
        await deliveries.outbox.settle([(dispatch, outcome)], NOON)
    await deliveries.person_returned(BEN, NOON)
    await owe(deliveries, "at once", to=ANNA)
    await owe(deliveries, "in five minutes", to=ANNA, wait=5 * MINUTE)
    await owe(deliveries, "before", to=ANNA, now=NOON - 2 * DAY, wait=5 * DAY)
    now = NOON - DAY
    await deliveries.mend_times(now)
    waits = {row.key: row.due_at - now for row in await rows(deliveries, database)}
    zero = timedelta()
    assert waits == {
        "revived": zero,
        "again": 7 * MINUTE,
        "at once": zero,
        "in five minutes": 5 * MINUTE,
        "before": 4 * DAY,
    }


async def test_what_was_under_way_when_the_clock_went_back_can_leave_again_at_once(deliveries: Deliveries):
    await owe(deliveries, "a", kind=kinds.ALERT)
    await deliveries.outbox.claim([1], NOON)
    now = NOON - DAY
    await deliveries.mend_times(now)
    assert await deliveries.outbox.disown([1], now) == (1, 0)
    assert await next_chats(deliveries, now) == [ANNA]
