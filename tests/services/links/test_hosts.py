import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.links.errors import HostNotUnderstood
from services.links.hosts import block_of, host_and_above, host_of, parse_host
from services.links.targets import parse_target

NOTHING = frozenset[str]()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("example.com", "example.com"),
        (" EXAMPLE.com. ", "example.com"),
        ("https://sub.example.com:8080/path?q#f", "sub.example.com"),
        ("example.com/path", "example.com"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("127.1", "127.0.0.1"),
        ("https://[::1]/", "[::1]"),
        ("localhost", "localhost"),
        ("*.example.com", "example.com"),
        (".example.com", "example.com"),
        ("https://*.example.com/login", "example.com"),
        ("my_shop.example.com", "my_shop.example.com"),
        (f"{'a' * 63}.com", f"{'a' * 63}.com"),
        (f"{'a.' * 125}com", f"{'a.' * 125}com"),
    ],
)
def test_a_host_is_read_as_an_operator_writes_it(text: str, host: str):
    assert parse_host(text) == host


@pytest.mark.parametrize(
    "text", ["", "ru", "com.", "two words.ru", "ftp://example.com", "https://", "a b", "@", "http://%"]
)
def test_what_is_no_host_or_a_whole_country_is_refused(text: str):
    with pytest.raises(HostNotUnderstood):
        parse_host(text)


@pytest.mark.parametrize(
    "text",
    [
        *("*.com", ".com", "*.", "*.*.com", "*example.com", "ex*mple.com"),
        *("a.com,b.com", "a.com;b.com", "'example.com'", '"example.com"', "«example.com»", "(example.com)"),
        *("a..com", "..example.com", "example.com..", f"{'a' * 64}.com", f"{'a.' * 126}com", "a" * 3000),
    ],
)
def test_what_would_block_nothing_is_refused(text: str):
    with pytest.raises(HostNotUnderstood):
        parse_host(text)


@pytest.mark.parametrize(
    ("host", "is_blocked"),
    [
        ("bad.com", True),
        ("www.bad.com", True),
        ("a.b.bad.com", True),
        ("notbad.com", False),
        ("bad.com.ru", False),
        ("com", False),
        ("", False),
    ],
)
def test_a_block_covers_what_is_below_a_host_and_nothing_beside_it(host: str, is_blocked: bool):
    assert (block_of(host, {"bad.com": "фишинг"}) == "фишинг") is is_blocked


labels = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(
    lambda each: not each.startswith("xn--")
)


@given(st.lists(labels, min_size=2, max_size=4), st.sampled_from(["", ":8080", ":443"]), st.sampled_from(["", "."]))
def test_every_target_is_covered_by_a_block_of_its_own_host_and_of_each_above(names: list[str], port: str, dot: str):
    host = ".".join(names)
    target = parse_target(f"https://{host}{dot}{port}/x", own_hosts=NOTHING, allow_private=True)
    assert host_of(target.url) == parse_host(host) == host
    for above in host_and_above(host):
        assert block_of(host_of(target.url), {above: "x"}) == "x"
