"""What a request tells of its click."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from services.clicks.agents import MOST_NAME, read_agent
from services.clicks.countries import Countries, CountriesUnusable
from services.clicks.dimensions import APPS, DEVICES, OTHER
from services.clicks.referrers import MOST_HOST, Referrers
from services.clicks.visits import Visits, language_of

CHROME = "(KHTML, like Gecko) Chrome/126.0.0.0"
WEBVIEW = "AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0"
IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
AGENTS = {
    f"Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 {CHROME} Mobile Safari/537.36":
        ("Android", "Android 14", "Chrome Mobile", ""),
    f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 {CHROME} Mobile Safari/537.36 Telegram-Android/10.14.5"
    " (Samsung SM-G991B; Android 14; SDK 34; HIGH)": ("Android", "Android 10", "Telegram", "Telegram"),
    f"Mozilla/5.0 (Linux; Android 14; SM-S911B; wv) {WEBVIEW} Mobile Safari/537.36 Instagram 331.0.0.37.90 Android"
    " (34/14; 420dpi; 1080x2116; samsung; SM-S911B; ru_RU)": ("Android", "Android 14", "Instagram", "Instagram"),
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {IOS} Mobile/15E148 Instagram 331.0.2.22.85"
    " (iPhone14,5; iOS 17_5; ru_RU; scale=3.00; 1170x2532)": ("iPhone", "iOS 17", "Instagram", "Instagram"),
    f"Mozilla/5.0 (Linux; Android 13; Redmi Note 12 Build/TKQ1; wv) {WEBVIEW} Mobile Safari/537.36"
    " musical_ly_2023405030 BytedanceWebview/d8a21c6": ("Android", "Android 13", None, "TikTok"),
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) {IOS} Mobile/15E148 musical_ly_32.5.0 BytedanceWebview":
        ("iPhone", "iOS 16", None, "TikTok"),
    f"Mozilla/5.0 (Linux; Android 12; M2101K6G; wv) {WEBVIEW} Mobile Safari/537.36 VKAndroidApp/8.90-20000":
        ("Android", "Android 12", None, "VK"),
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {IOS} Version/17.5 Mobile/15E148 Safari/604.1":
        ("iPhone", "iOS 17", "Mobile Safari", ""),
    f"Mozilla/5.0 (iPad; CPU OS 16_3 like Mac OS X) {IOS} Version/16.3 Mobile/15E148 Safari/604.1":
        ("iPad", "iOS 16", "Mobile Safari", ""),
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {IOS} Version/17.5 Safari/605.1.15":
        ("Mac", "macOS", "Safari", ""),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 {CHROME} Safari/537.36 Edg/126.0.0.0":
        ("Windows", "Windows 10", "Edge", ""),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 {CHROME} YaBrowser/24.6.0.0 Safari/537.36":
        ("Windows", "Windows 10", "Yandex Browser", ""),
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0":
        ("Linux", "Ubuntu", "Firefox", ""),
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 {CHROME} Safari/537.36":
        ("Linux", None, "Chrome", ""),
    "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605":
        ("other", None, None, ""),
}  # fmt: skip
VISITS = Visits(Countries(), own_hosts={"tok.link"})


@pytest.mark.parametrize(("agent", "told"), AGENTS.items(), ids=range(len(AGENTS)))
def test_an_agent_tells_device_system_browser_and_app(agent: str, told: tuple[str | None, ...]):
    found = read_agent(agent)
    assert not found.bot
    assert [name for name, wanted in zip(found[1:], told, strict=True) if wanted is not None] == [
        wanted for wanted in told if wanted is not None
    ]


@pytest.mark.parametrize(
    "agent",
    [
        "Viber/13.3.0.5 CFNetwork/1121.2.2 Darwin/19.3.0",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Dalvik/2.1.0 (Linux; U; Android 11; SM-A525F)",
        "PostmanRuntime/7.39.0",
        "Java/17.0.2",
        "kakaotalk-scrap/1.0; +https://devtalk.kakao.com/",
        "Snap URL Preview Service",
    ],
)
def test_what_fetches_previews_is_nobody(agent: str):
    assert read_agent(agent).bot


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("https://www.vk.com/feed?z=1", "vk.com"),
        ("https://m.vk.com/", "vk.com"),
        ("https://away.vk.com/away.php?to=x", "vk.com"),
        ("https://l.instagram.com/?u=x", "instagram.com"),
        ("https://web.telegram.org/k/", "t.me"),
        ("android-app://org.telegram.messenger/", "t.me"),
        ("android-app://com.google.android.gm", "mail.google.com"),
        ("android-app://com.Example.app/http/host", "com.example.app"),
        ("http://Example.COM:8080/a", "example.com"),
        ("https://пример.рф/", "xn--e1afmkfd.xn--p1ai"),
        ("https://m.com/", "m.com"),
        ("https://example.com./", "example.com"),
        ("https://TOK.link/abc", ""),
        ("https://www.tok.link/", "tok.link"),
        ("about:blank", ""),
        ("file:///etc/passwd", ""),
        ("no address", ""),
        ("", ""),
        ("https://" + "a" * 5_000 + ".example/", ""),
        ("https://" + ".".join(["a" * 60] * 5) + "/", ""),
    ],
)
def test_a_referrer_is_a_site_in_one_spelling(header: str, host: str):
    # Headers hold bytes: what is not ASCII comes as a browser would send it.
    sent = header.replace("пример.рф", "xn--e1afmkfd.xn--p1ai")
    assert Referrers({"tok.link"}).host(sent) == host


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("EN", "en"),
        ("pt-BR", "pt"),
        ("fil-PH, en;q=0.5", "en"),
        ("*", ""),
        ("", ""),
        ("iw", "he"),
        ("zh_CN", "zh"),
        ("русский", ""),
        (";;;,,q=0", ""),
    ],
)
def test_the_first_language_that_has_a_code_is_the_visitor_s(header: str, language: str):
    assert language_of(header) == language


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("95.173.136.70", "RU"),
        ("::ffff:95.173.136.70", "RU"),
        ("8.8.8.8", "US"),
        ("2a00:1450:4010::1", "FI"),
        ("192.168.1.1", ""),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("", ""),
        ("unknown", ""),
        ("95.173.136.70:80", ""),
    ],
)
def test_an_address_is_in_a_country_or_nowhere_known(address: str, country: str):
    assert Countries().country(address) == country


def test_a_file_that_tells_no_countries_is_refused_in_words(tmp_path: Path):
    other = tmp_path / "countries.mmdb"
    with pytest.raises(CountriesUnusable, match=r"countries\.mmdb"):
        Countries(other)
    other.write_bytes(b"no such thing")
    with pytest.raises(CountriesUnusable, match=r"countries\.mmdb"):
        Countries(other)


headers = st.one_of(
    st.binary(max_size=300).map(lambda sent: sent.decode("utf-8", "surrogateescape")),
    st.text(max_size=200),
    st.sampled_from([*AGENTS, "https://vk.com/", "android-app://*/", "https://*/", "ru"]),
)
addresses = st.one_of(
    st.text(max_size=30),
    st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number))),
    st.integers(0, 2**128 - 1).map(lambda number: str(IPv6Address(number))),
)


@settings(max_examples=500, deadline=None)
@given(headers.map(lambda text: "Mozilla/5.0 " + text) | headers, headers, headers, addresses)
def test_whatever_bytes_come_it_is_read_and_can_be_kept(agent: str, referrer: str, languages: str, address: str):
    sent = CIMultiDict({"User-Agent": agent, "Referer": referrer, "Accept-Language": languages})
    visit = VISITS.read(CIMultiDictProxy(sent), address)
    assert visit == VISITS.read(CIMultiDictProxy(sent), address)
    for value, most in zip(visit[1:], (2, 16, MOST_NAME, MOST_NAME, 16, MOST_HOST, 2), strict=True):
        assert value.isascii()
        assert value == "" or value.isprintable()
        assert len(value) <= most
        assert value != OTHER
    assert visit.device in ({""} if visit.bot else DEVICES)
    assert visit.app in {"", *APPS}
