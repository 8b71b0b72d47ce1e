"""Which slugs people may choose, and which of them an eye takes for one another."""

import sqlite3
from contextlib import closing
from importlib import import_module
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.links.aliases import parse_alias, skeleton
from services.links.option_errors import (
    AliasLength,
    AliasMixed,
    AliasNotUnderstood,
    AliasReserved,
    TagNotUnderstood,
    TagTooLong,
)
from services.links.slugs import ALPHABET, RESERVED
from services.links.tags import parse_tag


@pytest.mark.parametrize("alias", ["sale", "Sale-2026", "летняя_распродажа", "ёж-и-ёлка", "123", "a" * 64, "жж__"])
def test_letters_digits_and_dashes_make_an_alias(alias: str):
    assert parse_alias(f" {alias}\n") == alias


def test_one_letter_is_one_letter_however_it_was_typed():
    typed = normalize("NFD", "йод-и-ёж")
    assert typed != "йод-и-ёж"
    assert parse_alias(typed) == "йод-и-ёж"


@pytest.mark.parametrize("alias", ["ab", "я", "a" * 65])
def test_an_alias_is_neither_too_short_nor_too_long(alias: str):
    with pytest.raises(AliasLength) as raised:
        parse_alias(alias)
    assert (raised.value.length, raised.value.least, raised.value.most) == (len(alias), 3, 64)


@pytest.mark.parametrize(
    "alias",
    ["", "my/sale", "/sale", "a.b.c", "моя скидка", "sale!", "naïve", "販売中", "sale\u200b", "ѡѡѡ", "🙂🙂🙂", "a+b"],
)
def test_slashes_spaces_and_other_scripts_make_none(alias: str):
    with pytest.raises(AliasNotUnderstood):
        parse_alias(alias)


@pytest.mark.parametrize("alias", ["pаypal", "скидка-iphone", "Сale"])
def test_two_alphabets_in_one_alias_are_refused(alias: str):
    with pytest.raises(AliasMixed):
        parse_alias(alias)


@pytest.mark.parametrize("alias", ["admin", "Admin", "ADM1N", "log1n", "api", "арі", "readyz", "поддержка", "Отчет"])
def test_what_is_a_page_of_ours_or_looks_like_one_is_reserved(alias: str):
    with pytest.raises(AliasReserved):
        parse_alias(alias)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paypal", "PayPal"),
        ("paypal", "paypa1"),
        ("paypal", "PAYPAI"),
        ("cosco", "соѕсо"),
        ("BAHK", "ВАНК"),
        ("modern", "modem"),
        ("my-link", "my_link"),
        ("wow", "vvow"),
        ("OO7", "007"),
        ("ёлка", "елка"),
    ],
)
def test_look_alikes_have_the_same_skeleton(one: str, other: str):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("sale", "sales"), ("скидка", "скидки"), ("kot", "cat"), ("a-b", "ab")])
def test_what_looks_different_has_not(one: str, other: str):
    assert skeleton(one) != skeleton(other)


@given(st.lists(st.text(ALPHABET, min_size=1, max_size=64), min_size=1, max_size=20))
@example(["rnRNvVVvi1Il"])
def test_the_migration_makes_the_same_skeletons_of_the_slugs_of_before(slugs: list[str]):
    migration = import_module("db.migrations.versions.0004_link_engine")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE links (slug TEXT, skeleton TEXT)")
        connection.executemany("INSERT INTO links VALUES (?, '')", [(slug,) for slug in slugs])
        connection.execute(migration.SKELETONS)
        for slug, made in connection.execute("SELECT slug, skeleton FROM links"):
            assert made == skeleton(slug)


@given(st.text(max_size=80))
def test_whatever_is_taken_as_an_alias_fits_its_column_and_an_address(text: str):
    try:
        alias = parse_alias(text)
    except (AliasLength, AliasNotUnderstood, AliasMixed, AliasReserved):
        return
    assert 3 <= len(alias) <= 64
    assert len(skeleton(alias)) <= 64
    assert parse_alias(alias) == alias
    assert not set(alias) & set("/?#%+. ")
    assert alias.casefold() not in RESERVED


@given(st.text(max_size=50))
def test_whatever_is_taken_as_a_tag_is_kept_as_it_is_from_then_on(text: str):
    try:
        tag = parse_tag(text)
    except (TagNotUnderstood, TagTooLong):
        return
    assert parse_tag(tag) == tag
    assert 1 <= len(tag) <= 32
