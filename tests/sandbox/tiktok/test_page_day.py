"""In the chat page a person turns the day of the invented TikTok."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from sandbox import SandboxServer
from sandbox.tiktok import TikTokServer
from tests.browser import browser, open_page
from tests.sandbox.conftest import TOKEN, Clock

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


async def test_the_next_day_comes_from_the_menu(browser: Browser, clock: Clock, tiktok: TikTokServer) -> None:
    before = clock.time
    async with SandboxServer(TOKEN, now=clock, tiktok=tiktok) as server:
        page, troubles = await open_page(browser, server.url)
        await page.get_by_role("button", name="Меню и язык").click()
        await page.get_by_role("menuitem", name="Следующий день").click()
        note = page.get_by_role("status").get_by_text("Сегодня 2 марта 2026 г., в TikTok новые цифры")
        await expect(note).to_be_visible()
        assert clock.time == before + timedelta(days=1)
        await page.context.close()
    assert troubles == []


async def test_without_tiktok_there_is_no_day_to_turn(browser: Browser, clock: Clock) -> None:
    async with SandboxServer(TOKEN, now=clock) as server:
        page, troubles = await open_page(browser, server.url)
        await page.get_by_role("button", name="Меню и язык").click()
        await expect(page.get_by_role("menuitem", name="Вызовы бота")).to_be_visible()
        await expect(page.get_by_role("menuitem", name="Следующий день")).to_have_count(0)
        await page.context.close()
    assert troubles == []
