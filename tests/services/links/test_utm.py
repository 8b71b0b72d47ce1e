"""UTM fields are added to an address, and nothing else of it changes."""

from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.links.utm import FIELDS, with_utm


@pytest.mark.parametrize(
    ("url", "fields", "wanted"),
    [
        ("https://a.ru/", {"source": "tiktok"}, "https://a.ru/?utm_source=tiktok"),
        ("https://a.ru/x?a=1&b=%20#c?d", {"source": "s"}, "https://a.ru/x?a=1&b=%20&utm_source=s#c?d"),
        ("https://a.ru/?utm_source=old&x=1", {"source": "new"}, "https://a.ru/?x=1&utm_source=new"),
        ("https://a.ru/?utm%5Fsource=old", {"source": "new"}, "https://a.ru/?utm_source=new"),
        ("https://a.ru/?utm_medium=old", {"source": "new"}, "https://a.ru/?utm_medium=old&utm_source=new"),
        ("https://a.ru/?", {"term": "a&b=c#d +"}, "https://a.ru/?utm_term=a%26b%3Dc%23d%20%2B"),
        ("https://a.ru/", {"campaign": "весна"}, "https://a.ru/?utm_campaign=%D0%B2%D0%B5%D1%81%D0%BD%D0%B0"),
        ("https://a.ru/", {"content": "c", "source": "s"}, "https://a.ru/?utm_source=s&utm_content=c"),
        ("https://a.ru/?a", {}, "https://a.ru/?a"),
        ("https://a.ru/", {"source": "", "other": "x"}, "https://a.ru/"),
    ],
)
def test_fields_are_merged_into_the_query(url: str, fields: dict[str, str], wanted: str):
    assert with_utm(url, fields) == wanted


names = st.sampled_from([*FIELDS, "id"])
values = st.text(st.characters(codec="utf-8"), max_size=20)
queries = st.lists(st.tuples(st.text("abu_tmsorce", min_size=1, max_size=10), st.text("xyz1", max_size=5)), max_size=6)


@given(queries, st.dictionaries(names, values, max_size=6), st.text("abc?=&/", max_size=8))
def test_whatever_is_added_can_be_read_back_and_the_rest_is_as_it_was(query, fields: dict[str, str], fragment: str):
    before = "https://a.ru/p?" + "&".join(f"{name}={quote(value)}" for name, value in query)
    url = with_utm(before + (f"#{fragment}" if fragment else ""), fields)
    parts = urlsplit(url)
    assert parts.fragment == fragment
    given = {f"utm_{name}": fields[name] for name in FIELDS if fields.get(name)}
    read = parse_qsl(parts.query, keep_blank_values=True)
    assert [pair for pair in read if pair[0] not in given] == [pair for pair in query if pair[0] not in given]
    assert {name: value for name, value in read if name in given} == given
    assert len([pair for pair in read if pair[0] in given]) == len(given)
    assert with_utm(url, fields) == url, "added twice is added once"
    assert url.isascii()
