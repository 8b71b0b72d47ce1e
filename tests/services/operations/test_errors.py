"""What is kept of errors that nobody foresaw, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from db import tables
from db.engine import Database
from services.operations.alerts import AlertKind, Alerts
from services.operations.audit import Audit
from services.operations.errors import MOST_TRACEBACKS, ErrorLog, fingerprint
from services.time_zones import UnknownTimeZone, zone

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def alerts(database: Database) -> Alerts:
    return Alerts(database, Audit(database))


@pytest.fixture
def errors(database: Database, alerts: Alerts) -> ErrorLog:
    return ErrorLog(database, alerts, lambda text: text.replace("hunter2", "«secret»"))


def raised(message: str = "hunter2", kind: type[Exception] = RuntimeError) -> Exception:
    try:
        raise kind(message)
    except kind as error:
        return error


def raised_in_ours(name: str) -> Exception:
    try:
        zone(name)
    except UnknownTimeZone as error:
        return error
    raise AssertionError


async def test_an_error_is_found_by_its_id_and_by_its_person_and_keeps_no_secret(errors: ErrorLog):
    first = await errors.report("update", raised(), NOW, person_id=7)
    second = await errors.report("work", raised(), NOW + timedelta(minutes=1), person_id=7)
    await errors.report("job", raised(), NOW)
    found = await errors.find(first)
    assert found is not None
    assert (found.name, found.source, found.person_id, found.at) == ("RuntimeError", "update", 7, NOW)
    assert "RuntimeError: «secret»" in found.traceback
    assert [error.id for error in await errors.of_person(7, 10)] == [second, first]
    assert await errors.find("no such") is None


async def test_equal_errors_raise_one_alert_that_counts_and_keeps_the_first_one_s_facts(
    errors: ErrorLog, alerts: Alerts
):
    ids = [await errors.report("work", raised(f"attempt {number}"), NOW) for number in range(3)]
    await errors.report("work", raised(kind=KeyError), NOW)
    equal, other = await alerts.standing(NOW)
    assert (equal.kind, equal.count, equal.facts["error_id"]) == (AlertKind.ERROR, 3, ids[0])
    assert (other.count, other.facts["name"]) == (1, "KeyError")


async def test_of_very_many_equal_errors_each_is_found_with_a_traceback(errors: ErrorLog):
    error = raised()
    ids = [await errors.report("work", error, NOW) for _ in range(MOST_TRACEBACKS + 2)]
    last = await errors.find(ids[-1])
    assert last is not None
    assert "RuntimeError" in last.traceback


def test_what_is_equal_does_not_depend_on_values_or_on_who_called():
    assert fingerprint(raised_in_ours("Nowhere/One")) == fingerprint(raised_in_ours("Nowhere/Two"))
    assert fingerprint(raised("a")) == fingerprint(raised("b"))
    assert fingerprint(raised()) != fingerprint(raised(kind=ValueError))
    assert fingerprint(raised_in_ours("x/y")) != fingerprint(raised(kind=UnknownTimeZone))
    assert fingerprint(ExceptionGroup("several", [raised()])) == fingerprint(raised())


async def test_with_the_database_away_reporting_raises_nothing(alerts: Alerts):
    class Away:
        def write(self) -> None:
            raise ConnectionError

    assert await ErrorLog(Away(), alerts, str).report("job", raised(), NOW)  # type: ignore[arg-type]


async def test_words_that_no_database_takes_are_kept_in_signs(errors: ErrorLog, alerts: Alerts):
    error_id = await errors.report("update", raised("half \ud83d, NUL \0"), NOW)
    found = await errors.find(error_id)
    assert found is not None
    assert "half \\ud83d, NUL \\x00" in found.traceback
    assert [alert.count for alert in await alerts.standing(NOW)] == [1]


async def test_what_a_database_refuses_is_kept_without_what_stood_in_it(database: Database, errors: ErrorLog):
    async def refused(**values: object) -> IntegrityError:
        values = {"slug": slug, "target": target, "created_at": NOW} | values
        try:
            async with database.write() as session:
                session.add(tables.Link(**values))
        except IntegrityError as error:
            return error
        raise AssertionError

    slug, target, nobody = "annas" * 3, "https://private.example/\nHINT: not this\nsecond line", 4242 * 10001
    async with database.write() as session:
        session.add(tables.Link(slug=slug, target=target, created_at=NOW))
    for error in (await refused(), await refused(slug="other", owner_id=nobody), await refused(created_at=None)):
        error_id = await errors.report("update", ExceptionGroup("several", [error]), NOW)
        kept = await errors.find(error_id)
        assert kept is not None
        assert "INSERT INTO links" in kept.traceback
        for value in (slug, "private.example", "second line", str(nobody)):
            assert value not in kept.traceback, kept.traceback
