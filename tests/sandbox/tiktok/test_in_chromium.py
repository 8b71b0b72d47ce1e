"""The unmodified TikTokApi asks the invented TikTok in a real Chromium, as it asks TikTok."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Response
from TikTokApi import TikTokApi
from TikTokApi.exceptions import EmptyResponseException

from sandbox.tiktok import TikTokServer
from tests.browser import chromium_or_skip

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LERA = "lera_pechet"


@pytest.fixture
async def api(tiktok: TikTokServer) -> AsyncIterator[Any]:
    """A session that is open."""
    resolve = f"--host-resolver-rules=MAP *.tiktok.com {tiktok.resolve}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    api = TikTokApi(logging_level=logging.CRITICAL + 1)
    await api.create_sessions(
        num_sessions=1,
        headless=True,
        sleep_after=1,
        executable_path=chromium_or_skip(),
        # Tests may run as root, where Chromium's own sandbox does not start.
        override_browser_args=[resolve, "--no-sandbox", "--disable-gpu"],
        context_options={"ignore_https_errors": True, "locale": "ru-RU"},
    )
    for session in api.sessions:
        session.headers = session.headers or {}
    yield api
    await api.close_sessions()
    await api.stop_playwright()


async def test_a_profile_and_its_posts_are_what_the_stand_in_serves(api: Any, tiktok: TikTokServer) -> None:
    lera = tiktok.creator(LERA)
    assert api.sessions[0].ms_token
    user = api.user(LERA)
    info = (await user.info())["userInfo"]
    assert (info["user"]["nickname"], info["stats"]["followerCount"]) == ("Лера печёт", lera.followers)
    with pytest.raises(EmptyResponseException):
        [video async for video in user.videos(count=5)]
    tiktok.signed = False
    videos = [video async for video in user.videos(count=60)]
    loose = [post.post_id for post in lera.posts if not post.pinned]
    assert len(videos) >= 60
    assert [video.id for video in videos if not video.as_dict.get("isPinnedItem")] == loose[: len(videos)][
        : len(videos) - sum(post.pinned for post in lera.posts)
    ]
    assert videos[-1].sound.title
    assert videos[-1].hashtags[0].name in videos[-1].as_dict["desc"]


async def test_the_list_for_creators_and_the_page_s_own_script_need_no_help(api: Any, tiktok: TikTokServer) -> None:
    lera = tiktok.creator(LERA)
    query = {"secUid": lera.sec_uid, "count": 15, "type": 1, "cursor": tiktok.at * 1000}
    answer = await api.make_request(url="https://www.tiktok.com/api/creator/item_list/", params=query)
    assert [item["id"] for item in answer["itemList"]] == [post.post_id for post in lera.posts[:15]]

    page = await api.sessions[0].context.new_page()
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    async with page.expect_response(lambda one: "item_list" in one.url) as expected:
        await page.goto(f"https://www.tiktok.com/@{LERA}")
    told = await (await expected.value).json()
    assert len(told["itemList"]) == 35
    assert "X-Gnarly=" in (await expected.value).url
    # Nothing of all this has left the machine.
    places = [await one.server_addr() for one in answers]
    assert {place["ipAddress"] for place in places if place} == {"127.0.0.1"}


async def test_an_account_that_tiktok_does_not_show_is_what_the_library_makes_of_it(
    api: Any, tiktok: TikTokServer
) -> None:
    for name, code in (("ghost", 10221), ("private_person", 10222), ("region_person", 10231)):
        user = api.user(name)
        with pytest.raises(KeyError, match="user"):
            await user.info()
        assert user.as_dict["statusCode"] == code
    with pytest.raises(EmptyResponseException):
        await api.user("empty_person").info()
    empty = api.user("no_videos")
    await empty.info()
    tiktok.signed = False
    assert [video async for video in empty.videos()] == []
