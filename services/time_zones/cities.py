"""Cities of 15,000 people and more, found by any of their names in Latin or Cyrillic letters.

cities.gz has a line for each, the largest first::

    English name <TAB> Russian name or nothing <TAB> country <TAB> zone <TAB> population <TAB> |key|key|…|

Keys are as search_key() makes them. Searched as it lies, as one piece of bytes: an index of objects would take ten
times the memory, for a search that a person makes once.
"""

import asyncio
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from services.time_zones.countries import country_codes, country_named
from services.time_zones.names import search_key

DATA = Path(__file__).with_name("cities.gz")
# Nobody's city has a longer name, and a longer text is not searched.
LONGEST = 100
# Fewer letters than these begin too many names; in shorter words one wrong letter makes another city.
PREFIX_LETTERS, TYPO_LETTERS = 3, 5
# Moscow in Idaho is not offered to who types "Moscow", unless with its country.
NAMESAKE_SHARE = 0.01
# A village called «Сан» does not hide São Paulo.
OVERSHADOWED = 20


@dataclass(frozen=True, slots=True)
class City:
    """``name`` is English, ``russian_name`` None where it is not known; ``country_code`` ISO 3166-1; an IANA zone."""

    name: str
    russian_name: str | None
    country_code: str
    time_zone: str
    population: int

    @property
    def keys(self) -> set[str]:
        """The search keys of the two names."""
        return {search_key(self.name), search_key(self.russian_name or self.name)}

    def named(self, language: str) -> str:
        """The name in ``ru`` where it is known, the English one for everybody else."""
        return self.russian_name or self.name if language == "ru" else self.name


@dataclass(frozen=True, slots=True)
class CitySearch:
    """``cities``, the likeliest first, one for each time zone.

    ``is_exact``: the first bears the very name that was typed, so it may be taken for what was meant. Otherwise
    (a beginning, a wrong letter, a country of several zones) all of them are guesses, to be asked about.
    """

    cities: tuple[City, ...]
    is_exact: bool


async def find_cities(query: str, limit: int = 4) -> CitySearch:
    """At most ``limit`` cities that ``query`` may mean.

    By the whole name, then by its beginning, then with one letter wrong; larger ones first. A country after a comma
    («Лондон, Канада») chooses among namesakes; a country alone gives its largest cities. Works in a thread: the first
    search reads the file.
    """
    return await asyncio.to_thread(search, query, limit)


def search(query: str, limit: int = 4) -> CitySearch:
    """As find_cities(), in the caller's thread. Never raises."""
    place, _, rest = query[:LONGEST].partition(",")
    key, countries = search_key(place), country_codes(rest)
    if not key:
        return CitySearch((), is_exact=False)
    country = country_named(place)
    if country:
        # A zone each; some countries share their name with a city abroad (Armenia in Colombia).
        largest = map(_city, _lines_with(f"\t{country}\t".encode()))
        cities = _one_a_zone([*largest, *_with(_called(key), countries)])
        return CitySearch(tuple(cities[:limit]), is_exact=len(cities) == 1)
    called = _with(_called(key), countries)
    found = called + _greater(_with(_starting(key), countries), called) if len(key) >= PREFIX_LETTERS else called
    if not found and len(key) >= TYPO_LETTERS:
        found = _with(_misspelt(key), countries)
    cities = _one_a_zone(found)
    # Where a country is said, it must be the city's own; what else stands after a comma is not understood.
    is_there = cities[0].country_code in countries if cities and rest.strip() else True
    is_its_name = bool(called) and found == called and (key in called[0].keys or len(cities) == 1)
    return CitySearch(tuple(cities[:limit]), is_exact=is_there and is_its_name)


def _greater(starting: list[City], called: list[City]) -> list[City]:
    """Those whose names only start as it was typed, and that are so great that they may be meant all the same."""
    least = OVERSHADOWED * called[0].population if called else 0
    return [city for city in starting if city.population > least]


def _with(cities: Iterable[City], countries: frozenset[str]) -> list[City]:
    """Those in the countries if there are any, else those that are not dwarfed by a namesake."""
    cities = list(cities)
    inside = [city for city in cities if city.country_code in countries]
    if inside or not cities:
        return inside
    return [city for city in cities if city.population >= NAMESAKE_SHARE * cities[0].population]


def _one_a_zone(cities: list[City]) -> list[City]:
    first: dict[str, City] = {}
    for city in cities:
        first.setdefault(city.time_zone, city)
    return list(first.values())


def _called(key: str) -> list[City]:
    """Cities with this name among theirs. Who bears it leaves out who only bore it once, or elsewhere: Королёв is not
    offered for «Калининград»."""
    cities = [_city(line) for line in _lines_with(f"|{key}|".encode())]
    largest = next((city.population for city in cities if key in city.keys), 0)
    return [city for city in cities if key in city.keys or city.population > largest]


def _starting(key: str) -> Iterator[City]:
    return map(_city, _lines_with(f"|{key}".encode()))


def _misspelt(key: str) -> list[City]:
    """Cities one of whose keys is one edit away from ``key``: a letter more, less, other, or two neighbours swapped."""
    # An edit touches two neighbouring letters at most, so one of these two parts stands as it was typed.
    half = len(key) // 2
    starts = _keys_at(f"|{key[:half]}".encode())
    ends = _keys_at(f"{key[half + 1 :]}|".encode())
    lines = {line for line, other in (*starts, *ends) if _one_edit_apart(key, other)}
    return [_city(line) for line in sorted(lines)]


def _one_edit_apart(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[:2] == other[:2][::-1] and one[2:] == other[2:])
    return one[1:] == other or one == other[1:]


def _keys_at(part: bytes) -> Iterator[tuple[int, str]]:
    """The keys that begin or end with ``part`` (which has the bar on that side), each with where its line starts."""
    data = _data()
    at = data.find(part)
    while at >= 0:
        begin = at + 1 if part.startswith(b"|") else data.rindex(b"|", 0, at + len(part) - 1) + 1
        yield data.rfind(b"\n", 0, at) + 1, data[begin : data.index(b"|", begin)].decode()
        at = data.find(part, at + 1)


def _lines_with(part: bytes) -> Iterator[int]:
    """Where the lines start that have ``part`` among their keys, in the file's order."""
    data = _data()
    at = data.find(part)
    while at >= 0:
        yield data.rfind(b"\n", 0, at) + 1
        at = data.find(part, data.index(b"\n", at))


def _city(line: int) -> City:
    data = _data()
    name, russian, country, zone, population = data[line : data.index(b"\t|", line)].decode().split("\t")
    return City(name, russian or None, country, zone, int(population))


@lru_cache(maxsize=1)
def _data() -> bytes:
    return gzip.decompress(DATA.read_bytes())
