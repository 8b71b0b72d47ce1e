from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from scheduler.jobs import JOBS
from scheduler.schedule import SCHEDULE, Entry, build_clock
from tests.platform import running_platform


def test_everything_on_the_schedule_is_a_job_that_can_be_run_by_hand():
    assert {entry.name for entry in SCHEDULE} <= set(JOBS)


def test_the_clean_up_runs_at_half_past_four_in_the_zone_of_the_settings():
    entry = next(entry for entry in SCHEDULE if entry.name == "clean-up")
    trigger = CronTrigger.from_crontab(entry.cron, timezone=ZoneInfo("Asia/Kathmandu"))
    due = trigger.get_next_fire_time(None, datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    assert due == datetime(2026, 3, 1, 22, 45, tzinfo=UTC)


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
