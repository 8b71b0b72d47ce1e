"""How long texts are cut: nothing is lost, each part is one that Telegram takes, and a reader would pause there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.html import parse_html
from services.deliveries.splitting import MOST_FORMATS, MOST_MARKUP_BYTES, split, visible_length

TAGS = {
    "b": "<b>", "i": "<i>", "u": "<u>", "s": "<s>", "code": "<code>", "tg-spoiler": "<tg-spoiler>",
    "a": '<a href="https://example.com/?a=1&amp;b=>">', "blockquote": "<blockquote expandable>",
}  # fmt: skip
WORDS = st.text(st.sampled_from("абвгд xyz.!?\n\n  😀👍🏽é"), min_size=1, max_size=30)
REFERENCES = st.sampled_from(
    ["&lt;", "&amp;", "&quot;", "&#128512;", "&#x1F600;", "&nbsp;", "👨\u200d👩\u200d👧", "🇷🇺", "\n\n", ". "]
)


def in_tag(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pieces = st.lists(inner, max_size=5).map("".join)
    return st.builds(lambda tag, text: f"{TAGS[tag]}{text}</{tag}>", st.sampled_from(sorted(TAGS)), pieces)


MARKUP = st.lists(st.recursive(WORDS | REFERENCES, in_tag, max_leaves=12), max_size=12).map("".join)


def formatted(html: str) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    """Each visible UTF-16 unit that is no space, and the formats that it carries; as the sandbox understands them."""
    text, entities = parse_html(html)
    units = text.encode("utf-16-le")
    formats: list[set[tuple[str, str]]] = [set() for _ in range(len(units) // 2)]
    for entity in entities:
        for place in range(entity["offset"], entity["offset"] + entity["length"]):
            formats[place].add((entity["type"], entity.get("url", "")))
    pairs = [units[place * 2 : place * 2 + 2].decode("utf-16-le", "surrogatepass") for place in range(len(formats))]
    return [(unit, frozenset(kinds)) for unit, kinds in zip(pairs, formats, strict=True) if not unit.isspace()]


@settings(max_examples=300, deadline=None)
@given(MARKUP, st.integers(min_value=20, max_value=90))
def test_nothing_but_spaces_is_lost_and_every_part_is_short_and_keeps_its_formats(html: str, limit: int):
    parts = split(html, limit)
    assert [unit for part in parts for unit in formatted(part)] == formatted(html)
    for part in parts:
        assert 0 < visible_length(part) <= limit
        text, entities = parse_html(part)
        assert visible_length(part) == len(text.encode("utf-16-le")) // 2
        assert len(entities) <= MOST_FORMATS
        assert len(part.encode()) <= MOST_MARKUP_BYTES


def test_what_is_too_long_by_the_space_around_it_goes_without():
    assert split(" 0123456789 ", 10) == ["0123456789"]


@settings(max_examples=100, deadline=None)
@given(MARKUP)
def test_what_fits_stays_as_it_is(html: str):
    parts = split(html)
    assert parts == ([html] if parse_html(html)[0].strip() else [])


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("один два\n\nтри четыре", 12, ["один два", "три четыре"]),
        ("один два три\nчетыре пять", 18, ["один два три", "четыре пять"]),
        ("Один два. Три четыре пять", 16, ["Один два.", "Три четыре пять"]),
        ("один два три четыре", 13, ["один два три", "четыре"]),
        ("абвгдежзик", 4, ["абвг", "дежз", "ик"]),
        ("", 10, []),
        (" \n ", 10, []),
    ],
)
def test_a_cut_is_made_between_paragraphs_else_lines_else_sentences_else_words(text: str, limit: int, parts: list[str]):
    assert split(text, limit) == parts


def test_tags_that_are_open_at_a_cut_are_closed_and_opened_again():
    html = '<b>один <a href="https://example.com">два три</a></b> четыре'
    assert split(html, 8) == [
        '<b>один <a href="https://example.com">два</a></b>',
        '<b><a href="https://example.com">три</a></b>',
        "четыре",
    ]


@pytest.mark.parametrize(
    "whole", ["👨\u200d👩\u200d👧", "🇷🇺", "👍🏽", "e\u0301", '<tg-emoji emoji-id="5">👨\u200d👩\u200d👧</tg-emoji>']
)
def test_what_people_see_as_one_character_is_never_cut(whole: str):
    parts = split("x" * 10 + whole + "x" * 10, 12)
    assert any(whole in part for part in parts), parts


def test_a_reference_counts_as_the_character_that_it_stands_for():
    assert visible_length("&lt;&amp;&#128512;&nbsp;") == 1 + 1 + 2 + 6
    assert split("&lt;" * 4096) == ["&lt;" * 4096]
    assert split("&lt;" * 5000) == ["&lt;" * 4096, "&lt;" * 904]


def test_a_part_never_has_more_formats_or_markup_than_telegram_looks_at():
    many = "".join(f"<b>{number}</b> " for number in range(300))
    assert len(split(many)) == 5
    link = '<a href="https://example.com/' + "x" * 2000 + '">y</a> '
    parts = split(link * 40)
    assert len(parts) == 3
    assert all(len(part.encode()) <= MOST_MARKUP_BYTES for part in parts)


def test_markup_that_is_none_is_cut_all_the_same():
    parts = split("</b>один <i>два три", 8)
    assert parts == ["один <i>два</i>", "<i>три</i>"]
