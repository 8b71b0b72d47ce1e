"""What each address of the invented TikTok answers."""

import re
import ssl

import aiohttp
import pytest

from sandbox.tiktok import TikTokServer
from sandbox.tiktok.creators import usernames
from tests.sandbox.conftest import Clock
from tests.sandbox.tiktok.conftest import Reader, script

LERA = "lera_pechet"
INT32 = 1 << 32


async def test_a_profile_is_told_to_who_signs(tiktok: TikTokServer, reader: Reader) -> None:
    lera = tiktok.creator(LERA)
    detail = await reader.signed("/api/user/detail/", uniqueId="Lera_Pechet", secUid="")
    assert detail["statusCode"] == 0
    user, stats = detail["userInfo"]["user"], detail["userInfo"]["stats"]
    assert (user["uniqueId"], user["nickname"], user["secUid"]) == (LERA, "Лера печёт", lera.sec_uid)
    assert (stats["followerCount"], stats["heartCount"], stats["videoCount"]) == (
        lera.followers,
        lera.likes,
        lera.videos,
    )
    assert detail["userInfo"]["statsV2"]["followerCount"] == str(lera.followers)


async def test_who_does_not_sign_gets_nothing(tiktok: TikTokServer, reader: Reader) -> None:
    assert await reader.get("/api/user/detail/", uniqueId=LERA) == (200, "")
    assert await reader.get("/api/user/detail/", uniqueId=LERA, **{"X-Bogus": "DFSz00000000"}) == (200, "")


async def test_lists_of_posts_want_the_signature_that_only_the_page_makes(tiktok: TikTokServer, reader: Reader) -> None:
    query = {"secUid": tiktok.creator(LERA).sec_uid, "count": 30, "cursor": 0}
    assert await reader.signed("/api/post/item_list/", **query) == {}
    assert len((await reader.signed_twice("/api/post/item_list/", **query))["itemList"]) >= 30
    tiktok.signed = False
    assert len((await reader.signed("/api/post/item_list/", **query))["itemList"]) >= 30


async def test_a_list_goes_through_all_posts_once_with_the_pinned_ones_first(
    tiktok: TikTokServer, reader: Reader
) -> None:
    tiktok.signed = False
    lera = tiktok.creator(LERA)
    seen, cursor, more = [], "0", True
    while more:
        page = await reader.signed("/api/post/item_list/", secUid=lera.sec_uid, count=35, cursor=cursor)
        seen += [item["id"] for item in page["itemList"]]
        cursor, more = page["cursor"], page["hasMore"]
    pinned = [post.post_id for post in lera.posts if post.pinned]
    assert pinned
    assert seen == pinned + [post.post_id for post in lera.posts if not post.pinned]


async def test_the_list_for_creators_wants_no_signature_and_goes_back_by_time(
    tiktok: TikTokServer, reader: Reader
) -> None:
    lera = tiktok.creator(LERA)
    query = {"secUid": lera.sec_uid, "count": 15, "type": 1}
    first = await reader.json("/api/creator/item_list/", cursor=tiktok.at * 1000, **query)
    last = first["itemList"][-1]["createTime"] * 1000
    second = await reader.json("/api/creator/item_list/", cursor=last, **query)
    told = [item["id"] for item in first["itemList"] + second["itemList"]]
    assert told == [post.post_id for post in lera.posts[:30]]
    assert first["hasMorePrevious"] is True
    oldest = int(lera.posts[-3].published_at.timestamp() * 1000)
    end = await reader.json("/api/creator/item_list/", cursor=oldest, **query)
    assert (len(end["itemList"]), end["hasMorePrevious"]) == (2, False)


async def test_a_post_says_all_that_tiktok_says(tiktok: TikTokServer, reader: Reader) -> None:
    lera = tiktok.creator(LERA)
    post = lera.posts[0]
    answer = await reader.json("/api/creator/item_list/", secUid=lera.sec_uid, count=1, cursor=0)
    item = answer["itemList"][0]
    assert (item["desc"], item["createTime"]) == (post.description, post.published_at.timestamp())
    assert item["stats"] == {
        "playCount": post.views,
        "diggCount": post.likes,
        "commentCount": post.comments,
        "shareCount": post.shares,
        "collectCount": post.saves,
    }
    assert item["statsV2"]["playCount"] == str(post.views)
    assert tuple(one["title"] for one in item["challenges"]) == post.hashtags
    assert item["music"]["original"] is post.sound_original
    assert (item["textLanguage"], item["video"]["duration"]) == ("ru", post.duration)


async def test_a_number_of_a_post_begins_with_its_time(tiktok: TikTokServer) -> None:
    for post in tiktok.creator(LERA).posts[:20]:
        assert int(post.post_id) >> 32 == post.published_at.timestamp()


async def test_the_page_to_be_embedded_has_ten_posts_without_times(tiktok: TikTokServer, reader: Reader) -> None:
    lera = tiktok.creator(LERA)
    shown = await reader.embed(LERA)
    assert shown["userInfo"]["followerCount"] == lera.followers
    assert "secUid" not in shown["userInfo"]
    assert [(one["id"], one["playCount"]) for one in shown["videoList"]] == [
        (post.post_id, post.views) for post in lera.posts[:10]
    ]
    assert "createTime" not in shown["videoList"][0]


async def test_large_counts_run_over_on_the_page_to_be_embedded(tiktok: TikTokServer, reader: Reader) -> None:
    giant = tiktok.creator("ogromny_kanal")
    assert INT32 // 2 < giant.likes < INT32
    shown = await reader.embed("ogromny_kanal")
    assert shown["userInfo"]["heartCount"] == giant.likes - INT32 < 0
    detail = await reader.signed("/api/user/detail/", uniqueId="ogromny_kanal")
    assert detail["userInfo"]["stats"]["heartCount"] == giant.likes


async def test_a_profile_page_carries_the_profile(tiktok: TikTokServer, reader: Reader) -> None:
    detail = await reader.page(LERA)
    assert detail["statusCode"] == 0
    assert detail["userInfo"]["user"]["secUid"] == tiktok.creator(LERA).sec_uid


async def test_a_post_has_pages_of_its_own(tiktok: TikTokServer, reader: Reader) -> None:
    lera = tiktok.creator(LERA)
    post = lera.posts[4]
    _, text = await reader.get(f"/@{LERA}/video/{post.post_id}")
    scope = script(text, "__UNIVERSAL_DATA_FOR_REHYDRATION__")["__DEFAULT_SCOPE__"]
    item = scope["webapp.video-detail"]["itemInfo"]["itemStruct"]
    assert (item["author"]["secUid"], item["stats"]["playCount"]) == (lera.sec_uid, post.views)
    await reader.embed(LERA)
    _, text = await reader.get(f"/embed/v2/{post.post_id}")
    data = script(text, "__FRONTITY_CONNECT_STATE__")["source"]["data"][f"/embed/v2/{post.post_id}"]
    assert data["videoData"]["itemInfos"]["diggCount"] == post.likes
    assert data["videoData"]["authorInfos"]["uniqueId"] == LERA


async def test_short_addresses_lead_to_profiles_and_posts(tiktok: TikTokServer, reader: Reader) -> None:
    post = tiktok.creator(LERA).posts[0]
    profile, video = tiktok.short(LERA), tiktok.short(LERA, post.post_id)
    assert profile.startswith("https://vm.tiktok.com/")
    assert tiktok.short(LERA) == profile
    assert (await reader.location(profile)).startswith(f"https://www.tiktok.com/@{LERA}?")
    assert (await reader.location(video)).startswith(f"https://www.tiktok.com/@{LERA}/video/{post.post_id}?")
    code = profile.rstrip("/").rpartition("/")[2]
    assert (await reader.location(f"https://www.tiktok.com/t/{code}/")).startswith(f"https://www.tiktok.com/@{LERA}?")
    assert await reader.location("https://vm.tiktok.com/ZMnobody/") == "https://www.tiktok.com/"


async def test_the_start_page_gives_a_token_to_all_of_tiktok(tiktok: TikTokServer) -> None:
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as http,
        http.get(f"https://{tiktok.resolve}/", headers={"Host": "www.tiktok.com"}) as answer,
    ):
        cookie = answer.cookies["msToken"]
        assert "byted_acrawler" in await answer.text()
    assert cookie["domain"] == ".tiktok.com"
    assert len(cookie.value) > 100


async def test_its_certificate_is_for_tiktok_and_trusted_by_nobody(tiktok: TikTokServer) -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientConnectorCertificateError) as refused:
            await http.get(f"https://{tiktok.resolve}/")
    assert isinstance(refused.value.certificate_error, ssl.SSLCertVerificationError)
    assert "self-signed" in str(refused.value)


async def test_it_is_of_this_machine_alone_and_names_no_other(tiktok: TikTokServer, reader: Reader) -> None:
    assert tiktok.resolve.startswith("127.0.0.1:")
    lera = tiktok.creator(LERA)
    pages = ["/", f"/@{LERA}", f"/embed/@{LERA}", f"/@{LERA}/video/{lera.posts[0].post_id}"]
    for page in pages:
        _, text = await reader.get(page)
        hosts = set(re.findall(r"(?:https?:)?//([\w.-]+\.\w+)", text))
        assert all(host.endswith(".example") for host in hosts), hosts


async def test_it_counts_who_was_asked_for(tiktok: TikTokServer, reader: Reader) -> None:
    await reader.embed(LERA)
    await reader.get("/embed/@Lera_Pechet")
    await reader.get("/api/creator/item_list/", secUid=tiktok.creator(LERA).sec_uid)
    assert tiktok.requests == {("embed", LERA): 2, ("creator", LERA): 1}


async def test_numbers_stand_still_for_an_hour(tiktok: TikTokServer, reader: Reader, clock: Clock) -> None:
    before = tiktok.creator(LERA)
    clock.passes(minutes=59)
    assert tiktok.creator(LERA) == before
    clock.passes(minutes=1)
    assert tiktok.creator(LERA).posts[0].views > before.posts[0].views


async def test_there_are_about_150_creators_of_all_sizes(tiktok: TikTokServer) -> None:
    names = usernames()
    assert len(names) == 150
    assert len(usernames(russian_only=True)) >= 120
    followers = [tiktok.creator(name).followers for name in (*names[:5], *names[-5:])]
    assert min(followers[:5]) > 3_000_000
    assert max(followers[5:]) < 5_000
