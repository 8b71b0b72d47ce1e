"""Where clicks came from: whatever comes in whatever portions, spans agree with each other and with the truth."""

import json
from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from db.queries.details import DAY, LIFE, QUARTER
from services.clicks.details import QUARTERS_A_DAY, Known, Place, grown, places
from services.clicks.dimensions import COUNTRY, DIMENSIONS, MOST_VALUES, MOST_VALUES_OF_LIFE, OTHER, QR, REFERRER
from services.clicks.records import RecordedClick
from services.clicks.tally import Tally, settled, visitors

LINK = 1
QUARTER_MS = 900_000
Spans = dict[Place, str]


def counted(portions: Sequence[Sequence[RecordedClick]]) -> dict[Place, Known]:
    """The spans of the link after these portions, each of which is counted by itself."""
    spans: Spans = {}
    for portion in portions:
        tally = Tally()
        tally.add(portion)
        for link in tally.clicked():
            quarters = tally.values(link)
            known = {place: spans[place] for place in places(quarters) if place in spans}
            spans |= dict(grown(quarters, known))
    return {place: json.loads(text) for place, text in spans.items()}


def click(quarter: int, referrer: str = "", country: str = "RU", *, qr: bool = False) -> RecordedClick:
    return RecordedClick(LINK, quarter * QUARTER_MS, False, False, country=country, referrer=referrer, qr=qr)


clicks = st.builds(
    RecordedClick,
    link_id=st.just(LINK),
    at=st.integers(0, 4 * QUARTERS_A_DAY).map(lambda quarter: quarter * QUARTER_MS),
    bot=st.booleans(),
    first_visit=st.just(False),
    country=st.sampled_from(["", "RU", "DE"]),
    device=st.sampled_from(["Android", "iPhone"]),
    system=st.sampled_from(["", "iOS 17"]),
    referrer=st.text("abc", max_size=3),
    language=st.sampled_from(["", "ru"]),
    qr=st.booleans(),
    variant=st.sampled_from(["", "A", "B"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(clicks, max_size=40), max_size=6))
def test_each_span_has_exactly_its_people_by_all_they_are(portions: list[list[RecordedClick]]):
    spans = counted(portions)
    people = [click for portion in portions for click in portion if not click.bot]
    expected: dict[Place, dict[str, Counter[str]]] = {}
    for one in people:
        quarter = one.at // QUARTER_MS
        for place in ((QUARTER, quarter), (DAY, quarter // QUARTERS_A_DAY), (LIFE, 0)):
            span = expected.setdefault(place, {name: Counter() for name in DIMENSIONS})
            for name in DIMENSIONS:
                value = getattr(one, name)
                span[name][("scan" if value else "") if name == QR else value] += 1
    assert spans == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 160)), max_size=300), max_size=5))
def test_a_day_with_too_many_values_has_a_hundred_of_them_and_the_rest_together(
    portions: list[list[tuple[int, int]]],
):
    spans = counted([[click(quarter, f"{value}.example") for quarter, value in portion] for portion in portions])
    people = [pair for portion in portions for pair in portion]
    for (level, start), known in spans.items():
        values = known[REFERRER]
        inside = [
            f"{value}.example"
            for quarter, value in people
            if level == LIFE or (quarter if level == QUARTER else quarter // QUARTERS_A_DAY) == start
        ]
        assert sum(values.values()) == len(inside) == sum(known[COUNTRY].values())
        truth = Counter(inside)
        assert all(clicks <= truth[value] for value, clicks in values.items() if value != OTHER)
        if level == DAY:
            assert len(values.keys() - {OTHER}) == min(MOST_VALUES, len(truth))
            if len(truth) <= MOST_VALUES:
                assert values == truth
            # Quarters are counted by what their day is counted by, so that periods of either agree.
            together: Counter[str] = Counter()
            for (other_level, other_start), other in spans.items():
                if other_level == QUARTER and other_start // QUARTERS_A_DAY == start:
                    together.update(other[REFERRER])
            assert together == values


def test_a_value_that_a_day_knows_is_counted_as_itself_after_a_hundred_others_too():
    flood = [click(0, f"{number}.example") for number in range(2_000)]
    spans = counted([[click(0, "vk.com")], flood, [click(1, "vk.com"), click(1, "new.example")]])
    day = spans[DAY, 0][REFERRER]
    assert (day["vk.com"], len(day), day[OTHER]) == (2, MOST_VALUES + 1, 2_000 - 99 + 1)
    assert spans[QUARTER, 1][REFERRER] == {"vk.com": 1, OTHER: 1}


def test_the_next_day_has_room_again_and_life_has_room_for_a_thousand():
    days = 15
    portions = [
        [click(day * QUARTERS_A_DAY, f"{day}-{number}.example") for number in range(MOST_VALUES)] for day in range(days)
    ]
    spans = counted(portions)
    assert all(OTHER not in spans[DAY, day][REFERRER] for day in range(days))
    life = spans[LIFE, 0][REFERRER]
    assert len(life) == MOST_VALUES_OF_LIFE + 1
    assert life[OTHER] == days * MOST_VALUES - MOST_VALUES_OF_LIFE


def test_what_an_older_version_wrote_of_fewer_dimensions_grows_by_the_others():
    tally = Tally()
    tally.add([click(0, "vk.com")])
    known = {(LIFE, 0): '{"country":{"RU":5}}'}
    after = {place: json.loads(text) for place, text in grown(tally.values(LINK), known)}
    assert after[LIFE, 0][COUNTRY] == {"RU": 6}
    assert after[LIFE, 0][REFERRER] == {"vk.com": 1}


visits = st.builds(
    RecordedClick,
    link_id=st.integers(1, 2),
    at=st.integers(0, 3).map(lambda day: day * 86_400_000 + 5),
    bot=st.just(False),
    first_visit=st.booleans(),
    visitor=st.one_of(st.none(), st.integers(0, 3).map(lambda number: bytes([number]) * 16)),
)


@given(st.lists(visits, max_size=50), st.data())
def test_of_a_visitor_s_clicks_on_a_day_one_is_a_first_visit(some: list[RecordedClick], data: st.DataObject):
    asked = visitors(some)
    new = set(data.draw(st.lists(st.sampled_from(sorted(asked)), unique=True))) if asked else set()
    seen = {(link, day, mark) for day, link, mark in asked - new}
    for before, after in zip(some, settled(some, set(new)), strict=True):
        assert after._replace(first_visit=False) == before._replace(first_visit=False)
        if before.visitor is None or not before.first_visit:
            assert after.first_visit == before.first_visit
        else:
            known = (before.link_id, before.at // 86_400_000, before.visitor)
            assert after.first_visit == (known not in seen)
            seen.add(known)
