"""How alerts are raised, counted, silenced and ended, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Database
from services.operations.alerts import FOREVER, AlertKind, Alerts

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def alerts(database: Database) -> Alerts:
    return Alerts(database)


async def test_raised_by_many_at_once_it_is_one_alert_with_the_right_count(alerts: Alerts):
    counts = await asyncio.gather(*(alerts.raise_alert("same", AlertKind.ERROR, {}, NOW) for _ in range(30)))
    assert sorted(counts) == list(range(1, 31))
    assert [alert.count for alert in await alerts.standing(NOW)] == [30]
    assert alerts.changed.is_set()


async def test_what_stands_has_the_newest_facts_and_does_not_count(alerts: Alerts):
    for count in (1, 5):
        await alerts.stands("queue", AlertKind.UPDATES_WAIT, {"count": count}, NOW + count * HOUR)
    [alert] = await alerts.standing(NOW)
    assert (alert.count, alert.facts, alert.first_at, alert.last_at) == (1, {"count": 5}, NOW + HOUR, NOW + 5 * HOUR)


async def test_when_it_is_over_the_next_one_is_another(alerts: Alerts):
    await alerts.raise_alert("same", AlertKind.ERROR, {}, NOW)
    [first] = await alerts.standing(NOW)
    await alerts.over("same", NOW + HOUR)
    assert await alerts.standing(NOW) == []
    ended = await alerts.find(first.id, NOW)
    assert ended is not None
    assert ended.over_at == NOW + HOUR
    assert await alerts.raise_alert("same", AlertKind.ERROR, {}, NOW + 2 * HOUR) == 1
    [second] = await alerts.standing(NOW)
    assert second.id != first.id


async def test_silence_holds_for_its_time_and_until_woken(alerts: Alerts):
    await alerts.raise_alert("same", AlertKind.ERROR, {}, NOW)

    async def silent(moment: datetime) -> list[datetime | None]:
        return [alert.silent_until for alert in await alerts.standing(moment)]

    await alerts.silence("same", NOW + HOUR)
    assert await silent(NOW) == [NOW + HOUR]
    assert await silent(NOW + HOUR) == [None]
    await alerts.silence("same", FOREVER)
    assert await silent(NOW + 1000 * HOUR) == [FOREVER]
    await alerts.wake("same")
    assert await silent(NOW) == [None]
