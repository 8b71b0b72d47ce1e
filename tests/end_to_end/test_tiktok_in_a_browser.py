"""Accounts of TikTok in the chat page, as people see them: the buttons of a card, comparison, watches and the top."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from sandbox.tiktok.creators import usernames
from scheduler.jobs import JOBS
from tests.browser import browser, open_page
from tests.platform import Platform, running_platform
from tests.waiting import until

__all__ = ["browser"]

pytestmark = pytest.mark.browser


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    top = tmp_path / "top.toml"
    top.write_text(f"accounts = {list(usernames(russian_only=True)[:2])}")
    async with running_platform(tmp_path, {"top_file": top}, tiktok=True) as platform:
        platform.container.services.top._pace = timedelta()
        yield platform


async def test_a_card_is_refreshed_and_watched_compared_and_found_in_the_top(platform: Platform, browser: Browser):
    first, second = usernames(russian_only=True)[:2]
    page, troubles = await open_page(browser, f"{platform.server.url}/#1002/1002", locale="en-GB", phone=True)
    log = page.get_by_role("log")

    async def write(text: str) -> None:
        await page.get_by_role("textbox", name="Message").fill(text)
        await page.keyboard.press("Enter")

    async def press(label: str) -> None:
        await page.get_by_role("button", name=label, exact=True).last.click()

    await page.get_by_role("button", name="Start").click()
    await write(f"https://www.tiktok.com/@{first}")
    await expect(page.get_by_role("button", name="🔗 Shorten instead")).to_be_visible()
    await expect(log).to_contain_text("Engagement")
    platform.clock.passes(hours=3)
    await expect(page.get_by_role("button", name="🔄 Refresh")).to_be_visible()
    asked = platform.tiktok.requests.total()
    await press("🔄 Refresh")

    async def is_asked_anew() -> bool:
        return platform.tiktok.requests.total() > asked

    await until(is_asked_anew, True)
    await press("👁 Watch")
    # What will be told stands in an alert.
    await page.get_by_role("dialog").get_by_role("button").last.click()
    await expect(page.get_by_role("button", name="✖️ Don't watch")).to_be_visible()
    await expect(page.get_by_role("button", name="🔗 Shorten instead")).to_be_visible()
    await write("/watch")
    await expect(log).to_contain_text("You watch 1 of 20")
    await write(f"/compare {first} {second}")
    await expect(log).to_contain_text("Side by side")
    await expect(page.get_by_role("button", name=f"📊 @{second}")).to_be_visible()
    await JOBS["top-refresh"](platform.container.services, platform.clock())
    await write("/top")
    await expect(log).to_contain_text("2 of 2 answered")
    await press("👥 Followers")
    await expect(log).to_contain_text("Top by followers")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out"
    assert troubles == []
