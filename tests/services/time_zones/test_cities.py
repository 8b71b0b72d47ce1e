import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.time_zones import City, current_offset, find_cities
from services.time_zones.cities import DATA, _data, search
from services.time_zones.renew import _lines

WINTER = datetime(2025, 12, 1, tzinfo=UTC)

FOUND_FIRST = [
    # what was typed, the city in Russian, in English, its zone, hours ahead of UTC in winter
    ("Казань", "Казань", "Kazan", "Europe/Moscow", 3),
    ("г. Казань", "Казань", "Kazan", "Europe/Moscow", 3),
    ("КАЗАНЬ ", "Казань", "Kazan", "Europe/Moscow", 3),
    ("Санкт-Петербург", "Санкт-Петербург", "Saint Petersburg", "Europe/Moscow", 3),
    ("санкт петербург", "Санкт-Петербург", "Saint Petersburg", "Europe/Moscow", 3),
    ("питер", "Санкт-Петербург", "Saint Petersburg", "Europe/Moscow", 3),
    ("СПб", "Санкт-Петербург", "Saint Petersburg", "Europe/Moscow", 3),
    ("Сочи", "Сочи", "Sochi", "Europe/Moscow", 3),
    ("Новосибирск", "Новосибирск", "Novosibirsk", "Asia/Novosibirsk", 7),
    ("Нью-Йорк", "Нью-Йорк", "New York City", "America/New_York", -5),
    ("new york", "Нью-Йорк", "New York City", "America/New_York", -5),
    ("Kathmandu", "Катманду", "Kathmandu", "Asia/Kathmandu", 5.75),
    ("Мумбаи", "Мумбаи", "Mumbai", "Asia/Kolkata", 5.5),
    ("Тбилиси", "Тбилиси", "Tbilisi", "Asia/Tbilisi", 4),
    ("Алматы", "Алматы", "Almaty", "Asia/Almaty", 5),
    ("Алма-Ата", "Алматы", "Almaty", "Asia/Almaty", 5),
    ("Минск", "Минск", "Minsk", "Europe/Minsk", 3),
    ("Берлин", "Берлин", "Berlin", "Europe/Berlin", 1),
    ("Лондон", "Лондон", "London", "Europe/London", 0),
    ("San Francisco", "Сан-Франциско", "San Francisco", "America/Los_Angeles", -8),
    ("Екатеринбург", "Екатеринбург", "Yekaterinburg", "Asia/Yekaterinburg", 5),
    ("екб", "Екатеринбург", "Yekaterinburg", "Asia/Yekaterinburg", 5),
    ("Калининград", "Калининград", "Kaliningrad", "Europe/Kaliningrad", 2),
    ("Самара", "Самара", "Samara", "Europe/Samara", 4),
    ("Омск", "Омск", "Omsk", "Asia/Omsk", 6),
    ("Красноярск", "Красноярск", "Krasnoyarsk", "Asia/Krasnoyarsk", 7),
    ("Иркутск", "Иркутск", "Irkutsk", "Asia/Irkutsk", 8),
    ("Якутск", "Якутск", "Yakutsk", "Asia/Yakutsk", 9),
    ("Владивосток", "Владивосток", "Vladivostok", "Asia/Vladivostok", 10),
    ("Магадан", "Магадан", "Magadan", "Asia/Magadan", 11),
    ("Петропавловск-Камчатский", "Петропавловск-Камчатский", "Petropavlovsk-Kamchatsky", "Asia/Kamchatka", 12),
    ("Нижний", "Нижний Новгород", "Nizhniy Novgorod", "Europe/Moscow", 3),
    ("Ростов", "Ростов-на-Дону", "Rostov-on-Don", "Europe/Moscow", 3),
    ("орел", "Орёл", "Orël", "Europe/Moscow", 3),
    ("Киев", "Киев", "Kyiv", "Europe/Kyiv", 2),
    ("Ереван", "Ереван", "Yerevan", "Asia/Yerevan", 4),
    ("Дубай", "Дубай", "Dubai", "Asia/Dubai", 4),
    ("Бали", "Денпасар", "Denpasar", "Asia/Makassar", 8),
    ("Пекин", "Пекин", "Beijing", "Asia/Shanghai", 8),
    ("Токио", "Токио", "Tokyo", "Asia/Tokyo", 9),
    ("Sao Paulo", "Сан-Паулу", "São Paulo", "America/Sao_Paulo", -3),
    ("Los Angeles", "Лос-Анджелес", "Los Angeles", "America/Los_Angeles", -8),
    ("Zurich", "Цюрих", "Zürich", "Europe/Zurich", 1),
    ("Лондон, Канада", "Лондон", "London", "America/Toronto", -5),
    ("Moscow, USA", "Москов", "Moscow", "America/Los_Angeles", -8),
    ("Грузия", "Тбилиси", "Tbilisi", "Asia/Tbilisi", 4),
    # One letter wrong, more, less, or two swapped.
    ("масква", "Москва", "Moscow", "Europe/Moscow", 3),
    ("новосибриск", "Новосибирск", "Novosibirsk", "Asia/Novosibirsk", 7),
    ("Екатиринбург", "Екатеринбург", "Yekaterinburg", "Asia/Yekaterinburg", 5),
    ("Лондонн", "Лондон", "London", "Europe/London", 0),
    ("Челбинск", "Челябинск", "Chelyabinsk", "Asia/Yekaterinburg", 5),
    ("еВладивосток", "Владивосток", "Vladivostok", "Asia/Vladivostok", 10),
    ("Barcelnoa", "Барселона", "Barcelona", "Europe/Madrid", 1),
]


@pytest.mark.parametrize(("typed", "russian", "english", "time_zone", "hours"), FOUND_FIRST)
async def test_a_city_is_found_as_people_call_it(
    typed: str, russian: str, english: str, time_zone: str, hours: float
) -> None:
    city = (await find_cities(typed)).cities[0]
    assert (city.named("ru"), city.named("en"), city.time_zone) == (russian, english, time_zone)
    assert current_offset(city.time_zone, WINTER) == timedelta(hours=hours)


async def test_namesakes_are_offered_once_for_each_time_the_largest_first() -> None:
    springfields = (await find_cities("Springfield")).cities
    assert len(springfields) > 1
    assert len({city.time_zone for city in springfields}) == len(springfields)
    assert [city.population for city in springfields] == sorted((c.population for c in springfields), reverse=True)
    assert len((await find_cities("Сан", limit=2)).cities) == 2


@pytest.mark.parametrize("typed", ["Москва", "Moscow", "Париж", "Калининград", "Рим"])
async def test_a_great_city_is_not_doubted_for_the_sake_of_a_small_namesake(typed: str) -> None:
    found = await find_cities(typed)
    assert len(found.cities) == 1
    assert found.is_exact


@pytest.mark.parametrize(
    "typed",
    ["London", "питер", "СПб", "екб", "Алма-Ата", "орел", "Лондон, Канада", "Москва, Россия", "Moscow, USA", "Индия"],
)
async def test_who_types_a_name_that_a_city_bears_is_taken_at_their_word(typed: str) -> None:
    assert (await find_cities(typed)).is_exact


@pytest.mark.parametrize(
    "typed",
    [
        "Нария",  # a letter away from two cities
        "новосибриск",
        "Новосиб",  # a beginning
        "Мос",  # a town's name, and the beginning of a great city's
        "Сан",  # what several cities are called by some
        "Россия",  # many zones
        "Москва, Франция",  # not there
        "Лондон, Онтарио",  # a region is not understood
    ],
)
async def test_what_may_mean_another_city_is_only_offered(typed: str) -> None:
    found = await find_cities(typed)
    assert found.cities
    assert not found.is_exact


async def test_a_country_offers_its_time_zones() -> None:
    assert [city.named("ru") for city in (await find_cities("Россия")).cities] == [
        "Москва", "Новосибирск", "Екатеринбург", "Омск",
    ]  # fmt: skip


async def test_a_city_without_a_russian_name_keeps_its_own() -> None:
    city = City("Pudong", None, "CN", "Asia/Shanghai", 5_000_000)
    assert city.named("ru") == city.named("en") == "Pudong"


@pytest.mark.parametrize(
    "typed", ["", " ", ",", "😀", "ъ", "qwertyuiop", "|", "\t", "25060", "г.", ", Россия", "ыыыыы"]
)
async def test_what_is_no_city_finds_none(typed: str) -> None:
    found = await find_cities(typed)
    assert (found.cities, found.is_exact) == ((), False)


@settings(deadline=None)
@given(st.text() | st.text("абвгд|\t\n,- ", max_size=12))
@example("а" * 10_000)
@example("\ud800")
@example("|\n")
def test_no_text_at_all_makes_the_search_fall(typed: str) -> None:
    assert all(city.population > 0 for city in search(typed).cities)


# The time of a search says how busy the machine is.
@settings(deadline=None)
@given(st.integers(0, 10**9))
def test_a_name_is_found_wherever_it_stands_in_the_file(number: int) -> None:
    lines = _data().split(b"\n")
    line = lines[number % (len(lines) - 1)].decode()
    name, _, country, zone, population = line.split("\t")[:5]
    found = search(f"{name.partition(',')[0]}, {country}", limit=1000).cities
    assert zone in {city.time_zone for city in found}
    assert max(city.population for city in found) >= int(population)


def test_every_zone_in_the_file_is_one_that_is_known() -> None:
    zones = {line.split("\t")[3] for line in _data().decode().splitlines()}
    assert len(zones) > 300
    for zone in zones:
        assert timedelta(hours=-12) <= current_offset(zone, WINTER) <= timedelta(hours=14)


def test_the_file_stays_small() -> None:
    assert DATA.stat().st_size < 1_500_000


async def test_a_search_leaves_the_event_loop_to_others() -> None:
    turns = 0
    searches = asyncio.gather(*(find_cities("qwertyuiop") for _ in range(5)))
    while not searches.done():
        await asyncio.sleep(0)
        turns += 1
    # One turn to begin, one to end, if the searches ran in the loop.
    assert turns > 2


def test_a_place_becomes_a_line_with_the_names_that_people_type() -> None:
    place = {
        "name": "Orël", "countrycode": "RU", "timezone": "Europe/Moscow", "population": 303696, "geonameid": 515012,
        "alternatenames": ["OEL", "Orel", "Orjol", "Орел", "Орёл", "Орлэ", "Арол", "ao liao er", "奥廖尔"],
    }  # fmt: skip
    (line,) = _lines([place])
    facts, keys = line.split("\t|")
    assert facts == "Orël\tОрёл\tRU\tEurope/Moscow\t303696"
    assert keys.split("|")[:-1] == ["orel", "орел", "орлэ", "арол", "oel"]
