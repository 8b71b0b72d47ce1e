"""The unmodified TikTokApi in a real Chromium, against the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox.tiktok.creators import usernames
from sandbox.tiktok.server import TikTokServer
from services.tiktok.errors import (
    AccountBanned,
    AccountMissing,
    AccountOfRegion,
    AccountPrivate,
    AccountRefused,
    ShapeChanged,
    SourceBroken,
    SourceCaptcha,
    SourceCut,
    SourceEmpty,
    SourceError,
    SourceLimited,
    SourceTimeout,
)
from services.tiktok.sources import Sources
from services.tiktok.sources.browser import Browser
from services.tiktok.sources.by_browser import BrowserSource, ScriptSource, SessionCreatorSource
from services.tiktok.sources.rotation import Rotation
from services.tiktok.sources.steady import steady
from tests.platform import Clock
from tests.services.tiktok.sources.network import Proxy
from tests.services.tiktok.sources.truth import same_account, same_posts
from tests.waiting import until

pytestmark = pytest.mark.browser
SOMEBODY, ANOTHER = usernames()[:2]
START_SECONDS = 60.0


@pytest.fixture
async def open_browser(tiktok: TikTokServer, clock: Clock, chromium: Path) -> AsyncIterator[Callable[..., Browser]]:
    async with AsyncExitStack() as stack:

        def make(*, tokens: tuple[str, ...] = (), proxies: tuple[str, ...] = (), **given: Any) -> Browser:
            now = steady(clock)
            browser = Browser(chromium, tiktok.resolve, Rotation(tokens, now), Rotation(proxies, now), now, **given)
            stack.push_async_callback(browser.close)
            return browser

        yield make


def processes(browser: Browser) -> list[psutil.Process]:
    assert browser.running is not None
    found = browser.running.processes()
    assert len(found) > 3
    return found


async def gone(these: list[psutil.Process]) -> None:
    async def left() -> int:
        return sum(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in these)

    await until(left, 0)


async def test_accounts_and_posts_come_by_the_browser_as_tiktok_has_them(
    tiktok: TikTokServer, open_sources: Callable[..., Sources], chromium: Path, capfd: pytest.CaptureFixture[str]
):
    sources = open_sources(chromium=chromium, tokens=["a-token-of-ours"])
    for username in (SOMEBODY, "ogromny_kanal", "zero_followers", "no_videos"):
        fetched = await sources.fetch(username, 30)
        assert (fetched.source, fetched.posts_source) == ("browser", "" if username == "no_videos" else "creator")
        same_account(fetched.profile, tiktok.creator(username))
        same_posts(fetched, tiktok.creator(username), 30)
    states = {health.name: health.state for health in sources.health()}
    assert (states["browser"], states["videos"], states["creator"]) == ("ready", "resting", "ready")
    # The library would write all of it to standard error.
    assert "a-token-of-ours" not in "".join(capfd.readouterr())


async def test_what_tiktok_refuses_and_how_it_fails_is_told_apart(open_browser: Callable[..., Browser]):
    browser = open_browser()
    source = BrowserSource(browser)
    told: list[tuple[str, type[AccountRefused | SourceError]]] = [
        ("ghost", AccountMissing),
        ("gone", AccountMissing),
        ("private_person", AccountPrivate),
        ("banned_person", AccountBanned),
        ("region_person", AccountOfRegion),
        ("changed_shape", ShapeChanged),
        ("empty_person", SourceEmpty),
        ("captcha_person", SourceCaptcha),
        ("limited_person", SourceLimited),
        ("reset_person", SourceCut),
    ]
    for username, kind in told:
        with pytest.raises(kind):
            await source.profile(username)
    assert (await source.profile(SOMEBODY)).username == SOMEBODY
    with pytest.raises(SourceEmpty):
        await source.posts(await source.profile("gnarly_person"), 30)
    for _ in range(4):
        assert (await source.profile("flaky_person")).username == "flaky_person"


async def test_the_librarys_own_way_to_posts_is_taken_where_it_works(
    tiktok: TikTokServer, open_sources: Callable[..., Sources], chromium: Path
):
    tiktok.signed = False
    fetched = await open_sources(chromium=chromium).fetch(SOMEBODY, 45)
    assert fetched.posts_source == "videos"
    assert len(fetched.posts) >= 45
    assert not fetched.complete


async def test_the_sites_own_script_signs_where_nothing_else_goes(
    tiktok: TikTokServer, open_sources: Callable[..., Sources], chromium: Path
):
    tiktok.fault("*", "limited", ["creator"])
    fetched = await open_sources(chromium=chromium).fetch(SOMEBODY, 30)
    assert (fetched.source, fetched.posts_source) == ("browser", "script")
    assert len(fetched.posts) >= 30


async def test_without_an_answer_the_browser_is_not_waited_for_and_at_last_replaced(
    open_browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
):
    browser = open_browser()
    source = BrowserSource(browser)
    assert (await source.profile(SOMEBODY)).username == SOMEBODY
    monkeypatch.setattr("services.tiktok.sources.running.CALL_SECONDS", 0.5)
    for _ in range(3):
        with pytest.raises(SourceTimeout):
            await source.profile("slow_person")
    monkeypatch.undo()
    assert (await source.profile(SOMEBODY)).username == SOMEBODY
    assert browser.starts == 2


@pytest.mark.parametrize("victim", ["driver", "browser"])
async def test_a_browser_that_dies_is_replaced_and_leaves_nothing_behind(
    open_browser: Callable[..., Browser], victim: str
):
    browser = open_browser()
    source = BrowserSource(browser)
    assert (await source.profile(SOMEBODY)).username == SOMEBODY
    before = processes(browser)
    assert browser.running is not None
    folders = browser.running.folders
    assert [folder.is_dir() for folder in folders] == [True]
    before[0 if victim == "driver" else 1].kill()
    # The driver's own end is ours to bring about.
    await gone(before[0 if victim == "driver" else 1 :])

    async def answers() -> str:
        try:
            return (await source.profile(SOMEBODY)).username
        except (SourceBroken, SourceCut):
            return ""

    await until(answers, SOMEBODY, within=START_SECONDS)
    await gone(before)
    assert [folder.exists() for folder in folders] == [False]
    after = processes(browser)
    await browser.close()
    await gone(after)


async def test_a_session_that_is_gone_or_does_not_sign_is_a_connection_that_broke(open_browser: Callable[..., Browser]):
    browser = open_browser()
    source = BrowserSource(browser)
    await source.profile(SOMEBODY)
    assert browser.running is not None
    sessions = browser.running.api.sessions
    for session in sessions:
        await session.page.evaluate("() => { window.byted_acrawler.frontierSign = () => null }")
    with pytest.raises(SourceCut):
        await source.profile(ANOTHER)
    with pytest.raises(SourceCut):
        # Another question's connection broke, and took the session that this one had chosen.
        await browser.call(lambda api: api.sign_url("https://tiktok.com/x", session_index=len(sessions)), about="/x")


async def test_a_connection_that_breaks_at_a_list_takes_one_session_and_not_the_last(
    tiktok: TikTokServer, open_browser: Callable[..., Browser], clock: Clock
):
    browser = open_browser()
    profile = await BrowserSource(browser).profile(SOMEBODY)
    tiktok.fault(SOMEBODY, "reset", ["creator"])
    with pytest.raises(SourceCut):
        await SessionCreatorSource(browser, clock).posts(profile, 30)
    assert browser.running is not None
    assert len(browser.running.api.sessions) == 1


async def test_it_is_replaced_after_so_many_accounts_while_many_ask(open_browser: Callable[..., Browser]):
    browser = open_browser(most_profiles=6)
    source = BrowserSource(browser)
    assert (await source.profile(SOMEBODY)).username == SOMEBODY
    first = processes(browser)
    asked = usernames()[:10]
    answers = await asyncio.gather(*(source.profile(username) for username in asked))
    assert [profile.username for profile in answers] == list(asked)
    assert browser.starts > 1
    await gone(first)


async def test_it_is_replaced_when_it_has_grown_too_heavy(
    open_browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.tiktok.sources.browser.WEIGHED_EVERY", 2)
    browser = open_browser(most_bytes=1)
    source = BrowserSource(browser)
    for username in usernames()[:3]:
        await source.profile(username)
    assert browser.starts == 2


async def test_nobody_asking_it_goes_and_comes_again(open_browser: Callable[..., Browser]):
    browser = open_browser(idle_seconds=0.2)
    source = BrowserSource(browser)
    await source.profile(SOMEBODY)
    await gone([] if browser.running is None else browser.running.processes())

    async def running() -> bool:
        return browser.running is not None

    await until(running, False)
    assert (await source.profile(SOMEBODY)).username == SOMEBODY


async def test_a_start_that_nobody_waits_for_any_more_leaves_nothing_behind(open_browser: Callable[..., Browser]):
    browser = open_browser()
    before = set(psutil.Process().children(recursive=True))
    asking = asyncio.create_task(BrowserSource(browser).profile(SOMEBODY))

    async def begun() -> bool:
        return bool(set(psutil.Process().children(recursive=True)) - before)

    await until(begun, True)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await browser.close()
    assert set(psutil.Process().children(recursive=True)) - before == set()
    with pytest.raises(SourceBroken):
        await BrowserSource(browser).profile(SOMEBODY)


async def test_a_browser_that_cannot_start_says_so_and_leaves_nothing_behind(tiktok: TikTokServer, clock: Clock):
    before = set(psutil.Process().children(recursive=True))
    now = steady(clock)
    proxies = Rotation(["http://127.0.0.1:9"], now)
    browser = Browser(Path("/bin/false"), tiktok.resolve, Rotation([], now), proxies, now)
    with pytest.raises(SourceBroken):
        await BrowserSource(browser).profile(SOMEBODY)
    assert proxies.resting == 0, "it is no fault of the proxy"
    assert (browser.is_resting, browser.failures, browser.last_reason) == (True, 1, "browser")
    assert set(psutil.Process().children(recursive=True)) - before == set()
    await browser.close()


async def test_a_blocked_token_gives_way_to_the_next(tiktok: TikTokServer, open_browser: Callable[..., Browser]):
    tiktok.blocked_tokens.add("bad-token")
    browser = open_browser(tokens=("bad-token", "good-token"))
    source = BrowserSource(browser)
    with pytest.raises(SourceLimited):
        await source.profile(SOMEBODY)
    assert (await source.profile(SOMEBODY)).username == SOMEBODY
    assert browser.starts == 2


async def test_it_asks_by_the_proxy_and_by_another_once_that_one_breaks(
    tiktok: TikTokServer, open_browser: Callable[..., Browser]
):
    async with Proxy(tiktok.port) as first, Proxy(tiktok.port) as second:
        browser = open_browser(proxies=(first.address("anna", "geheim"), second.address("boris", "geheim")))
        source = BrowserSource(browser)
        assert (await source.profile(SOMEBODY)).username == SOMEBODY
        assert (set(first.comers), set(second.comers)) == ({"anna"}, set())
        first.breaks()
        with pytest.raises((SourceCut, SourceTimeout)):
            await source.profile(SOMEBODY)
        assert (await source.profile(SOMEBODY)).username == SOMEBODY
        assert (set(second.comers), browser.starts) == ({"boris"}, 2)
        await browser.close()


async def test_it_starts_by_another_proxy_where_one_does_not_serve(
    tiktok: TikTokServer, open_browser: Callable[..., Browser]
):
    async with Proxy(tiktok.port, "403") as bad, Proxy(tiktok.port) as good:
        browser = open_browser(proxies=(bad.address(), good.address("anna", "geheim")))
        assert (await BrowserSource(browser).profile(SOMEBODY)).username == SOMEBODY
        assert set(good.comers) == {"anna"}
        assert (browser.starts, browser.is_resting) == (1, False)
        await browser.close()


async def test_tabs_are_closed_again(tiktok: TikTokServer, open_browser: Callable[..., Browser]):
    browser = open_browser()
    profile = await BrowserSource(browser).profile(SOMEBODY)
    for _ in range(3):
        same_kind = await ScriptSource(browser).posts(profile, 30)
        assert [post.post_id for post in same_kind.posts[:5]]
    assert browser.running is not None
    assert [len(session.context.pages) for session in browser.running.api.sessions] == [1, 1]
