"""Countries, devices and languages, as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.links.audiences import KINDS, is_known, parse_audience
from services.links.routing_errors import NobodyMeant


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        ("country", "Россия", ("RU",)),
        ("country", "ru, BY\nKazakhstan", ("RU", "BY", "KZ")),
        ("country", "США, uk, Кот-д'Ивуар, ОАЭ", ("US", "GB", "CI", "AE")),
        ("country", "Бонэйр, Синт-Эстатиус и Саба", ("BQ",)),
        ("country", "Казахстан, Kazakhstan, kz", ("KZ",)),
        ("language", "русский, English, de, қазақша", ("ru", "en", "de", "kk")),
        ("language", "украинский", ("uk",)),
        ("device", "айфон, Android, компьютеры", ("iPhone", "Android", "computers")),
    ],
)
def test_names_and_codes_are_understood_in_both_languages(kind: str, text: str, values: tuple[str, ...]):
    assert parse_audience(kind, text) == values


@pytest.mark.parametrize(
    ("kind", "text", "unknown"),
    [
        ("country", "Atlantis", "Atlantis"),
        ("country", "Россия, Нарния, Atlantis", "Нарния"),
        ("country", "EU", "EU"),
        ("country", "ZZ", "ZZ"),
        ("country", "R", "R"),
        ("country", " ,\n", ","),
        ("language", "клингонский", "клингонский"),
        ("language", "zz", "zz"),
        ("device", "toaster", "toaster"),
    ],
)
def test_what_is_not_there_is_named(kind: str, text: str, unknown: str):
    with pytest.raises(NobodyMeant) as refused:
        parse_audience(kind, text)
    assert (refused.value.kind, refused.value.text) == (kind, unknown)


@given(st.sampled_from(KINDS), st.text())
def test_whatever_is_typed_is_known_or_refused(kind: str, text: str):
    try:
        values = parse_audience(kind, text)
    except NobodyMeant:
        return
    assert values
    assert all(is_known(kind, value) for value in values)
