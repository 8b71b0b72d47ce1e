"""What the inbox promises, on both databases: recorded before it is confirmed, in order, handled once, none lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import Update
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.inbox import AT_ONCE, MOST_ATTEMPTS, MOST_IN_MEMORY, PRESS_LIFETIME, Inbox
from bot.lease import Deposed
from bot.sender import open_bot
from bot.starts import SANDBOX_TOKEN
from db.engine import Database
from db.queries import inbox as queries
from db.queries.inbox import ASIDE, DONE, WAITING
from db.tables import InboxUpdate
from services.security import Cipher
from tests.waiting import until

ANNA, BEN = 1001, 1002
KEY = "a key for tests " * 3


class World:
    """An inbox and what its handler saw; the handler can be told to fail, to wait, or to hang."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        self.bot: Bot = open_bot(SANDBOX_TOKEN, "http://127.0.0.1:1")
        self.handled: list[int] = []
        self.given_up: list[tuple[int, str]] = []
        self.failing: dict[int, int] = {}
        self.failed: list[int] = []
        self.instead: dict[int, Callable[[], Awaitable[None]]] = {}
        self.words = "on purpose"
        self.holding: dict[int, asyncio.Event] = {}
        self.inbox = self.new_inbox()

    def new_inbox(self, key: str = KEY) -> Inbox:
        """As after a restart: another process with the same database."""
        return Inbox(
            self.bot, self.database, Cipher(key, "inbox"),
            handle=self._handle, give_up=self._give_up, clock=lambda: self.now, redact=lambda text: text,
        )  # fmt: skip

    async def _handle(self, update: Update) -> None:
        if update.update_id in self.instead:
            await self.instead[update.update_id]()
        if update.update_id in self.holding:
            await self.holding[update.update_id].wait()
        if self.failing.get(update.update_id, 0) > 0:
            self.failing[update.update_id] -= 1
            self.failed.append(update.update_id)
            raise RuntimeError(self.words)
        self.handled.append(update.update_id)

    async def _give_up(self, update: Update, error: Exception) -> None:
        self.given_up.append((update.update_id, str(error)))

    async def failures(self) -> list[int]:
        return sorted(self.failed)

    async def seen(self) -> list[int]:
        return list(self.handled)

    async def states(self) -> dict[int, str]:
        async with self.database.read() as session:
            return {row.update_id: row.state for row in await session.scalars(select(InboxUpdate))}


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    world = World(database)
    await world.inbox.open()
    yield world
    for held in world.holding.values():
        held.set()
    await world.inbox.close()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.inbox.PAUSES_SECONDS", (0.01, 0.01))


def message(number: int, person: int = ANNA, text: str = "hello") -> Update:
    user = {"id": person, "is_bot": False, "first_name": "A"}
    chat = {"id": person, "type": "private"}
    body = {"message_id": number, "date": 1_772_366_400, "chat": chat, "from": user, "text": text}
    return Update.model_validate({"update_id": number, "message": body})


def press(number: int, person: int = ANNA) -> Update:
    user = {"id": person, "is_bot": False, "first_name": "A"}
    query = {"id": str(number), "from": user, "chat_instance": "1", "data": "x"}
    return Update.model_validate({"update_id": number, "callback_query": query})


async def test_an_update_is_recorded_before_it_may_be_confirmed_and_emptied_when_done(world: World):
    world.holding[1] = asyncio.Event()
    await world.inbox.take([message(1, text="my secret")])
    assert await world.states() == {1: WAITING}
    async with world.database.read() as session:
        row = (await session.scalars(select(InboxUpdate))).one()
    assert row.payload is not None
    assert b"my secret" not in row.payload
    world.holding[1].set()
    await world.inbox.settled()
    async with world.database.read() as session:
        row = (await session.scalars(select(InboxUpdate))).one()
    assert (row.state, row.payload) == (DONE, None)


async def test_a_duplicate_does_nothing_even_with_another_body(world: World):
    await world.inbox.take([message(1), message(1)])
    await world.inbox.settled()
    await world.inbox.take([message(1, text="another body")])
    await world.inbox.settled()
    assert world.handled == [1]


async def test_a_person_s_updates_keep_their_order_and_others_do_not_wait(world: World):
    world.holding[1] = asyncio.Event()
    await world.inbox.take([message(1), message(2), message(3, BEN)])
    await until(world.seen, [3])
    world.holding[1].set()
    await world.inbox.settled()
    assert world.handled == [3, 1, 2]


async def test_thousands_of_one_person_wait_in_the_table_and_keep_their_order(world: World):
    world.holding[1] = asyncio.Event()
    numbers = list(range(1, 4 * MOST_IN_MEMORY + 8))
    for first in range(0, len(numbers), 100):
        await world.inbox.take([message(number) for number in numbers[first : first + 100]])
    await world.inbox.take([message(10_000, BEN)])
    await until(world.seen, [10_000])
    world.holding[1].set()
    await world.inbox.settled()
    assert world.handled == [10_000, *numbers]


async def test_what_arrives_while_the_table_is_read_is_neither_lost_nor_doubled(world: World):
    numbers = list(range(1, 601))
    for number in numbers:
        await world.inbox.take([message(number)])
    await world.inbox.settled()
    assert world.handled == numbers


async def test_a_failure_is_tried_again_and_the_third_sets_the_update_aside(world: World):
    world.failing = {1: 2, 2: MOST_ATTEMPTS}
    await world.inbox.take([message(1), message(2), message(3)])
    await world.inbox.settled()
    assert world.handled == [1, 3]
    assert world.given_up == [(2, "on purpose")]
    assert await world.states() == {1: DONE, 2: ASIDE, 3: DONE}


async def test_what_was_in_hand_when_the_process_died_is_handled_by_the_next(world: World):
    world.holding[1] = asyncio.Event()
    await world.inbox.take([message(1), message(2), message(3, BEN)])
    await until(world.seen, [3])
    for task in world.inbox._tasks:
        task.cancel()  # nothing is noted any more: the process is gone
    del world.holding[1]
    successor = world.new_inbox()
    await successor.open()
    await successor.settled()
    await successor.close()
    assert [number for number in world.handled if number != 3] == [1, 2]
    assert set((await world.states()).values()) == {DONE}


async def test_a_press_that_nobody_waits_for_any_more_is_dropped(world: World):
    world.holding[1] = asyncio.Event()
    await world.inbox.take([message(1), press(2)])
    world.now += PRESS_LIFETIME + timedelta(seconds=1)
    world.holding[1].set()
    await world.inbox.settled()
    assert world.handled == [1]
    assert await world.states() == {1: DONE, 2: DONE}


async def test_with_another_key_an_update_is_let_go_and_holds_up_nobody(world: World):
    world.holding[1] = asyncio.Event()
    await world.inbox.take([message(1)])
    for task in world.inbox._tasks:
        task.cancel()
    successor = world.new_inbox("another key " * 4)
    await successor.open()
    await successor.take([message(2)])
    await successor.settled()
    await successor.close()
    assert world.handled == [2]


async def test_nothing_may_be_confirmed_that_could_not_be_recorded(world: World):
    await world.database.close()

    class Broken(Exception):
        pass

    def refuse(*_: object) -> None:
        raise Broken

    world.inbox._database = type("Away", (), {"write": refuse})()
    with pytest.raises(Broken):
        await world.inbox.take([message(1)])
    world.inbox._database = world.database
    await world.inbox.take([message(1)])
    await world.inbox.settled()
    assert world.handled == [1]


async def test_an_update_of_a_kind_that_we_do_not_know_is_done_with(world: World):
    await world.inbox.take([Update.model_validate({"update_id": 1, "hologram": {"x": 1}})])
    await world.inbox.settled()
    assert await world.states() == {1: DONE}


async def test_a_deposed_leader_records_nothing_and_its_failures_are_not_the_update_s_own(world: World):
    async def deposed(_session: object) -> None:
        raise Deposed

    world.inbox._fence = deposed
    with pytest.raises(Deposed):
        await world.inbox.take([message(1)])
    assert await world.states() == {}

    async def says_nothing(_update: Update) -> None:
        raise Deposed

    old = world.new_inbox()
    old._handle = says_nothing
    await old.open()
    await old.take([message(1)])
    await old.settled()
    await old.close(0)
    async with world.database.read() as session:
        row = (await session.scalars(select(InboxUpdate))).one()
    assert (row.state, row.attempts) == (WAITING, 0)
    successor = world.new_inbox()
    await successor.open()
    await successor.settled()
    await successor.close()
    assert world.handled == [1]


async def test_an_error_with_characters_that_are_none_sets_its_update_aside_like_any_other(world: World):
    world.words = "a half \ud83d and a NUL \0 of somebody's message"
    world.failing = {1: MOST_ATTEMPTS}
    await world.inbox.take([message(1)])
    await world.inbox.settled()
    assert await world.states() == {1: ASIDE}


async def test_with_the_database_away_a_failing_update_is_tried_until_it_can_be_noted(world: World, monkeypatch):
    monkeypatch.setattr("bot.inbox.LONGEST_PAUSE_SECONDS", 0.02)
    note, away = queries.mark_failed, 6

    async def mark_failed(*args: Any) -> int:
        nonlocal away
        away -= 1
        if away >= 0:
            raise OSError("the database is away")
        return await note(*args)

    monkeypatch.setattr(queries, "mark_failed", mark_failed)
    world.failing = {1: 4}
    await world.inbox.take([message(1), message(2)])
    await world.inbox.settled()
    # Three tries whose failure nobody could write down, and one that was counted; then it went well, in its order.
    assert world.handled == [1, 2]
    assert world.given_up == []


async def test_an_update_whose_record_s_answer_was_lost_is_handled_when_it_is_brought_again(world: World, monkeypatch):
    @asynccontextmanager
    async def lost() -> AsyncIterator[AsyncSession]:
        async with write() as session:
            yield session
        raise OSError("the connection broke after the commit")

    write = world.database.write
    monkeypatch.setattr(world.database, "write", lost)
    with pytest.raises(OSError):
        await world.inbox.take([message(1)])
    monkeypatch.setattr(world.database, "write", write)
    await world.inbox.take([message(2)])
    await world.inbox.take([message(1), message(2), message(3)])
    await world.inbox.settled()
    assert sorted(world.handled) == [1, 2, 3]


async def test_what_is_marked_as_done_while_the_table_is_read_is_not_handled_again(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    async def reads_slowly(session: AsyncSession, lane: int, after: int, limit: int) -> Sequence[InboxUpdate]:
        rows = await waiting(session, lane, after, limit)
        await world.inbox._marks.write()
        return rows

    waiting = queries.waiting
    monkeypatch.setattr("bot.inbox.queries.waiting", reads_slowly)
    world.holding[2] = asyncio.Event()
    await world.inbox.take([message(2)])
    # As if the commit of 1 had been all that its answer was lost of.
    async with world.database.write() as session:
        await queries.record(session, [world.inbox._arrival(message(1))], world.now)
    await world.inbox.take([message(1), message(2), message(3)])
    world.holding[2].set()
    await world.inbox.settled()
    assert sorted(world.handled) == [1, 2, 3]


async def test_a_handler_whose_work_was_cancelled_from_within_keeps_nobody_waiting(world: World):
    async def cancelled() -> None:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    world.instead[1] = cancelled
    await world.inbox.take([message(1), message(2)])
    await world.inbox.settled()
    assert world.handled == [2]
    assert [update_id for update_id, _ in world.given_up] == [1]


async def test_failing_updates_of_many_people_do_not_keep_others_waiting(world: World, monkeypatch):
    monkeypatch.setattr("bot.inbox.PAUSES_SECONDS", (30.0, 30.0))
    crowd = range(1, AT_ONCE + 1)
    world.failing = dict.fromkeys(crowd, 1)
    await world.inbox.take([message(number, person=5_000 + number) for number in crowd])
    await until(world.failures, list(crowd))
    await world.inbox.take([message(1_000)])
    await until(world.seen, [1_000])
    await world.inbox.close(0)
