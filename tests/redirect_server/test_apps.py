"""On phones a link can open the app that its target belongs to; and pages that tick, in a real browser."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, expect

from services.links import apps
from tests.browser import browser, open_page
from tests.redirect_server.web import (
    ANDROID,
    COMPUTER,
    PHONE,
    TELEGRAM_PREVIEW,
    Web,
    change_link,
    clicks_of,
    make_link,
)
from tests.waiting import until

__all__ = ["browser"]
TIKTOK = "https://www.tiktok.com/@anna/video/7123?lang=ru&x=<y>"


def address_of(page: str, mark: str) -> str:
    found = re.search(rf'href="([^"]*)" {mark}>', page)
    assert found is not None, page
    return html.unescape(found[1])


@pytest.mark.parametrize(
    ("target", "package"),
    [
        (TIKTOK, "com.zhiliaoapp.musically"),
        ("https://youtu.be/dQw4w9WgXcQ", "com.google.android.youtube"),
        ("https://www.instagram.com/anna/", "com.instagram.android"),
        ("https://www.ozon.ru/product/x-123/", "ru.ozon.app.android"),
        ("https://www.wildberries.ru/catalog/123/detail.aspx", "com.wildberries.ru"),
    ],
)
async def test_on_android_a_page_calls_the_app_and_names_the_site_for_those_without_it(
    web: Web, target: str, package: str
):
    link_id = await make_link(web.database, "abc1234", target, opens_app=True)
    answer = await web.opens("/abc1234", agent=ANDROID)
    assert answer.status == 200
    call = address_of(answer.text, "data-app")
    assert call.startswith(f"intent://{target.partition('://')[2].partition('?')[0]}")
    assert f"package={package};" in call
    stored = address_of(answer.text, "data-site")
    assert f"S.browser_fallback_url={quote(stored, safe='')};end" in call
    assert answer.headers["Set-Cookie"].startswith("visitor=")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in answer.text
    link = await web.counted("abc1234")
    assert (link.clicks, link.visitors) == (1, 1)
    assert [click.device for click in await clicks_of(web.database, link_id)] == ["Android"]


@pytest.mark.parametrize(
    ("target", "call"),
    [
        ("https://t.me/durov/42", "tg://resolve?domain=durov&post=42"),
        ("https://www.instagram.com/anna/", "instagram://user?username=anna"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.ozon.ru/product/x-123/", "x-safari-https://www.ozon.ru/product/x-123/"),
    ],
)
async def test_on_an_iphone_it_calls_the_app_by_an_address_of_its_own(web: Web, target: str, call: str):
    await make_link(web.database, "abc1234", target, opens_app=True)
    page = (await web.opens("/abc1234", agent=PHONE)).text
    assert address_of(page, "data-app") == call
    assert address_of(page, "data-site") == target


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("en", ("Opening TikTok", "Open in TikTok", "Go on to the site")),
        ("ru", ("Открываем TikTok", "Открыть в TikTok", "Перейти на сайт")),
    ],
)
async def test_the_page_speaks_the_visitors_language(web: Web, asked: str, words: tuple[str, ...]):
    await make_link(web.database, "abc1234", TIKTOK, opens_app=True)
    page = (await web.opens("/abc1234", agent=ANDROID, Accept_Language=asked)).text
    for each in words:
        assert each in page


@pytest.mark.parametrize(
    "who", [{"agent": COMPUTER}, {"agent": TELEGRAM_PREVIEW}, {"agent": ANDROID, "method": "HEAD"}]
)
async def test_computers_and_machines_are_simply_led_on(web: Web, who: dict[str, str]):
    await make_link(web.database, "abc1234", "https://www.tiktok.com/@anna", opens_app=True)
    answer = await web.opens("/abc1234", **who)
    assert (answer.status, answer.headers["Location"]) == (302, "https://www.tiktok.com/@anna")


async def test_a_site_without_an_app_is_simply_opened(web: Web):
    await make_link(web.database, "abc1234", "https://example.com/", opens_app=True)
    assert (await web.opens("/abc1234", agent=ANDROID)).status == 302


async def test_a_limit_counts_those_who_see_the_page(web: Web):
    await make_link(web.database, "abc1234", TIKTOK, opens_app=True, click_limit=1)
    assert (await web.opens("/abc1234", agent=ANDROID)).status == 200
    second = await web.opens("/abc1234", agent=ANDROID)
    assert second.status == 410
    assert "tiktok" not in second.text


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A host on this machine."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>the site</h1>")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_where_no_app_comes_up_the_site_does(
    web: Web, browser: Browser, site: str, monkeypatch: pytest.MonkeyPatch
):
    """A Chromium on a computer, which says that it is a phone, and knows no app."""
    monkeypatch.setitem(apps._APP_OF_HOST, "127.0.0.1", apps.TIKTOK)
    await make_link(web.database, "abc1234", site, opens_app=True)
    context = await browser.new_context(user_agent=ANDROID, locale="ru-RU")
    page = await context.new_page()
    await page.goto(f"{web.address}/abc1234", wait_until="commit")
    await expect(page.get_by_role("heading", name="the site")).to_be_visible()
    assert page.url == site


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_countdown_ticks_by_the_visitors_clock_and_opens_the_link(web: Web, browser: Browser, site: str):
    opens = datetime.now(UTC) + timedelta(days=2, hours=1)
    await make_link(web.database, "abc1234", site, valid_from=opens)
    page, troubles = await open_page(browser, f"{web.address}/abc1234", phone=True)
    await expect(page.locator(".countdown")).to_have_text(re.compile(r"^2 дня 0[01]:\d\d:\d\d$"))
    before = await page.locator(".countdown").text_content()
    await expect(page.locator(".countdown")).not_to_have_text(before or "")
    shown = await page.locator("time").text_content()
    assert shown is not None
    assert "UTC" not in shown
    assert str(opens.year) in shown
    # A console error would be a violation of the policy; the page's own 403 is one line.
    assert [trouble for trouble in troubles if "403" not in trouble] == []
    await change_link(web.database, "abc1234", valid_from=datetime.now(UTC) + timedelta(seconds=3))

    async def has_a_near_opening() -> bool:
        destination = await web.directory.find("abc1234")
        assert destination is not None
        assert destination.settings is not None
        return (destination.settings.opens_at or 0) < opens.timestamp()

    await until(has_a_near_opening, True)
    await page.reload()
    await expect(page.get_by_role("heading", name="the site")).to_be_visible()
