"""The page of a guide in a real browser."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser import browser, open_page
from tests.redirect_server.web import Web
from tests.services.guides.accounts import content, sold
from tests.services.payments.till import Till

__all__ = ["browser"]

pytestmark = pytest.mark.browser


# What a page looks like is the same on any database.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("phone", "dark", "locale"), [(True, True, "ru-RU"), (False, False, "en-GB")])
async def test_it_fits_a_phone_and_a_computer_by_day_and_by_night(
    web: Web, browser: Browser, *, phone: bool, dark: bool, locale: str
):
    guide = content(nickname="ОченьДлинноеИмя" * 10, username="a.very_long.user_name_24", followers=1_234_567_890)
    _, guide_id = await sold(Till(web.database), guide)
    url = web.address + web.guides.address(guide_id)
    page, troubles = await open_page(browser, url, phone=phone, dark=dark, locale=locale)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("@a.very_long.user_name_24")
    assert await page.locator("svg.bars rect.bar").count() == len(guide.views)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    paper = await page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert paper == ("rgb(23, 24, 41)" if dark else "rgb(255, 255, 255)")
    assert troubles == []
