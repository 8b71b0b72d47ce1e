"""Which app an address opens in, and how phones call it."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.links.apps import APPS, android_intent, app_of, ios_address


@pytest.mark.parametrize(
    ("url", "app"),
    [
        ("https://www.tiktok.com/@name/video/1", "TikTok"),
        ("https://vm.tiktok.com/ZM1/", "TikTok"),
        ("http://youtube.com/watch?v=x", "YouTube"),
        ("https://youtu.be/x", "YouTube"),
        ("https://m.youtube.com./shorts/x", "YouTube"),
        ("https://www.instagram.com/name/", "Instagram"),
        ("https://t.me/name", "Telegram"),
        ("https://www.ozon.ru/product/x-1/", "Ozon"),
        ("https://www.wildberries.ru/catalog/1/detail.aspx", "Wildberries"),
    ],
)
def test_known_sites_have_their_apps(url: str, app: str):
    found = app_of(url)
    assert found is not None
    assert found.name == app


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://nottiktok.com/",
        "https://tiktok.com.example.com/",
        "https://seller.ozon.ru/",
        "https://music.youtube.com/",
        "https://example.com/?https://t.me/name",
    ],
)
def test_other_sites_have_none(url: str):
    assert app_of(url) is None


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://t.me/durov", "tg://resolve?domain=durov"),
        ("https://t.me/durov/12", "tg://resolve?domain=durov&post=12"),
        ("https://t.me/chats/3/12", "tg://resolve?domain=chats&thread=3&post=12"),
        ("https://t.me/some_bot?start=ref_1", "tg://resolve?domain=some_bot&start=ref_1"),
        ("https://t.me/some_bot/shop?startapp=1", "tg://resolve?domain=some_bot&appname=shop&startapp=1"),
        ("https://t.me/s/channel", "tg://resolve?domain=channel"),
        ("https://t.me/+AbCdEf", "tg://join?invite=AbCdEf"),
        ("https://t.me/joinchat/AbCdEf", "tg://join?invite=AbCdEf"),
        ("https://t.me/+79991234567", "tg://resolve?phone=79991234567"),
        ("https://t.me/addstickers/Cats", "tg://addstickers?set=Cats"),
        ("https://t.me/share/url?url=https://a.b/?c", "tg://msg_url?url=https%3A%2F%2Fa.b%2F%3Fc"),
        ("https://t.me/c/1234/5", "x-safari-https://t.me/c/1234/5"),
        ("https://t.me/", "x-safari-https://t.me/"),
        ("https://youtu.be/abc?t=3", "youtube://www.youtube.com/watch?v=abc&t=3"),
        ("https://www.youtube.com/shorts/x", "youtube://www.youtube.com/shorts/x"),
        ("https://www.instagram.com/name/", "instagram://user?username=name"),
        ("https://www.instagram.com/p/Xyz/", "x-safari-https://www.instagram.com/p/Xyz/"),
        ("https://www.instagram.com/explore", "x-safari-https://www.instagram.com/explore"),
        ("https://www.tiktok.com/@a/video/1?x=1", "x-safari-https://www.tiktok.com/@a/video/1?x=1"),
    ],
)
def test_an_iphone_calls_the_app_by_its_own_address_or_leaves_for_safari(url: str, address: str):
    app = app_of(url)
    assert app is not None
    assert ios_address(app, url) == address


def test_an_android_names_the_package_and_the_way_back():
    url = "https://www.ozon.ru/product/x-1/?utm_source=a#reviews"
    app = app_of(url)
    assert app is not None
    assert android_intent(app, url) == (
        "intent://www.ozon.ru/product/x-1/?utm_source=a#Intent;scheme=https;package=ru.ozon.app.android;"
        f"S.browser_fallback_url={quote(url, safe='')};end"
    )


def test_any_of_telegrams_apps_may_open_what_is_telegrams():
    url = "https://t.me/durov"
    app = app_of(url)
    assert app is not None
    intent = android_intent(app, url)
    assert intent.startswith("intent://resolve?domain=durov#Intent;scheme=tg;S.browser_fallback_url=")
    assert "package=" not in intent


@given(
    st.sampled_from(
        ["tiktok.com", "youtu.be", "www.youtube.com", "instagram.com", "t.me", "ozon.ru", "m.wildberries.ru"]
    ),
    st.text(st.characters(codec="ascii", exclude_characters=" <>\"'\\^`{|}\n\r\t#"), max_size=40),
)
def test_whatever_the_path_there_is_one_intent_with_one_end(host: str, rest: str):
    url = f"https://{host}/{quote(rest, safe='/?=&;:@+,.-_~%')}"
    app = app_of(url)
    assert app in APPS
    intent = android_intent(app, url)
    assert intent.count("#") == 1
    assert intent.endswith(f"S.browser_fallback_url={quote(url, safe='')};end")
    assert "#" not in ios_address(app, url)
