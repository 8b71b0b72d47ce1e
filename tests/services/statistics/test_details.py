"""Where clicks came from in any span is what was counted in its quarters of an hour, however it is read."""

import itertools
import json
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from db.engine import Database
from db.queries.details import DAY, LIFE, QUARTER
from db.tables import ClickDetail
from services.clicks.dimensions import BROWSER, COUNTRY, DIMENSIONS
from services.statistics.details import details_of

# A quarter in March 2026; a midnight in UTC.
MIDNIGHT = 20_520 * 96
Quarters = Mapping[int, Mapping[str, int]]


async def write(database: Database, link_id: int, quarters: Quarters) -> None:
    """Clicks by country, on all three levels."""
    sums: dict[tuple[int, int], Counter[str]] = {}
    for bucket, countries in quarters.items():
        for span in ((QUARTER, bucket), (DAY, bucket // 96), (LIFE, 0)):
            sums.setdefault(span, Counter()).update(countries)
    async with database.write() as session:
        for (level, start), counted in sums.items():
            values = json.dumps({COUNTRY: counted, BROWSER: {"Chrome": counted.total()}})
            session.add(ClickDetail(link_id=link_id, level=level, start=start, values=values))


async def read(database: Database, link_id: int, first: int | None, end: int | None) -> dict[str, int]:
    async with database.read() as session:
        found = await details_of(session, [link_id], first, end)
    return dict(found[link_id][COUNTRY]) if link_id in found else {}


def truth(quarters: Quarters, first: int, end: int) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for bucket, countries in quarters.items():
        if first <= bucket < end:
            counted.update(countries)
    return dict(counted)


QUARTERS_OF_FIVE_DAYS = st.dictionaries(
    st.integers(MIDNIGHT - 192, MIDNIGHT + 288),
    st.dictionaries(st.sampled_from(["RU", "NP", "", "*"]), st.integers(1, 10**9), min_size=1),
    max_size=12,
)


# Each example counts on a link of its own.
LINKS = itertools.count(1_000)


# Looking for the smallest failure would write thousands of rows, for minutes.
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    QUARTERS_OF_FIVE_DAYS, st.lists(st.tuples(st.integers(-200, 300), st.integers(-200, 300)), min_size=5, max_size=9)
)
async def test_any_span_has_exactly_the_clicks_of_its_quarters(
    database: Database, quarters: Quarters, spans: list[tuple[int, int]]
):
    link_id = next(LINKS)
    await write(database, link_id, quarters)
    for one, other in spans:
        first, end = MIDNIGHT + min(one, other), MIDNIGHT + max(one, other)
        assert await read(database, link_id, first, end) == truth(quarters, first, end), (first, end)
    assert await read(database, link_id, None, None) == truth(quarters, 0, 10**7)


@pytest.mark.parametrize(
    ("first", "end"), [(-1, 1), (0, 96), (0, 95), (1, 96), (-96, 192), (-20, 212), (5, 5), (95, 97), (96, 96)]
)
async def test_whole_days_and_their_edges_are_each_read_once(database: Database, first: int, end: int):
    quarters = {bucket: {"RU": 1} for bucket in range(MIDNIGHT - 150, MIDNIGHT + 250)}
    await write(database, 7, quarters)
    counted = await read(database, 7, MIDNIGHT + first, MIDNIGHT + end)
    assert counted == ({"RU": end - first} if end > first else {})


async def test_each_link_has_its_own_and_nobody_clicked_on_the_third(database: Database):
    await write(database, 1, {MIDNIGHT: {"RU": 2}})
    await write(database, 2, {MIDNIGHT: {"NP": 3}})
    async with database.read() as session:
        found = await details_of(session, [1, 2, 3], MIDNIGHT, MIDNIGHT + 1)
    assert found == {
        1: {COUNTRY: {"RU": 2}, BROWSER: {"Chrome": 2}},
        2: {COUNTRY: {"NP": 3}, BROWSER: {"Chrome": 3}},
    }


async def test_only_what_is_asked_for_is_read(database: Database):
    await write(database, 1, {MIDNIGHT: {"RU": 2}})
    async with database.read() as session:
        found = await details_of(session, [1], None, None, [COUNTRY])
    assert found == {1: {COUNTRY: {"RU": 2}}}


async def test_values_are_whatever_people_s_browsers_say(database: Database):
    countries = {'"': 1, "$.x": 2, "пример.рф": 3, "'; --": 4, "": 5}
    await write(database, 1, {MIDNIGHT: countries})
    assert await read(database, 1, MIDNIGHT, MIDNIGHT + 1) == countries
    assert set(DIMENSIONS) >= {COUNTRY, BROWSER}
