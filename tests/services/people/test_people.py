import asyncio
from datetime import UTC, datetime

import pytest

from db.engine import Database
from services.people import People, UnknownLanguage
from services.time_zones import UnknownTimeZone

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def people(database: Database) -> People:
    return People(database, default_time_zone="Europe/Moscow", operator_ids=frozenset({7}))


@pytest.mark.parametrize(
    ("telegram", "language"), [("ru", "ru"), ("ru-RU", "ru"), ("kk", "ru"), ("en-GB", "en"), ("de", "en"), (None, "en")]
)
async def test_the_language_is_telegram_s_until_one_is_chosen(people: People, telegram: str | None, language: str):
    assert (await people.meet(1, telegram, NOW)).language == language
    await people.choose_language(1, "ru")
    assert (await people.meet(1, telegram, NOW)).language == "ru"


async def test_a_language_that_there_is_not_is_refused(people: People):
    await people.meet(1, "ru", NOW)
    with pytest.raises(UnknownLanguage):
        await people.choose_language(1, "xx")


async def test_the_time_zone_is_the_default_until_one_is_chosen(people: People):
    person = await people.meet(1, "ru", NOW)
    assert person.time_zone == "Europe/Moscow"
    chosen = await people.choose_time_zone(person, "Asia/Kathmandu")
    assert chosen == await people.meet(1, "ru", NOW)
    with pytest.raises(UnknownTimeZone):
        await people.choose_time_zone(person, "../../etc/passwd")


async def test_two_first_messages_at_once_make_one_person(people: People):
    first, second = await asyncio.gather(people.meet(1, "ru", NOW), people.meet(1, "ru", NOW))
    assert first == second


async def test_operators_are_those_of_the_settings(people: People):
    assert (await people.meet(7, "ru", NOW)).is_operator
    assert not (await people.meet(1, "ru", NOW)).is_operator
