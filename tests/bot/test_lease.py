"""Who leads, on both databases: one at a time, whatever happens, and never nobody for long."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.lease import Deposed, Leadership, Pace, Reign
from bot.seat import Seat, this_machine
from bot.stopping import Stopping
from db.engine import Database
from tests.waiting import until

# The usual pace, ten times as fast.
PACE = Pace(renew=0.2, hold=0.8, wait=1.0, look=0.05, seen=0.1, courtesy=0.15)
PATIENT = Pace(renew=0.2, hold=0.8, wait=3600, look=0.05)


@dataclass
class Candidate:
    """A process that would lead; ``reigns`` are its times in the lead, the last one perhaps still lasting."""

    leadership: Leadership
    stopping: Stopping = field(default_factory=Stopping)
    reigns: list[Reign] = field(default_factory=list)
    finished: int = 0
    cut_off: int = 0

    async def lead(self, reign: Reign) -> None:
        self.reigns.append(reign)
        try:
            await reign.over.wait()
            self.finished += 1
        except asyncio.CancelledError:
            self.cut_off += 1
            raise

    async def leads(self) -> bool:
        return bool(self.reigns) and self.reigns[-1].holds() and not self.reigns[-1].over.is_set()


@asynccontextmanager
async def candidate(database: Database, machine: str, pace: Pace = PACE) -> AsyncIterator[Candidate]:
    one = Candidate(Leadership(database, machine=machine, pace=pace))
    running = asyncio.create_task(one.leadership.run(one.stopping, one.lead))
    try:
        yield one
    finally:
        one.stopping.set()
        await running


class Away:
    """A database that can be taken away from one process alone, or that it cannot write to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.answers = True
        self.full = False

    def __getattr__(self, name: str):
        if not self.answers or (self.full and name == "write"):
            raise ConnectionError
        return getattr(self._database, name)


@pytest.fixture
def a_zombie() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has ended, and that nobody has asked after."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process
    process.wait()


async def test_one_leads_and_the_other_stands_by_until_the_first_stops(database: Database):
    async with candidate(database, "here") as first:
        await until(first.leads, True)
        async with candidate(database, "there", PATIENT) as second:
            await asyncio.sleep(2 * PACE.wait)  # long enough to be tempted
            assert (len(first.reigns), second.reigns) == (1, [])
            first.stopping.set()
            await until(second.leads, True, within=1)
            assert (first.finished, first.cut_off) == (1, 0)


async def test_a_leader_that_vanished_on_another_machine_is_succeeded_when_its_number_stands_still(database: Database):
    vanished = Leadership(database, machine="there", pace=PACE)
    assert await vanished._win(Stopping()) is not None
    began = time.monotonic()
    async with candidate(database, "here") as one:
        await until(one.leads, True)
    assert time.monotonic() - began >= PACE.wait


@pytest.mark.parametrize("how", ["gone", "a zombie", "before us, with our number"])
async def test_a_leader_that_ended_on_the_same_machine_is_succeeded_at_once(
    database: Database, a_zombie: subprocess.Popen[bytes], how: str
):
    if how == "gone":
        a_zombie.wait()
    ended = Leadership(database, machine="here", pace=PACE)
    ended._seat = Seat("here", os.getpid() if how.startswith("before") else a_zombie.pid, "token")
    assert await ended._win(Stopping()) is not None
    async with candidate(database, "here", PATIENT) as one:
        await until(one.leads, True)


async def test_a_leader_that_runs_on_the_same_machine_is_let_be(database: Database):
    running = Leadership(database, machine="here", pace=PACE)
    running._seat = Seat("here", os.getppid(), "token")
    assert await running._win(Stopping()) is not None
    async with candidate(database, "here", PATIENT) as one:
        await asyncio.sleep(0.5)
        assert not one.reigns


async def test_a_leader_without_its_database_steps_back_before_another_may_lead_and_leads_again_later(
    database: Database,
):
    away = Away(database)
    async with candidate(away, "here") as first:  # type: ignore[arg-type]
        await until(first.leads, True)
        async with candidate(database, "there") as second:
            away.answers = False
            await until(second.leads, True)
            assert not first.reigns[0].holds()
            assert (first.finished, first.cut_off) == (1, 0) or first.cut_off == 1
            away.answers = True
            second.stopping.set()
            await until(first.leads, True)
            assert len(first.reigns) == 2


async def test_where_nothing_can_be_written_the_leader_goes_on_until_another_can_write(database: Database):
    pace = Pace(renew=0.2, hold=1.0, wait=1.2, look=0.1, seen=0.8, courtesy=1.2)
    mine, other_s = Away(database), Away(database)
    async with candidate(mine, "here", pace) as first:  # type: ignore[arg-type]
        await until(first.leads, True)
        async with candidate(other_s, "there", pace) as second:  # type: ignore[arg-type]
            mine.full = other_s.full = True
            await asyncio.sleep(2 * pace.wait)  # long enough to be tempted
            assert await first.leads()
            assert not second.reigns
            other_s.full = False
            await until(second.leads, True)
            assert not first.reigns[-1].holds()


async def test_who_stepped_back_for_want_of_a_database_leads_again_when_it_can_be_read(database: Database):
    away = Away(database)
    async with candidate(away, "here") as one:  # type: ignore[arg-type]
        await until(one.leads, True)
        away.answers = False
        await until(one.leads, False)
        away.full = away.answers = True
        await until(one.leads, True)
        away.full = False


async def test_never_do_two_lead_however_often_they_lose_the_database(database: Database):
    bases = [Away(database) for _ in range(3)]
    most = 0
    async with (
        candidate(bases[0], "a") as one,  # type: ignore[arg-type]
        candidate(bases[1], "b") as two,  # type: ignore[arg-type]
        candidate(bases[2], "c") as three,  # type: ignore[arg-type]
    ):
        all_of_them = (one, two, three)
        for turn in range(100):
            # Each in its turn has none for longer than a leader goes on without.
            for number, base in enumerate(bases):
                base.answers = turn // 25 != number
            await asyncio.sleep(0.05)
            most = max(most, sum([await each.leads() for each in all_of_them]))
        assert most == 1
        assert sum(len(each.reigns) for each in all_of_them) > 1


async def test_what_a_deposed_leader_would_write_is_not_written(database: Database):
    deposed, successor = (Leadership(database, machine=name, pace=PACE) for name in ("a", "b"))
    reign = await deposed._win(Stopping())
    assert reign is not None
    async with database.write() as session:
        await reign.fence(session)
    assert await successor._win(Stopping()) is not None
    # It has not noticed yet, and believes to lead.
    reign.renewed(deposed._clock())
    assert reign.holds()
    with pytest.raises(Deposed):
        async with database.write() as session:
            await reign.fence(session)


async def test_what_ends_a_leader_in_an_error_frees_the_lease_and_is_told(database: Database):
    async def fails(_reign: Reign) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await Leadership(database, machine="a", pace=PACE).run(Stopping(), fails)
    async with candidate(database, "b", PATIENT) as one:
        await until(one.leads, True)


def test_a_machine_is_not_known_by_its_name_alone():
    assert this_machine() == this_machine()
    assert len(str(Seat(this_machine(), 4_194_304, "12345678"))) <= 128
    assert " " not in this_machine()
