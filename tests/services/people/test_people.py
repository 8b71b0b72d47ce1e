import asyncio
from datetime import UTC, datetime

import pytest

from db.engine import Database
from services.people import People, Role, UnknownLanguage
from services.time_zones import UnknownTimeZone

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def people(database: Database) -> People:
    return People(database, default_time_zone="Europe/Moscow", owner_ids=frozenset({7}))


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


async def test_owners_are_those_of_the_settings(people: People):
    assert (await people.meet(7, "ru", NOW)).role is Role.OWNER
    assert (await people.meet(1, "ru", NOW)).role is Role.PERSON


async def test_names_are_kept_as_they_last_were(people: People):
    await people.meet(1, "ru", NOW, username="anna", first_name="Анна")
    known = await people.meet(1, "ru", NOW)
    assert (known.username, known.first_name) == ("anna", "Анна"), "who is told no names keeps those that are known"
    renamed = await people.meet(1, "ru", NOW, username=None, first_name="Аня")
    assert (renamed.username, renamed.first_name) == (None, "Аня")
    assert await people.find(1) == renamed


async def test_a_user_name_is_one_person_s(people: People):
    await people.meet(1, "ru", NOW, username="anna", first_name="Анна")
    await people.meet(2, "ru", NOW, username="anna", first_name="Анна")
    former = await people.find(1)
    assert former is not None
    assert former.username is None


async def test_what_is_sent_unasked_speaks_the_language_of_their_telegram(people: People):
    await people.meet(1, "ru", NOW)
    await people.meet(2, "en", NOW)
    assert [found.language for found in (await people.find(1), await people.find(2)) if found] == ["ru", "en"]
    assert await people.find(3) is None
