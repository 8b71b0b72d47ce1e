"""What a newcomer does after `make run`: open the chat page, make a link, follow it, see the click."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from tests.browser import browser, open_page
from tests.platform import Platform, running_platform

__all__ = ["browser"]

pytestmark = pytest.mark.browser


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path) as platform:
        yield platform


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """Somebody's site; gives its address."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<title>The goal</title><h1>You are here</h1>", content_type="text/html")

    application = web.Application()
    application.router.add_get("/goal", page)
    async with TestServer(application) as server:
        yield f"http://localhost:{server.port}/goal"


@dataclass(frozen=True)
class Words:
    """What the page and the bot say in one language."""

    locale: str
    person_id: int
    start: str
    composer: str
    statistics: str
    figures: str
    photo: str


RUSSIAN = Words("ru-RU", 1001, "Запустить", "Сообщение", "📊 Статистика", "1\u00a0клик за 7\u00a0дней", "Открыть фото")
ENGLISH = Words("en-GB", 1002, "Start", "Message", "📊 Statistics", "1 click in 7 days", "Open photo")


@pytest.mark.parametrize(("words", "phone"), [(RUSSIAN, False), (ENGLISH, True)], ids=["ru, desktop", "en, phone"])
async def test_a_newcomer_makes_a_link_follows_it_and_sees_the_click(
    platform: Platform, browser: Browser, site: str, words: Words, phone: bool
):
    address = f"{platform.server.url}/#{words.person_id}/{words.person_id}"
    page, troubles = await open_page(browser, address, locale=words.locale, phone=phone)
    await page.get_by_role("button", name=words.start).click()
    await page.get_by_role("textbox", name=words.composer).fill(site)
    await page.keyboard.press("Enter")
    link = page.get_by_role("log").get_by_role("link", name=f"localhost:{platform.settings.web_port}/").last
    async with page.context.expect_page() as opening:
        await link.click()
    goal = await opening.value
    await expect(goal).to_have_url(site)
    await expect(goal.get_by_role("heading", name="You are here")).to_be_visible()
    await goal.close()
    await platform.counted(clicks=1, bots=0)
    await page.get_by_role("button", name=words.statistics).click()
    await expect(page.get_by_role("log")).to_contain_text(words.figures)
    await expect(page.get_by_role("button", name=words.photo)).to_be_visible()
    assert troubles == []


async def test_the_page_of_an_unknown_link_is_plain_and_keeps_its_policy(platform: Platform, browser: Browser):
    page, troubles = await open_page(browser, f"{platform.settings.links_url}/nothing", dark=True, phone=True)
    await expect(page.get_by_role("heading", name="Такой ссылки нет")).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide, "nothing sticks out on a phone"
    assert [trouble for trouble in troubles if "404" not in trouble] == []
