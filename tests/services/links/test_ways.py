"""Whom a link leads where: rules in their order, variants by their weights, and damage that stops nobody."""

import json
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.links.ways import LinkSettings, State, Stored, Variant, Way, own_way, settings_of

PLAIN = Stored("https://own.ru/", False, None, 0, None, None, None, "{}", "[]", "[]", False)


def stored(**changes: Any) -> Stored:
    values: dict[str, Any] = {name: json.dumps(value) if name in JSON else value for name, value in changes.items()}
    return replace(PLAIN, **values)


JSON = ("utm", "rules", "variants")


def rule(kind: str, *values: str, to: str) -> dict[str, Any]:
    return {"kind": kind, "values": list(values), "target": f"https://{to}.ru/"}


def settings(**changes: Any) -> LinkSettings:
    found = settings_of(stored(**changes))
    assert found is not None
    return found


def test_most_links_have_nothing_special_and_utm_fields_alone_are_nothing_special():
    assert settings_of(PLAIN) is None
    with_fields = stored(utm={"source": "x"}, fallback_url="https://over.ru")
    assert settings_of(with_fields) is None
    assert own_way(with_fields).target == "https://own.ru/?utm_source=x"


def test_the_first_rule_that_fits_decides():
    both = settings(rules=[rule("country", "RU", to="russia"), rule("device", "phones", to="phone")])
    assert both.by_rule("RU", "iPhone", "ru") == Way("https://russia.ru/", "russia.ru")
    assert both.by_rule("DE", "iPhone", "ru") == Way("https://phone.ru/", "phone.ru")
    assert both.by_rule("DE", "Mac", "ru") is None
    assert both.by_rule("", "", "") is None


@pytest.mark.parametrize(
    ("values", "device", "fits"),
    [
        (["phones"], "Android", True),
        (["phones"], "iPad", True),
        (["phones"], "Mac", False),
        (["computers"], "Linux", True),
        (["computers"], "other", False),
        (["other"], "other", True),
        (["Windows", "phones"], "Windows", True),
    ],
)
def test_devices_are_named_one_by_one_or_together(values: list[str], device: str, fits: bool):
    assert (settings(rules=[rule("device", *values, to="x")]).by_rule("RU", device, "ru") is not None) is fits


def test_utm_fields_go_to_whatever_is_chosen_but_the_fallback():
    all_of_it = settings(
        utm={"source": "s"},
        rules=[rule("language", "de", to="german")],
        variants=[{"key": "A", "weight": 1, "target": "https://a.ru/?x=1"}, {"key": "B", "weight": 1, "target": None}],
        fallback_url="https://over.ru/",
    )
    way = all_of_it.by_rule("", "", "de")
    assert way is not None
    assert way.target == "https://german.ru/?utm_source=s"
    assert all_of_it.variants[0].way == Way("https://a.ru/?x=1&utm_source=s", "a.ru")
    assert all_of_it.variants[1].way is None
    assert all_of_it.own.target == "https://own.ru/?utm_source=s"
    assert all_of_it.fallback == Way("https://over.ru/", "over.ru")


weights = st.lists(st.integers(1, 100), min_size=2, max_size=5)


def varied(shares: list[int]) -> LinkSettings:
    variants = [Variant(key, weight, None) for key, weight in zip("ABCDE", shares, strict=False)]
    return LinkSettings(own=Way("https://own.ru/", "own.ru"), variants=tuple(variants))


@given(weights, st.binary(min_size=8, max_size=16))
def test_a_visitor_stays_with_their_variant_by_their_hash_and_by_their_cookie(shares: list[int], seed: bytes):
    link = varied(shares)
    first = link.variant(None, seed)
    assert link.variant(None, seed) == first
    assert link.variant(first.key, b"another seed") == first
    assert link.variant("Z", seed) == first, "a key that is gone says nothing"


@given(weights)
def test_shares_follow_weights_exactly_over_all_hashes(shares: list[int]):
    link = varied(shares)
    total = sum(shares)
    drawn = Counter(link.variant(None, number.to_bytes(8)).key for number in range(total))
    assert [drawn[key] for key in "ABCDE"[: len(shares)]] == shares


def test_shares_follow_weights_nearly_over_random_visitors():
    link, rng = varied([10, 30, 60]), random.Random(3)
    drawn = Counter(link.variant(None, rng.randbytes(16)).key for _ in range(20_000))
    assert [round(drawn[key] / 200) for key in "ABC"] == pytest.approx([10, 30, 60], abs=2)


def test_previews_are_all_shown_the_heaviest_variant():
    assert varied([10, 60, 30]).heaviest().key == "B"
    assert varied([50, 50]).heaviest().key == "A"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["A", "RU"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "values", "target", "key", "weight", "source"]), inner, max_size=5)
    ),
    max_leaves=10,
)
texts = st.one_of(st.text(max_size=20), anything.map(json.dumps), st.just("[" * 20_000))


@given(utm=texts, rules=texts, variants=texts, target=st.text(max_size=20), fallback=st.none() | st.text(max_size=20))
@example(utm="", rules='[{"kind": []}]', variants="", target="", fallback=None)
def test_nothing_that_may_stand_in_storage_stops_a_link(
    utm: str, rules: str, variants: str, target: str, fallback: str | None
):
    row = replace(PLAIN, utm=utm, rules=rules, variants=variants, target=target, fallback_url=fallback)
    assert own_way(row).target.isascii()
    found = settings_of(row)
    if found is not None:
        assert found.state(0.0) is State.OPEN
        assert len(found.variants) != 1
        for way in [rule.way for rule in found.rules] + [variant.way for variant in found.variants if variant.way]:
            assert way.target.startswith(("http://", "https://"))
            assert way.target.isascii()
            assert not set("\r\n ") & set(way.target)
