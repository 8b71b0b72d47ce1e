"""What people write when they mean an account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiktok.errors import NotAUsername, OtherSite
from services.tiktok.names import (
    LONGEST,
    ShortAddress,
    Username,
    VideoAddress,
    could_begin_name,
    is_name,
    parse_username,
)

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"
NAMES = st.text(LETTERS + ".", min_size=1, max_size=LONGEST - 1).flatmap(
    lambda start: st.sampled_from(LETTERS).map(lambda last: start + last)
)


@given(
    NAMES,
    st.sampled_from(["{}", "@{}", " @{} ", "tiktok.com/@{}", "https://www.tiktok.com/@{}", "http://m.tiktok.com/@{}/"]),
    st.sampled_from(["", "?lang=ru&_t=8x", "#top", "?"]),
)
def test_a_name_is_found_however_its_profile_is_written(name: str, form: str, query: str):
    text = form.format(name) + (query if "/" in form else "")
    assert parse_username(text) == Username(name)
    assert parse_username(text.upper().replace("HTTP", "http")) == Username(name)


@given(
    NAMES, st.sampled_from(["video", "photo"]), st.integers(10**6, 10**19), st.sampled_from(["", "?is_from_webapp=1"])
)
def test_the_address_of_a_post_names_whose_it_is(name: str, kind: str, number: int, query: str):
    assert parse_username(f"https://www.tiktok.com/@{name}/{kind}/{number}{query}") == VideoAddress(name)


@given(st.text())
def test_whatever_is_written_is_understood_or_refused_by_a_sentence(text: str):
    try:
        named = parse_username(text)
    except (NotAUsername, OtherSite):
        return
    if isinstance(named, ShortAddress):
        assert named.url.startswith("https://")
    else:
        assert parse_username(named.name) == Username(named.name)


@given(st.text(), st.text())
def test_addresses_are_never_taken_for_another_site_s(before: str, after: str):
    text = f"https://{before}.example/{after}"
    try:
        named = parse_username(text)
    except (NotAUsername, OtherSite):
        return
    # The site is what stands before the first slash.
    assert "tiktok.com" in before, named


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://vm.tiktok.com/ZMh1AbCdE/", "https://vm.tiktok.com/ZMh1AbCdE"),
        ("vt.tiktok.com/ZSabc123?k=1", "https://vt.tiktok.com/ZSabc123"),
        ("https://www.tiktok.com/t/ZT8abc/", "https://www.tiktok.com/t/ZT8abc"),
        ("http://m.tiktok.com/v/7211111111111111111.html?u=1", "https://m.tiktok.com/v/7211111111111111111.html"),
        ("https://www.tiktok.com/@/video/7211111111111111111", "https://www.tiktok.com/@/video/7211111111111111111"),
        ("https://www.tiktok.com/embed/v2/7211111111111111111", "https://www.tiktok.com/embed/v2/7211111111111111111"),
        ("Смотрите! https://vm.tiktok.com/ZMh1AbCdE/ — это Анна", "https://vm.tiktok.com/ZMh1AbCdE"),
    ],
)
def test_an_address_that_names_nobody_is_to_be_followed(text: str, url: str):
    assert parse_username(text) == ShortAddress(url)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://instagram.com/anna", "instagram.com"),
        ("youtube.com/@anna", "youtube.com"),
        ("https://tiktok.com.evil.example/@anna", "tiktok.com.evil.example"),
        ("https://tiktok.com@evil.example/@anna", "evil.example"),
        ("https://faketiktok.com/@anna", "faketiktok.com"),
    ],
)
def test_another_site_is_named(text: str, host: str):
    with pytest.raises(OtherSite) as refused:
        parse_username(text)
    assert refused.value.host == host


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("@", "empty"),
        ("\u200b", "empty"),
        ("@a", "short"),
        ("a" * 25, "long"),
        ("a" * 5_000, "long"),
        ("@анна", "letters"),
        ("anna🦊", "letters"),
        ("an-na", "letters"),
        ("@@anna", "letters"),
        ("anna petrova", "spaces"),
        ("https://tiktok.com/@anna https://tiktok.com/@boris", "several"),
        ("@anna @boris", "several"),
        ("@anna,@boris", "several"),
        ("anna, boris", "several"),
        ("«@anna» — «@boris»", "several"),
        ("@anna https://vm.tiktok.com/ZMabc1 https://tiktok.com/@boris", "several"),
        ("«»", "letters"),
        ("@anna petrova", "spaces"),
        ("@anna.,", "dot"),
        ("@anna.", "dot"),
        ("https://www.tiktok.com/@anna.", "dot"),
        ("https://www.tiktok.com/@анна", "letters"),
        ("tiktok.com", "page"),
        ("https://www.tiktok.com/tag/cats", "page"),
        ("https://www.tiktok.com/foryou", "page"),
        ("https://[", "letters"),
        ("ftp://tiktok.com/@anna", "letters"),
        ("javascript:alert(1)", "letters"),
    ],
)
def test_what_is_no_name_says_why(text: str, reason: str):
    with pytest.raises(NotAUsername) as refused:
        parse_username(text)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "«@Anna»",
        '"anna"',
        "'anna'",
        "(@anna)",
        "@anna,",
        "@anna!",
        "@anna…",
        "@anna 🦊",
        "@anna @Anna",
        "@anna, @anna;",
        "https://tiktok.com/@anna,",
        "<https://tiktok.com/@anna>",
        "Вот: «https://www.tiktok.com/@anna?lang=ru», смотрите",
        "https://tiktok.com/@anna https://www.tiktok.com/@Anna?lang=ru",
    ],
)
def test_what_stands_around_a_name_does_no_harm(text: str):
    assert parse_username(text) == Username("anna")


def test_a_sentence_may_end_after_a_short_address():
    assert parse_username("Смотрите: https://vm.tiktok.com/ZMabc1.") == ShortAddress("https://vm.tiktok.com/ZMabc1")
    assert parse_username("(vt.tiktok.com/ZMabc1)") == ShortAddress("https://vt.tiktok.com/ZMabc1")


@given(st.text(LETTERS + ".@АЖ ", max_size=LONGEST + 2))
def test_one_rule_says_what_a_name_is(text: str):
    try:
        named = parse_username(text)
    except NotAUsername as error:
        named, reason = None, error.reason
    if named is None:
        # What could be a name and is the site's own is meant as its page: tiktok.com.
        assert reason == "page" or not is_name(text)
    else:
        assert isinstance(named, Username)
        assert is_name(named.name)
        assert could_begin_name(named.name)


def test_marks_that_come_along_when_one_copies_are_left_out():
    assert parse_username("\u2068@Anna.Petrova\u2069\u200b") == Username("anna.petrova")
    assert parse_username("https://www.tiktok.com/%40anna") == Username("anna")
    assert parse_username("https://www.tiktok.com/@anna/live") == Username("anna")
