"""The machine's clock is put right while the scheduler runs."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import pytest

from bot import serve_schedule
from bot.stopping import Stopping
from scheduler.schedule import SCHEDULE, build_clock
from tests.platform import running_platform
from tests.waiting import until


async def test_after_the_clock_went_back_a_day_jobs_go_on_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with running_platform(tmp_path) as platform:
        _scheduler_reads(platform.clock, monkeypatch)
        clocks = []

        def build(*args: Any) -> Any:
            clocks.append(build_clock(*args))
            return clocks[0]

        monkeypatch.setattr(serve_schedule, "build_clock", build)
        stopping = Stopping()
        serving = asyncio.create_task(serve_schedule.serve_schedule(platform.container, stopping))

        async def all_run_soon() -> bool:
            times = [job.next_run_time for clock in clocks for job in clock.get_jobs()]
            now = platform.clock()
            return len(times) == len(SCHEDULE) and all(now < time <= now + timedelta(days=1) for time in times)

        await until(all_run_soon, True)
        platform.clock.passes(days=-30)
        assert not await all_run_soon()
        await until(all_run_soon, True)
        stopping.set()
        await serving


def _scheduler_reads(now: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler asks this clock for the time, as it would ask the machine's."""

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(now().timestamp(), tz)

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Moved)
