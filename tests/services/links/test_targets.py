import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import UserError
from services.links.errors import (
    AddressNotUnderstood,
    AddressTooLong,
    AddressWithPassword,
    MailAddress,
    OwnAddress,
    PrivateAddress,
    SchemeRefused,
)
from services.links.targets import MOST_CHARACTERS, Target, has_scheme, parse_target, readable_url

OWN = frozenset({"tok.example"})


def parse(text: str, *, allow_private: bool = False) -> Target:
    return parse_target(text, own_hosts=OWN, allow_private=allow_private)


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://example.com", "https://example.com/"),
        ("  HTTP://Example.COM:80/a?q=ё#x\n", "http://example.com/a?q=%D1%91#x"),
        ("https:\\\\example.com\\x", "https://example.com/x"),
        ("https://example.com/😀", "https://example.com/%F0%9F%98%80"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
    ],
)
def test_an_address_is_read_as_a_browser_reads_it(typed: str, url: str):
    target = parse(typed)
    assert target.url == url
    assert not target.https_assumed


@pytest.mark.parametrize("typed", ["example.com", "example.com/path?q=1", "пример.рф", "example.com:8443/x", "8.8.8.8"])
def test_without_a_scheme_https_is_assumed_and_said(typed: str):
    target = parse(typed)
    assert target.url.startswith("https://")
    assert target.https_assumed


def test_a_host_in_another_script_is_known_by_both_spellings():
    target = parse("https://пример.рф")
    assert (target.host, target.ascii_host) == ("пример.рф", "xn--e1afmkfd.xn--p1ai")
    assert target.has_foreign_script
    assert not parse("https://example.com").has_foreign_script


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,<b>",
        "file:///etc/passwd",
        "ftp://example.com",
        "tel:112",
    ],
)
def test_only_web_addresses_are_shortened(typed: str):
    with pytest.raises(SchemeRefused) as refused:
        parse(typed)
    assert refused.value.scheme == typed.split(":", maxsplit=1)[0].lower()


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "привет", "😀😀", "https://", "https://exa mple.com", "https://a..b", "https://a\u202eb.com", "http://-a.com",
     "https://ex.com:99999", "https://" + "a" * 64 + ".com", "two words", "שלום עולם",
     "https://example.com/page вот так", "https://a.com/x https://b.com/y", "https://a.com/x\nhttps://b.com/y",
     "https://a.com/x\thttps", "https://a.com/x\u00a0y", "https://a.com/x\u2028y", "example.com/a b",
     "localhost:3000 y"],
)  # fmt: skip
def test_what_is_no_address_is_said_to_be_none(typed: str):
    with pytest.raises((AddressNotUnderstood, PrivateAddress)):
        parse(typed)


@pytest.mark.parametrize(
    "typed",
    ["http://localhost", "http://localhost:3000/x", "localhost:3000", "http://127.0.0.1", "http://127.1", "http://2130706433",
     "http://0x7f.0.0.1", "http://１２７.０.０.１", "http://10.1.2.3", "http://192.168.0.1", "http://169.254.169.254/latest",
     "http://0.0.0.0", "http://[::1]", "http://[::ffff:127.0.0.1]", "http://[64:ff9b::7f00:1]", "http://[2002:7f00:1::]",
     "http://[fc00::1]", "http://[fec0::1]",
     "http://224.0.0.1", "http://printer", "http://nas.local", "http://db.internal", "http://localhost."],
)  # fmt: skip
def test_private_addresses_are_refused_however_they_are_written(typed: str):
    with pytest.raises(PrivateAddress):
        parse(typed)
    assert parse(typed, allow_private=True).url


@pytest.mark.parametrize(
    "typed", ["https://tok.example/abc", "http://TOK.example", "tok.example", "https://tok.example./x"]
)
def test_our_own_host_would_be_a_loop(typed: str):
    with pytest.raises(OwnAddress):
        parse(typed)


@pytest.mark.parametrize(
    "typed", ["https://name:secret@example.com", "https://name@example.com/", "https://tok.example@evil.com"]
)
def test_passwords_are_not_given_away(typed: str):
    with pytest.raises(AddressWithPassword):
        parse(typed)


@pytest.mark.parametrize("typed", ["a@b.ru", " anna.k+x@mail.example.com ", "имя@пример.рф"])
def test_an_address_for_mail_is_told_from_one_with_a_password(typed: str):
    with pytest.raises(MailAddress) as refused:
        parse(typed)
    assert refused.value.text == typed.strip()


@pytest.mark.parametrize("typed", ["name@example.com/path", "name:secret@example.com", "https://a@b.ru"])
def test_a_name_before_a_web_address_is_no_address_for_mail(typed: str):
    with pytest.raises((AddressWithPassword, SchemeRefused)):
        parse(typed)


def test_an_address_has_at_most_5000_characters():
    start = "https://example.com/"
    longest = start + "a" * (MOST_CHARACTERS - len(start))
    assert parse(longest).url == longest
    with pytest.raises(AddressTooLong) as refused:
        parse(longest + "a")
    assert (refused.value.length, refused.value.most) == (5_001, 5_000)


@given(st.text(max_size=60) | st.from_regex(r"[a-z]{2,8}:(//)?[a-z0-9.@:\[\]-]{0,30}", fullmatch=True))
def test_any_text_is_an_address_or_a_clear_refusal(text: str):
    try:
        target = parse(text)
    except UserError:
        return
    assert target.url.startswith(("http://", "https://"))
    again = parse(target.url)
    assert again.url == target.url, "what is stored reads as itself"


@pytest.mark.parametrize(
    "text", ["https://example.com", "javascript:alert(1)", "ftp://x", "otpauth://totp/x", "tel:112"]
)
def test_a_pasted_address_is_known_by_its_scheme(text: str):
    assert has_scheme(text)


@pytest.mark.parametrize(
    "text", ["", "привет", "time:12", "see https://example.com now", "Срок: завтра", "example.com"]
)
def test_other_texts_are_left_to_telegram_s_own_marks(text: str):
    assert not has_scheme(text)


@pytest.mark.parametrize(
    ("url", "readable"),
    [
        ("https://example.com/", "example.com"),
        ("https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C?a=1", "пример.рф/путь?a=1"),
        ("http://localhost:3000/x/", "localhost:3000/x"),
        ("https://example.com/%FF", "example.com/%FF"),
        ("https://example.com/%E2%80%AEgnp.exe", "example.com/%E2%80%AEgnp.exe"),
    ],
)
def test_an_address_is_shown_as_people_read_it(url: str, readable: str):
    assert readable_url(url) == readable
