"""Works are done once, in a fair order, again after an error, and by somebody else after a death."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from db import tables
from db.engine import Database
from services.deliveries import Outgoing
from services.works import GiveUp, Later, Progress, Work
from services.works.worker import INTERRUPTED
from tests.services.works.workshop import Clock, Done, Gate, Shown, Workshop, kind
from tests.waiting import until

ANNA, BEN = 1001, 1002


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_a_work_is_done_once_and_shows_how_far_it_is(database: Database, clock: Clock):
    async def do(work: Work, progress: Progress) -> None:
        await progress.say(f"{work.facts['steps']} steps")

    shop = Workshop(database, clock, [kind(do)])
    work_id = await shop.works.enqueue("do", "x", person_id=ANNA, facts={"steps": 3}, now=clock.now)
    async with shop.working():
        await shop.ends(work_id)
    assert shop.messages[work_id].texts == ["3 steps"]
    assert shop.messages[work_id].closed
    row = await shop.row(work_id)
    assert (row.attempts, row.lease, row.finished_at) == (1, None, clock.now)


async def test_while_a_work_is_due_asking_again_is_asking_for_the_same(database: Database, clock: Clock):
    gate = Gate()
    shop = Workshop(database, clock, [kind(gate)])
    first = await shop.asked("x")
    assert await shop.asked("x") == first
    async with shop.working():
        await gate.has(1)
        assert await shop.asked("x") == first, "it is being done"
        gate.open.set()
        await shop.ends(first)
        second = await shop.asked("x")
        assert second > first, "numbers are never given again"
        await shop.ends(second)
    assert gate.ended == ["x", "x"]


async def test_an_update_that_is_handled_again_gets_the_work_that_it_got(database: Database, clock: Clock):
    done = Done()
    shop = Workshop(database, clock, [kind(done)])
    first = await shop.asked("x", cause=77)
    async with shop.working():
        await shop.ends(first)
        assert await shop.asked("x", cause=77) == first
        other = await shop.asked("x", cause=78)
        await shop.ends(other)
    assert done.keys == ["x", "x"]


async def test_a_work_waits_for_its_time(database: Database, clock: Clock):
    done = Done()
    shop = Workshop(database, clock, [kind(done)])
    later = await shop.asked("later", due_at=clock.now + timedelta(hours=1))
    async with shop.working():
        await shop.ends(await shop.asked("now"))
        assert done.keys == ["now"]
        clock.passes(hours=1)
        await shop.ends(later)


async def test_two_workers_side_by_side_do_each_work_once(database: Database, clock: Clock):
    done = Done()
    shops = [Workshop(database, clock, [kind(done, at_once=4)]) for _ in range(2)]
    works = [await shops[0].asked(str(number), person_id=number % 7) for number in range(40)]
    async with shops[0].working(), shops[1].working():
        for work_id in works:
            await shops[0].ends(work_id)
    assert sorted(done.keys, key=int) == [str(number) for number in range(40)]


async def test_nobody_s_second_work_comes_before_everybody_s_first(database: Database, clock: Clock):
    done = Done()
    shop = Workshop(database, clock, [kind(done, at_once=1)])
    works = [await shop.asked(f"anna {number}", ANNA) for number in range(20)]
    works.append(await shop.asked("ben", BEN))
    works += [await shop.asked(f"platform {number}", None) for number in range(5)]
    async with shop.working():
        for work_id in works:
            await shop.ends(work_id)
    assert sorted(done.keys[:3]) == ["anna 0", "ben", "platform 0"]
    assert len(done.keys) == len(works)


async def test_a_person_has_two_works_in_hand_at_most_wherever_they_are_done(database: Database, clock: Clock):
    gate = Gate()
    shops = [Workshop(database, clock, [kind(gate, at_once=5)]) for _ in range(2)]
    works = [await shops[0].asked(f"anna {number}", ANNA) for number in range(6)]
    async with shops[0].working(), shops[1].working():
        await gate.has(2)
        works.append(await shops[1].asked("ben", BEN))
        await gate.has(3)
        assert sorted(gate.begun) == ["anna 0", "anna 1", "ben"]
        gate.open.set()
        for work_id in works:
            await shops[0].ends(work_id)


async def test_a_kind_takes_no_more_hands_than_it_may(database: Database, clock: Clock):
    slow, quick = Gate(), Done()
    shop = Workshop(database, clock, [kind(slow, "slow", at_once=2), kind(quick, "quick")])
    for person_id in range(5):
        await shop.asked(f"slow {person_id}", person_id, "slow")
    async with shop.working():
        await slow.has(2)
        await shop.ends(await shop.asked("quick", 9, "quick"))
        assert len(slow.begun) == 2


async def test_all_kinds_together_take_no_more_hands_than_the_process_has(database: Database, clock: Clock):
    gate = Gate()
    shop = Workshop(database, clock, [kind(gate, at_once=9)])
    works = [await shop.asked(str(person_id), person_id) for person_id in range(5)]
    async with shop.working(at_once=3):
        await gate.has(3)
        await asyncio.sleep(0.1)  # nothing is to happen here
        assert len(gate.begun) == 3
        gate.open.set()
        for work_id in works:
            await shop.ends(work_id)


async def test_an_error_is_tried_again_after_growing_pauses(database: Database, clock: Clock):
    moments = []

    async def fails_twice(_work: Work, _progress: Progress) -> None:
        moments.append(clock.now)
        if len(moments) < 3:
            raise RuntimeError("not yet")

    pauses = (timedelta(seconds=10), timedelta(minutes=5))
    shop = Workshop(database, clock, [kind(fails_twice, pauses=pauses)])
    began = clock.now
    work_id = await shop.asked("x", ANNA)

    async def tries() -> int:
        row = await shop.row(work_id)
        return row.attempts if row.lease is None else -1

    async with shop.working():
        for attempt, seconds in ((1, 10), (2, 300)):
            await until(tries, attempt)
            clock.passes(seconds=seconds - 1)
            await asyncio.sleep(0.1)  # nothing is to happen here
            assert len(moments) == attempt
            clock.passes(seconds=1)
        await shop.ends(work_id)
    assert moments == [began, began + timedelta(seconds=10), began + timedelta(seconds=310)]
    assert shop.reports == []
    assert await shop.owed() == []


async def test_what_fails_for_good_is_told_to_its_person_and_to_operators(database: Database, clock: Clock):
    async def fails(_work: Work, _progress: Progress) -> None:
        raise RuntimeError("broken")

    async def regret(work: Work) -> Outgoing:
        return Outgoing(f"Sorry about {work.key}")

    shop = Workshop(database, clock, [kind(fails, most_attempts=2, pauses=(timedelta(),), regret=regret)])
    work_id = await shop.asked("x", ANNA, chat_id=ANNA, message_id=5)
    async with shop.working():
        await shop.ends(work_id, "failed")
    row = await shop.row(work_id)
    assert (row.attempts, row.reason) == (2, "RuntimeError")
    assert [(source, str(error), person_id) for source, error, person_id in shop.reports] == [("work", "broken", ANNA)]
    assert await shop.owed() == [f"work-failed:{work_id}"]
    assert shop.messages[work_id].removed


async def test_what_comes_too_early_is_done_later_and_has_not_failed(database: Database, clock: Clock):
    moments = []

    async def waits(_work: Work, _progress: Progress) -> None:
        moments.append(clock.now)
        if len(moments) == 1:
            raise Later(timedelta(minutes=5))

    shop = Workshop(database, clock, [kind(waits, most_attempts=1)])
    work_id = await shop.asked("x")

    async def is_put_back() -> bool:
        row = await shop.row(work_id)
        return bool(moments) and row.lease is None

    async with shop.working():
        await until(is_put_back, True)
        assert (await shop.row(work_id)).attempts == 0
        clock.passes(minutes=5)
        await shop.ends(work_id)
    assert moments[1] - moments[0] == timedelta(minutes=5)
    assert shop.reports == []


async def test_operators_hear_of_a_work_that_goes_on_failing(database: Database, clock: Clock):
    async def fails(_work: Work, _progress: Progress) -> None:
        raise RuntimeError("broken")

    shop = Workshop(database, clock, [kind(fails, most_attempts=9, pauses=(timedelta(),))])
    work_id = await shop.asked("x", ANNA)
    async with shop.working():
        await shop.ends(work_id, "failed")
    assert [str(error) for _source, error, _person_id in shop.reports] == ["broken"] * 2, "the third time, and the last"


@pytest.mark.parametrize(("name", "key"), [("", "x"), ("do", ""), ("k" * 33, "x"), ("do", "x" * 129)])
async def test_a_name_that_no_column_holds_is_refused(database: Database, clock: Clock, name: str, key: str):
    with pytest.raises(ValueError, match="cannot be called"):
        await Workshop(database, clock, []).asked(key, kind=name)


async def test_what_can_never_succeed_is_not_tried_again(database: Database, clock: Clock):
    async def gives_up(_work: Work, _progress: Progress) -> None:
        raise GiveUp("there is no such account")

    shop = Workshop(database, clock, [kind(gives_up)])
    work_id = await shop.asked("x", ANNA)
    async with shop.working():
        await shop.ends(work_id, "failed")
    row = await shop.row(work_id)
    assert (row.attempts, row.reason) == (1, "there is no such account")


async def test_a_person_stops_what_waits_and_what_is_being_done(database: Database, clock: Clock):
    gate, done = Gate(), Done()
    shop = Workshop(database, clock, [kind(gate, at_once=3), kind(done, "erase", cancellable=False)])
    running = [await shop.asked(f"anna {number}", ANNA) for number in range(2)]
    waiting = await shop.asked("anna waits", ANNA)
    kept = await shop.asked("kept", ANNA, "erase", due_at=clock.now + timedelta(hours=1))
    ben = await shop.asked("ben", BEN)
    async with shop.working(at_once=3):
        await gate.has(3)
        assert await shop.works.cancel(ANNA, clock.now) == 3
        assert sorted(gate.interrupted) == ["anna 0", "anna 1"]
        assert await shop.works.cancel(ANNA, clock.now) == 0
        gate.open.set()
        await shop.ends(ben)
        clock.passes(hours=1)
        await shop.ends(kept)
    assert {(await shop.row(work_id)).state for work_id in (*running, waiting)} == {"cancelled"}
    assert gate.ended == ["ben"]
    assert all(shop.messages[work_id].dropped for work_id in running)


async def test_a_work_of_a_kind_that_is_unknown_here_is_not_stopped(database: Database, clock: Clock):
    here, there = Workshop(database, clock, []), Workshop(database, clock, [kind(Done(), "refund", cancellable=False)])
    work_id = await there.asked("x", ANNA, "refund")
    assert await here.works.cancel(ANNA, clock.now) == 0
    async with there.working():
        await there.ends(work_id)


async def test_what_goes_back_at_a_stop_does_not_wait_for_its_message(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    async def hangs(_shown: Shown) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Shown, "close", hangs)
    monkeypatch.setattr("services.works.worker.LEAVE_SECONDS", 0.5)
    gate = Gate()
    shop = Workshop(database, clock, [kind(gate)])
    work_id = await shop.asked("x")
    async with shop.working():
        await gate.has(1)
    row = await shop.row(work_id)
    assert (row.lease, row.attempts) == (None, 0)


async def test_a_work_in_another_process_is_stopped_when_that_looks_after_its_lease(database: Database, clock: Clock):
    gate = Gate()
    kinds = [kind(gate, lease=timedelta(seconds=0.15))]
    here, there = Workshop(database, clock, kinds), Workshop(database, clock, kinds)
    await here.asked("x", ANNA)
    async with there.working():
        await gate.has(1)
        assert await here.works.cancel(ANNA, clock.now) == 1

        async def interrupted() -> list[str]:
            return gate.interrupted

        await until(interrupted, ["x"])


async def test_a_lease_is_renewed_while_a_work_takes_longer(database: Database, clock: Clock):
    gate = Gate()
    kinds = [kind(gate, lease=timedelta(seconds=0.3))]
    one, other = Workshop(database, clock, kinds), Workshop(database, clock, kinds)
    work_id = await one.asked("x")

    async def leased_until() -> bool:
        return (await one.row(work_id)).leased_until == clock.now + timedelta(seconds=0.3)

    async with one.working(), other.working():
        await gate.has(1)
        for _ in range(5):
            clock.passes(seconds=0.2)
            await until(leased_until, True)
        gate.open.set()
        await one.ends(work_id)
    assert gate.begun == ["x"]


async def test_a_clock_that_jumps_makes_nobody_do_a_work_again_that_is_in_hand(database: Database, clock: Clock):
    gate = Gate()
    shop = Workshop(database, clock, [kind(gate)])
    work_id = await shop.asked("x")
    async with shop.working():
        await gate.has(1)
        clock.passes(days=400)
        await asyncio.sleep(0.1)  # nothing is to happen here
        clock.passes(days=-800)
        await asyncio.sleep(0.1)
        gate.open.set()
        await shop.ends(work_id)
    assert gate.begun == ["x"]


async def test_whose_lease_was_lost_settles_nothing(database: Database, clock: Clock):
    frozen, other = Gate(), Gate()
    here, there = Workshop(database, clock, [kind(frozen)]), Workshop(database, clock, [kind(other)])
    work_id = await here.asked("x")
    async with here.working():
        await frozen.has(1)
        clock.passes(minutes=2)  # as if this process had stood still
        async with there.working():
            await other.has(1)
            frozen.open.set()

            async def settled() -> bool:
                return here.messages[work_id].closed

            await until(settled, True)
            assert (await here.row(work_id)).state == "due", "it is the other's by now"
            other.open.set()
            await there.ends(work_id)


async def test_what_is_interrupted_by_a_stop_goes_on_later_and_is_no_failure(database: Database, clock: Clock):
    gate = Gate()
    shop = Workshop(database, clock, [kind(gate)])
    work_id = await shop.asked("x")
    async with shop.working():
        await gate.has(1)
    row = await shop.row(work_id)
    assert (row.state, row.lease, row.attempts) == ("due", None, 0)
    gate.open.set()
    async with shop.working():
        await shop.ends(work_id)


async def test_a_stop_lets_a_quick_work_end(database: Database, clock: Clock):
    gate = Gate()
    shop = Workshop(database, clock, [kind(gate)])
    work_id = await shop.asked("x")
    async with shop.working(grace=10.0):
        await gate.has(1)
        asyncio.get_running_loop().call_later(0.1, gate.open.set)
    assert (await shop.row(work_id)).state == "done"


async def test_who_dies_again_and_again_of_a_work_gives_it_up(database: Database, clock: Clock):
    done = Done()
    shop = Workshop(database, clock, [kind(done, most_attempts=3)])
    work_id = await shop.asked("x")
    for _ in range(3):
        assert len(await shop.works.claim({"do": 1}, 1, (), clock.now)) == 1
        clock.passes(minutes=2)  # whoever claimed it died
    async with shop.working():
        await shop.ends(work_id, "failed")
    assert (await shop.row(work_id)).reason == INTERRUPTED
    assert done.keys == []


async def test_what_belongs_to_another_role_is_left_alone(database: Database, clock: Clock):
    done = Done()
    shop = Workshop(database, clock, [kind(done, "here"), kind(done, "there", role="scheduler")])
    await shop.asked("there", kind="there")
    await shop.asked("unknown", kind="of the next release")
    async with shop.working():
        await shop.ends(await shop.asked("here", kind="here"))
    assert done.keys == ["here"]


async def test_how_works_fare_is_known(database: Database, clock: Clock):
    async def gives_up(_work: Work, _progress: Progress) -> None:
        raise GiveUp("no")

    shop = Workshop(database, clock, [kind(gives_up)])
    async with shop.working():
        await shop.ends(await shop.asked("x"), "failed")
    await shop.asked("y")
    await shop.asked("tomorrow", due_at=clock.now + timedelta(days=1))
    clock.passes(minutes=5)
    health = await shop.works.health(clock.now)
    assert (health.due, health.oldest, health.failed) == (1, timedelta(minutes=5), 1)


async def test_what_was_asked_in_a_transaction_that_fails_was_never_asked(database: Database, clock: Clock):
    shop = Workshop(database, clock, [])

    async def fails() -> None:
        async with database.write() as session:
            await shop.works.enqueue_in(session, "do", "x", person_id=ANNA, facts={}, now=clock.now)
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError):
        await fails()
    async with database.read() as session:
        assert (await session.scalars(select(tables.Work))).all() == []
