"""What operators are alerted of though nobody reports it, on both databases."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import update

from bot.heartbeats import Pulse
from bot.watching import Absences, Bounds, Watch
from db.engine import Database
from db.queries import heartbeats, inbox
from db.tables import Delivery, Heartbeat, InboxUpdate
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ANSWER
from services.operations.alerts import AlertKind, Alerts
from services.operations.audit import Audit
from services.operations.health import Beat, Waiting
from services.operations.overview import Operations
from services.security import Cipher
from services.works import Works
from tests.waiting import until

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Tower:
    """A watch, and what it looks at."""

    database: Database
    deliveries: Deliveries
    alerts: Alerts
    operations: Operations
    watch: Watch
    # Seconds by the watch's own clock.
    passed: float = 0.0

    async def sees(self, now: datetime = NOW) -> dict[AlertKind, dict[str, Any]]:
        """What stands after a look."""
        await self.watch.look(now)
        return {alert.kind: dict(alert.facts) for alert in await self.alerts.standing(now)}

    async def beats(self, process: str, seen_at: datetime, role: str = "web", **facts: Any) -> None:
        async with self.database.write() as session:
            await heartbeats.beat(
                session, process, roles=role, host="here 1", started_at=NOW, seen_at=seen_at, facts={role: facts}
            )

    async def owes(self, number: int, **values: Any) -> None:
        await self.deliveries.enqueue(ANSWER, f"k{number}", 1, Outgoing("hello"), NOW - 20 * MINUTE)
        async with self.database.write() as session:
            await session.execute(update(Delivery).where(Delivery.key == f"k{number}").values(**values))


@pytest.fixture
async def tower(database: Database) -> Tower:
    deliveries = Deliveries(database, Cipher("a key for tests " * 3, "deliveries"), default_time_zone="UTC")
    alerts = Alerts(database, Audit(database))
    works = Works(database, deliveries)
    operations = Operations(database, deliveries, works, alerts, started_at=NOW)
    watch = Watch(operations, alerts, clock=lambda: built.passed)
    built = Tower(database, deliveries, alerts, operations, watch)
    return built


async def test_where_all_is_well_nothing_stands(tower: Tower):
    await tower.beats("a", NOW, clicks=3, seconds=0.5)
    assert await tower.sees() == {}


async def test_an_update_that_waits_for_more_than_a_minute(tower: Tower):
    async with tower.database.write() as session:
        await inbox.record(session, [inbox.Arrival(1, 1, "message", b"x")], NOW - 3 * MINUTE)
        await inbox.record(session, [inbox.Arrival(2, 1, "message", b"x")], NOW)
    assert await tower.sees() == {AlertKind.UPDATES_WAIT: {"count": 2, "seconds": 180.0}}
    async with tower.database.write() as session:
        await session.execute(update(InboxUpdate).values(received_at=NOW))
    [alert] = await tower.alerts.standing(NOW)
    assert alert.ends_at == NOW + 3 * MINUTE


async def test_messages_that_wait_fail_or_got_lost(tower: Tower):
    await tower.owes(0, due_at=NOW - 4 * MINUTE)
    for number in range(1, Bounds().failed + 1):
        await tower.owes(number, state="failed", reason="chat not found", finished_at=NOW - MINUTE)
    await tower.owes(98, state="unknown", finished_at=NOW - MINUTE)
    assert await tower.sees() == {
        AlertKind.DELIVERIES_WAIT: {"count": 1, "seconds": 240.0},
        AlertKind.DELIVERIES_FAIL: {"count": Bounds().failed, "reason": "chat not found"},
        AlertKind.DELIVERIES_UNKNOWN: {"count": 1},
    }


async def test_people_who_blocked_the_bot_are_no_trouble(tower: Tower):
    for number in range(20):
        await tower.owes(number, state="failed", reason="blocked", finished_at=NOW)
    assert await tower.sees() == {}


async def test_works_that_nobody_does(tower: Tower):
    await tower.operations._works.enqueue("x", "1", person_id=None, facts={}, now=NOW - 11 * MINUTE)
    assert await tower.sees() == {AlertKind.WORKS_WAIT: {"count": 1, "seconds": 660.0}}


async def test_clicks_that_are_not_counted(tower: Tower):
    await tower.beats("a", NOW, clicks=700, seconds=90.0)
    await tower.beats("b", NOW, clicks=5, seconds=0.1)
    assert await tower.sees() == {AlertKind.CLICKS_WAIT: {"count": 705, "seconds": 90.0}}


async def test_a_role_that_died_is_missed_until_another_process_has_it(tower: Tower):
    await tower.beats("a", NOW)
    await tower.beats("s", NOW, role="scheduler")
    assert await tower.sees() == {}
    tower.passed += 31
    await tower.beats("s", NOW + MINUTE, role="scheduler")
    assert await tower.sees() == {AlertKind.ROLE_UNSEEN: {"role": "web", "seconds": 31.0}}
    await tower.beats("b", NOW + MINUTE)
    await tower.alerts.over(f"{AlertKind.ROLE_UNSEEN}:web", NOW)
    assert await tower.sees() == {}


def test_a_clock_that_is_wrong_elsewhere_makes_no_role_absent():
    passed = 0.0
    absences = Absences(lambda: passed)

    def beat(seen_at: datetime) -> Beat:
        return Beat("a", ["web"], seen_at, False, Waiting(0, timedelta()))

    year = timedelta(days=365)
    assert absences.of([beat(NOW - year)]) == {"web": timedelta()}
    passed = 20.0
    assert absences.of([beat(NOW + year)]) == {"web": timedelta()}
    passed = 30.0
    assert absences.of([beat(NOW + year)]) == {"web": timedelta(seconds=10)}


async def test_a_process_shows_its_roles_while_it_has_them_and_goes_without_a_trace(tower: Tower):
    pulse = Pulse(tower.database, lambda: NOW)

    async def roles() -> list[tuple[str, int, bool]]:
        return [(role.name, role.processes, role.leads) for role in (await tower.operations.health(NOW)).roles]

    async with pulse.role("web", lambda: {"clicks": 2, "seconds": 1.0}), pulse.role("bot", lambda: {"leads": True}):
        await until(roles, [("bot", 1, True), ("web", 1, False)])
        assert (await tower.operations.health(NOW)).clicks == Waiting(2, timedelta(seconds=1))
    assert await roles() == []


async def test_a_role_that_failed_leaves_its_trace_and_is_missed(tower: Tower):
    pulse = Pulse(tower.database, lambda: NOW)

    async def processes() -> int:
        async with tower.database.read() as session:
            return len((await session.scalars(Heartbeat.__table__.select())).all())

    async def fails() -> None:
        async with pulse.role("web"):
            await until(processes, 1)
            raise LookupError

    with pytest.raises(LookupError):
        await fails()
    assert await processes() == 1


async def test_a_role_that_failed_is_missed_while_the_others_of_its_process_go_on(tower: Tower):
    beats = count()
    pulse = Pulse(tower.database, lambda: NOW + next(beats) * timedelta(seconds=10))

    async def last_seen() -> dict[str, datetime]:
        roles = (await tower.operations.health(NOW)).roles
        return {role.name: role.seen_at for role in roles}

    async def both() -> bool:
        return set(await last_seen()) == {"bot", "web"}

    async def fails() -> None:
        async with pulse.role("bot"):
            await until(both, True)
            raise LookupError

    async with pulse.role("web"):
        with pytest.raises(LookupError):
            await fails()
        trace = (await last_seen())["bot"]
        for _ in range(2):
            before = (await last_seen())["web"]

            async def went_on(before: datetime = before) -> bool:
                return (await last_seen())["web"] > before

            pulse.changed()
            await until(went_on, True)
        assert (await last_seen())["bot"] == trace
    assert set(await last_seen()) == {"bot"}
