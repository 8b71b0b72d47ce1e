"""Names that misbehave on purpose, and what a test makes go wrong."""

import asyncio

import aiohttp
import pytest

from sandbox.tiktok import TikTokServer
from sandbox.tiktok.faults import NAMED
from tests.sandbox.tiktok.conftest import Reader
from tests.waiting import until

LERA = "lera_pechet"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ghost", 10221),
        ("gone", 10202),
        ("private_person", 10222),
        ("banned_person", 10204),
        ("region_person", 10231),
        ("nobody.is.called.so", 10221),
    ],
)
async def test_tiktok_says_no_by_its_codes(reader: Reader, name: str, code: int) -> None:
    detail = await reader.signed("/api/user/detail/", uniqueId=name)
    assert (detail["statusCode"], detail["userInfo"]) == (code, {})
    assert (await reader.get(f"/embed/@{name}"))[0] == 400
    page = await reader.page(name)
    assert page["statusCode"] == code
    assert "userInfo" not in page


async def test_a_machine_is_answered_with_nothing(reader: Reader) -> None:
    for path in ("/embed/@empty_person", "/@empty_person", "/api/user/detail/?uniqueId=empty_person"):
        assert await reader.get(path) == (200, "")


async def test_somebody_has_to_solve_a_puzzle(reader: Reader) -> None:
    status, text = await reader.get("/embed/@captcha_person")
    assert status == 200
    assert "captcha" in text
    assert "__FRONTITY_CONNECT_STATE__" not in text


async def test_somebody_comes_too_often(reader: Reader) -> None:
    assert (await reader.get("/embed/@limited_person"))[0] == 429


async def test_a_connection_is_reset(reader: Reader) -> None:
    with pytest.raises(aiohttp.ClientError):
        await reader.get("/embed/@reset_person")


async def test_an_answer_never_comes_and_the_stand_in_ends_all_the_same(tiktok: TikTokServer, reader: Reader) -> None:
    waiting = asyncio.create_task(reader.get("/embed/@slow_person"))

    async def asked() -> int:
        return tiktok.requests["embed", "slow_person"]

    await until(asked, 1)
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done
    await asyncio.wait_for(tiktok.close(), 5)
    with pytest.raises(aiohttp.ClientError):
        await waiting


async def test_every_second_request_fails(reader: Reader) -> None:
    statuses = [(await reader.get("/embed/@flaky_person"))[0] for _ in range(4)]
    assert statuses == [200, 500, 200, 500]


async def test_a_name_wants_the_other_signature_though_nobody_else_does(tiktok: TikTokServer, reader: Reader) -> None:
    tiktok.signed = False
    query = {"secUid": tiktok.creator("gnarly_person").sec_uid, "count": 30}
    assert await reader.signed("/api/post/item_list/", **query) == {}
    assert "itemList" in await reader.signed_twice("/api/post/item_list/", **query)


async def test_a_shape_changes_in_every_place(reader: Reader) -> None:
    info = (await reader.signed("/api/user/detail/", uniqueId="changed_shape"))["userInfo"]
    assert "followerCount" not in info["stats"]
    assert "followerCount" not in info["statsV2"]
    assert "videoCount" in info["stats"]
    assert "followerCount" not in (await reader.page("changed_shape"))["userInfo"]["stats"]
    assert "followerCount" not in (await reader.embed("changed_shape"))["userInfo"]


async def test_a_test_names_the_path_that_is_missing(tiktok: TikTokServer, reader: Reader) -> None:
    tiktok.fault(LERA, "shape", {"page"}, lacks="userInfo.user.secUid")
    assert "secUid" not in (await reader.page(LERA))["userInfo"]["user"]
    assert "secUid" in (await reader.signed("/api/user/detail/", uniqueId=LERA))["userInfo"]["user"]


async def test_posts_lack_what_a_test_takes_from_them(tiktok: TikTokServer, reader: Reader) -> None:
    tiktok.fault(LERA, "shape", {"creator"}, lacks="itemList.stats.playCount")
    query = {"secUid": tiktok.creator(LERA).sec_uid, "count": 3}
    for item in (await reader.json("/api/creator/item_list/", **query))["itemList"]:
        assert "playCount" not in item["stats"]
        assert "playCount" not in item["statsV2"]
        assert "diggCount" in item["stats"]


async def test_an_account_is_empty_in_many_ways(tiktok: TikTokServer, reader: Reader) -> None:
    tiktok.signed = False
    none = await reader.signed("/api/post/item_list/", secUid=tiktok.creator("no_videos").sec_uid, count=30)
    assert "itemList" not in none
    assert [tiktok.creator(name).videos for name in ("no_videos", "one_post")] == [0, 1]
    hidden = tiktok.creator("hidden_likes")
    assert (hidden.likes, hidden.liked, {post.likes for post in hidden.posts}) == (0, 0, {0})
    assert all(post.views and post.comments for post in hidden.posts[20:50])
    assert all(post.pinned for post in tiktok.creator("all_pinned").posts)
    assert {post.views for post in tiktok.creator("zero_views").posts} == {0}
    assert tiktok.creator("zero_followers").followers == 0


async def test_tiktok_fails_for_everybody_in_one_place_and_is_well_again(tiktok: TikTokServer, reader: Reader) -> None:
    tiktok.fault("*", "limited", {"embed"})
    assert (await reader.get(f"/embed/@{LERA}"))[0] == 429
    assert (await reader.get(f"/@{LERA}"))[0] == 200
    tiktok.fault("*", "")
    assert (await reader.get(f"/embed/@{LERA}"))[0] == 200


async def test_a_name_that_misbehaved_is_well_again(tiktok: TikTokServer, reader: Reader) -> None:
    tiktok.fault("private_person", "")
    assert (await reader.embed("private_person"))["userInfo"]["followerCount"] > 0


async def test_a_token_is_blocked(tiktok: TikTokServer, reader: Reader) -> None:
    tiktok.blocked_tokens.add("worn-out")
    assert (await reader.get("/api/creator/item_list/", msToken="worn-out"))[0] == 429
    assert (await reader.get("/api/creator/item_list/", msToken="fresh"))[0] == 200


async def test_pages_of_a_sparse_list_hold_a_week_at_most(tiktok: TikTokServer, reader: Reader) -> None:
    tiktok.fault(LERA, "sparse")
    lera = tiktok.creator(LERA)
    at = int(lera.posts[40].published_at.timestamp() * 1000)
    page = await reader.json("/api/creator/item_list/", secUid=lera.sec_uid, count=15, cursor=at)
    week = [post for post in lera.posts if 0 < at - post.published_at.timestamp() * 1000 <= 7 * 86_400_000]
    assert [item["id"] for item in page.get("itemList", [])] == [post.post_id for post in week]
    assert page["hasMorePrevious"] is True


def test_there_is_no_fault_but_those_that_are_named() -> None:
    tiktok = TikTokServer()
    with pytest.raises(ValueError, match="There is no fault tired"):
        tiktok.fault(LERA, "tired")
    with pytest.raises(ValueError, match="Faults happen in"):
        tiktok.fault(LERA, "empty", {"kitchen"})
    assert tiktok.faults.list().keys() == NAMED.keys()
