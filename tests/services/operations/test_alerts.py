"""How alerts are raised, counted, silenced and ended, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Database
from db.queries import alerts as queries
from db.queries import heartbeats
from services.operations.alerts import FOREVER, AlertKind, Alerts
from services.operations.audit import Audit
from services.operations.errors import ErrorLog, fingerprint
from services.operations.upkeep import Upkeep
from services.people import NotAllowed, Person, Role

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OWNER = Person(1900, "ru", "Europe/Moscow", Role.OWNER)


@pytest.fixture
def alerts(database: Database) -> Alerts:
    return Alerts(database, Audit(database))


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


async def test_an_end_is_to_be_shown_until_it_is_whatever_time_it_is(alerts: Alerts, database: Database):
    async def unsettled() -> list[str]:
        async with database.read() as session:
            return [row.fingerprint for row in await queries.unsettled(session)]

    await alerts.raise_alert("same", AlertKind.ERROR, {}, NOW)
    [alert] = await alerts.standing(NOW)
    async with database.write() as session:
        await queries.shown(session, alert.id, 1, None, NOW + DAY)
    await alerts.over("same", NOW + HOUR)
    assert await unsettled() == ["same"]
    async with database.write() as session:
        # By somebody who has not seen the end.
        await queries.shown(session, alert.id, 1, None, NOW + DAY)
    assert await unsettled() == ["same"]
    async with database.write() as session:
        # The clock was put back meanwhile.
        await queries.shown(session, alert.id, 1, NOW + HOUR, NOW - DAY)
    assert await unsettled() == []


async def test_the_same_error_in_an_update_that_was_set_aside_is_another_alert(alerts: Alerts, database: Database):
    errors, error = ErrorLog(database, alerts, str), LookupError("x")
    await errors.keep("1", "query", error, NOW)
    await errors.keep("2", "update", error, NOW, kind=AlertKind.UPDATE_ASIDE)
    standing = await alerts.standing(NOW)
    assert [(alert.kind, alert.count, alert.facts["error_id"]) for alert in standing] == [
        (AlertKind.ERROR, 1, "1"),
        (AlertKind.UPDATE_ASIDE, 1, "2"),
    ]


async def test_an_alert_of_a_kind_of_tomorrow_is_left_out(alerts: Alerts, database: Database):
    await alerts.raise_alert("same", AlertKind.ERROR, {}, NOW)
    async with database.write() as session:
        await queries.stand(session, "new", "a-kind-of-tomorrow", {}, NOW)
    assert [alert.fingerprint for alert in await alerts.standing(NOW)] == ["same"]
    assert await alerts.find(2, NOW) is None


async def test_silence_holds_for_its_time_and_until_woken(alerts: Alerts):
    await alerts.raise_alert("same", AlertKind.ERROR, {}, NOW)
    [alert] = await alerts.standing(NOW)

    async def silent(moment: datetime) -> list[datetime | None]:
        return [each.silent_until for each in await alerts.standing(moment)]

    await alerts.silence(OWNER, alert, NOW + HOUR, NOW)
    assert await silent(NOW) == [NOW + HOUR]
    assert await silent(NOW + HOUR) == [None]
    await alerts.silence(OWNER, alert, FOREVER, NOW)
    assert await silent(NOW + 1000 * HOUR) == [FOREVER]
    await alerts.wake(OWNER, alert, NOW)
    assert await silent(NOW) == [None]


async def test_who_silenced_is_noted_once_however_often_the_press_is_handled(alerts: Alerts, database: Database):
    await alerts.raise_alert("same", AlertKind.ERROR, {}, NOW)
    [alert] = await alerts.standing(NOW)
    for minutes in (0, 5):
        now = NOW + timedelta(minutes=minutes)
        await alerts.silence(OWNER, alert, now + HOUR, now, cause=77)
    assert [each.silent_until for each in await alerts.standing(NOW)] == [NOW + HOUR]
    page = await Audit(database).page(1, 10)
    assert [(act.actor_id, act.name, act.subject) for act in page.acts] == [
        (OWNER.id, "silence-alert", f"alert:{alert.id}")
    ]


async def test_who_has_no_right_changes_nothing(alerts: Alerts):
    await alerts.raise_alert("same", AlertKind.ERROR, {}, NOW)
    [alert] = await alerts.standing(NOW)
    with pytest.raises(NotAllowed):
        await alerts.silence(replace(OWNER, role=Role.PERSON), alert, FOREVER, NOW)
    assert (await alerts.standing(NOW))[0].silent_until is None


async def test_what_is_long_over_goes_with_the_clean_up(alerts: Alerts, database: Database):
    errors = ErrorLog(database, alerts, str)
    old = await errors.report("job", ValueError("x"), NOW - 31 * DAY)
    await alerts.over(f"{AlertKind.ERROR}:{fingerprint(ValueError('x'))}", NOW - 31 * DAY)
    fresh = await errors.report("job", KeyError("x"), NOW)
    async with database.write() as session:
        for process, seen_at in (("old", NOW - 2 * DAY), ("new", NOW)):
            await heartbeats.beat(
                session, process, roles="web", host="here 1", started_at=seen_at, seen_at=seen_at, facts={}
            )
    removed = await Upkeep(database).clean_up(NOW)
    assert (removed.errors, removed.alerts) == (1, 1)
    assert await errors.find(old) is None
    assert await errors.find(fresh) is not None
    assert len(await alerts.standing(NOW)) == 1
    async with database.read() as session:
        assert [row.process for row in await heartbeats.all_of_them(session)] == ["new"]
