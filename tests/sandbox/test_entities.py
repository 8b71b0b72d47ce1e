"""Telegram's HTML: what it makes of markup, and what it refuses."""

from typing import Any

import pytest

from sandbox.client_views import to_html
from sandbox.entities import format_text, plain_text
from sandbox.errors import BotApiError


def spans(text: str, parse_mode: str = "HTML") -> list[tuple[Any, ...]]:
    formatted = format_text(text, parse_mode=parse_mode)
    return [(entity["type"], entity["offset"], entity["length"]) for entity in formatted.entities]


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<b>x</b>", "bold"),
        ("<strong>x</strong>", "bold"),
        ("<i>x</i>", "italic"),
        ("<em>x</em>", "italic"),
        ("<u>x</u>", "underline"),
        ("<ins>x</ins>", "underline"),
        ("<s>x</s>", "strikethrough"),
        ("<strike>x</strike>", "strikethrough"),
        ("<del>x</del>", "strikethrough"),
        ("<code>x</code>", "code"),
        ("<pre>x</pre>", "pre"),
        ("<tg-spoiler>x</tg-spoiler>", "spoiler"),
        ('<span class="tg-spoiler">x</span>', "spoiler"),
        ("<blockquote>x</blockquote>", "blockquote"),
        ("<blockquote expandable>x</blockquote>", "expandable_blockquote"),
        ('<a href="https://example.com">x</a>', "text_link"),
        ('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', "custom_emoji"),
        ("<B>x</B>", "bold"),
        ("<b>x</>", "bold"),
    ],
)
def test_every_tag_gives_its_entity(markup: str, kind: str) -> None:
    assert [span[0] for span in spans(markup)] == [kind]


@pytest.mark.parametrize(
    ("markup", "sentence"),
    [
        ("<x>a</x>", 'Unsupported start tag "x" at byte offset 0'),
        ("ёж <h1>a</h1>", 'Unsupported start tag "h1" at byte offset 5'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("a<b", "Unclosed start tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<span class="red">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<a href=http://x>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("&#xD800;", "Text contains invalid Unicode characters"),
    ],
)
def test_bad_markup_is_refused_with_the_place_in_bytes(markup: str, sentence: str) -> None:
    with pytest.raises(BotApiError) as refused:
        format_text(markup, parse_mode="HTML")
    assert refused.value.code == 400
    assert refused.value.description.startswith("Bad Request: can't parse entities: " + sentence)


def test_offsets_count_utf16_units() -> None:
    assert spans("🌿 <b>ёж 🌿</b>") == [("bold", 3, 5)]


def test_named_and_numeric_references_become_characters_and_others_stay() -> None:
    assert format_text("&lt;b&gt; &amp;&quot; &#1105; &#x451; &nbsp; & &#0;", parse_mode="HTML").text == (
        '<b> &" ё ё &nbsp; & &#0;'
    )


def test_a_code_block_has_its_language() -> None:
    formatted = format_text('<pre><code class="language-python">x = 1</code></pre>', parse_mode="HTML")
    assert formatted.entities == ({"type": "pre", "offset": 0, "length": 5, "language": "python"},)


def test_a_mention_by_id_is_no_link() -> None:
    formatted = format_text('<a href="tg://user?id=1001">Анна</a>', parse_mode="HTML")
    assert formatted.entities == ({"type": "text_mention", "offset": 0, "length": 4, "user": {"id": 1001}},)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "nowhere", ""])
def test_an_anchor_without_an_address_keeps_its_words_alone(address: str) -> None:
    formatted = format_text(f'<a href="{address}">слова</a>', parse_mode="HTML")
    assert (formatted.text, formatted.entities) == ("слова", ())


def test_nothing_lives_inside_code_and_styles_go_around_it() -> None:
    assert spans("<b>a<code>b</code>c</b>") == [("bold", 0, 1), ("code", 1, 1), ("bold", 2, 1)]
    assert spans("<code>example.com /start</code>") == [("code", 0, 18)]


def test_text_is_trimmed_and_entities_with_it() -> None:
    formatted = format_text("\n  <b> ёж </b>\n ", parse_mode="HTML")
    assert formatted.text == "ёж"
    assert spans("\n  <b> ёж </b>\n ") == [("bold", 0, 2)]
    assert spans("a<b> </b>b") == []
    assert spans("a\r\n<b>b</b>") == [("bold", 2, 1)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("см. https://example.com/путь?a=1#b.", [("url", 4, 30)]),
        ("(http://example.com/a_(b))", [("url", 1, 24)]),
        ("http://localhost:8080/ab12", [("url", 0, 26)]),
        ("http://127.0.0.1:8080/x", [("url", 0, 23)]),
        ("example.com и пример.рф/х", [("url", 0, 11), ("url", 14, 11)]),
        ("file.txt и v1.2", []),
        ("anna@example.com", [("email", 0, 16)]),
        ("@anna_demo, @a", [("mention", 0, 10)]),
        ("/start@toklink_demo_bot x", [("bot_command", 0, 23)]),
        ("и/или a/b /ok", [("bot_command", 10, 3)]),
        ("#тег #1 #t2", [("hashtag", 0, 4), ("hashtag", 8, 3)]),
        ("$USD", [("cashtag", 0, 4)]),
        ("🌿 example.com", [("url", 3, 11)]),
        ("https://user:secret@example.com/", [("url", 0, 32)]),
    ],
)
def test_addresses_names_and_commands_are_found(text: str, found: list[tuple[str, int, int]]) -> None:
    assert [(item["type"], item["offset"], item["length"]) for item in plain_text(text).entities] == found


def test_other_modes_are_refused_clearly() -> None:
    with pytest.raises(BotApiError, match="the sandbox does not speak parse_mode MarkdownV2"):
        format_text("*x*", parse_mode="MarkdownV2")
    with pytest.raises(BotApiError, match="unsupported parse_mode"):
        format_text("x", parse_mode="BBCode")


def test_given_entities_are_checked() -> None:
    formatted = format_text("a link", entities=[{"type": "text_link", "offset": 2, "length": 4, "url": "example.com"}])
    assert formatted.entities == ({"type": "text_link", "offset": 2, "length": 4, "url": "http://example.com/"},)
    with pytest.raises(BotApiError, match="ends after the end of the text"):
        format_text("abc", entities=[{"type": "bold", "offset": 1, "length": 5}])
    with pytest.raises(BotApiError, match="unsupported type specified"):
        format_text("abc", entities=[{"type": "blink", "offset": 0, "length": 1}])
    with pytest.raises(BotApiError, match="entity URL 'x' is invalid: Wrong HTTP URL"):
        format_text("abc", entities=[{"type": "text_link", "offset": 0, "length": 1, "url": "x"}])


def test_html_can_be_read_back() -> None:
    markup = '<b>a <i>b</i></b> &lt; <a href="https://example.com/">🌿</a> <tg-spoiler>c</tg-spoiler>'
    formatted = format_text(markup, parse_mode="HTML")
    assert to_html(formatted.text, list(formatted.entities)) == markup
