"""A real Chromium for tests of pages: `from tests.browser import browser` in a conftest, then take it as a fixture.

A machine without a Chromium skips these tests; with TOKLINK_REQUIRE_BROWSER=1 they fail instead.
"""

import os
import shutil
from collections.abc import AsyncIterator
from typing import Final

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REQUIRED: Final = "TOKLINK_REQUIRE_BROWSER"
ARGUMENTS: Final = (
    "--no-sandbox",  # tests may run as root, where Chromium's own sandbox does not start
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A test never leaves this machine, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
PHONE: Final = (390, 844)
DESKTOP: Final = (1280, 800)

# Only a failing test waits that long; a busy machine needs more than Playwright's five seconds.
expect.set_options(timeout=15_000)


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def chromium_or_skip() -> str:
    """The path; without one the test is skipped, or fails where a browser is required."""
    path = find_chromium()
    if path is None:
        reason = f"no Chromium on this machine (looked for {', '.join(NAMES)})"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{reason}, and {REQUIRED}=1")
        pytest.skip(reason)
    return path


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A running Chromium, one for each test that asks for it."""
    path = chromium_or_skip()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        await running.close()


async def open_page(
    browser: Browser, url: str, *, phone: bool = False, dark: bool = False, locale: str = "ru-RU"
) -> tuple[Page, list[str]]:
    """A page of its own (no cookies, no storage) at `url`, and the list that collects what goes wrong in it.

    The list gets uncaught exceptions and errors of the console, violations of the content security policy among
    them; a test that ends well finds it empty.
    """
    width, height = PHONE if phone else DESKTOP
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale=locale,
        device_scale_factor=2 if phone else 1,
    )
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    await page.goto(url)
    return page, troubles
