"""The clock goes back a day: what is due waits no longer than it was to wait."""

from datetime import timedelta

import pytest

from db.engine import Database
from services.works import Later, Progress, Work
from tests.services.works.workshop import Clock, Done, Workshop, kind
from tests.waiting import until

DAY, FIVE_MINUTES = timedelta(days=1), timedelta(minutes=5)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_a_work_that_was_to_wait_five_minutes_waits_five_minutes(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.works.works.MENDED_AT_ONCE", 2)
    shop = Workshop(database, clock, [])
    works = [await shop.asked(f"{number}", due_at=clock.now + number * FIVE_MINUTES) for number in range(5)]
    clock.passes(days=-1)
    await shop.works.mend_times(clock.now)
    waits = [(await shop.row(work_id)).due_at - clock.now for work_id in works]
    assert waits == [number * FIVE_MINUTES for number in range(5)]


async def test_what_was_asked_for_by_a_clock_that_was_right_waits_for_its_own_time(database: Database, clock: Clock):
    shop = Workshop(database, clock, [])
    due_at = clock.now + timedelta(hours=30)
    work_id = await shop.asked("x", due_at=due_at)
    clock.passes(hours=6)
    clock.passes(hours=-3)
    await shop.works.mend_times(clock.now)
    assert (await shop.row(work_id)).due_at == due_at


async def test_what_comes_too_early_or_failed_comes_again_after_its_pause(database: Database, clock: Clock):
    async def waits(_work: Work, _progress: Progress) -> None:
        raise Later(FIVE_MINUTES)

    async def fails(_work: Work, _progress: Progress) -> None:
        raise RuntimeError("broken")

    shop = Workshop(database, clock, [kind(waits), kind(fails, "fail", pauses=(timedelta(minutes=10),))])
    early, failed = await shop.asked("x"), await shop.asked("y", kind="fail")
    # Both were asked for long before.
    clock.passes(days=3)

    async def are_put_back() -> bool:
        rows = [await shop.row(work_id) for work_id in (early, failed)]
        return all(row.lease is None and row.due_at > clock.now for row in rows)

    async with shop.working():
        await until(are_put_back, True)
    clock.passes(days=-1)
    await shop.works.mend_times(clock.now)
    assert (await shop.row(early)).due_at - clock.now == FIVE_MINUTES
    assert (await shop.row(failed)).due_at - clock.now == timedelta(minutes=10)


async def test_what_was_due_is_done_at_once(database: Database, clock: Clock):
    done = Done()
    shop = Workshop(database, clock, [kind(done)])
    work_id = await shop.asked("x")
    clock.passes(days=-1)
    async with shop.working():
        await shop.works.mend_times(clock.now)
        await shop.ends(work_id)
