from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from scheduler.jobs import JOBS
from scheduler.schedule import SCHEDULE, Entry, build_clock
from tests.platform import running_platform


def test_everything_on_the_schedule_is_a_job_that_can_be_run_by_hand():
    assert {entry.name for entry in SCHEDULE} <= set(JOBS)


def test_the_clean_up_runs_every_hour_so_that_nothing_is_kept_much_longer_than_promised():
    entry = next(entry for entry in SCHEDULE if entry.name == "clean-up")
    trigger = CronTrigger.from_crontab(entry.cron, timezone=ZoneInfo("Europe/Moscow"))
    first = trigger.get_next_fire_time(None, datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    assert first is not None
    assert trigger.get_next_fire_time(first, first + timedelta(seconds=1)) == first + timedelta(hours=1)


async def test_a_job_that_fails_does_not_stop_the_clock(tmp_path, monkeypatch):
    runs = []

    async def fails(*_: object) -> None:
        runs.append("ran")
        raise RuntimeError("the disk is full")

    monkeypatch.setitem(JOBS, "clean-up", fails)
    async with running_platform(tmp_path) as platform:
        clock = build_clock(
            platform.container.services, ZoneInfo("UTC"), platform.clock, (Entry("clean-up", "* * * * *"),)
        )
        clock.start()
        (job,) = clock.get_jobs()
        for _ in range(2):
            await job.func()
        clock.shutdown()
    assert runs == ["ran", "ran"]
