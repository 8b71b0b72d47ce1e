"""What is read is what stands there; what does not stand there is named, and never guessed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiktok.errors import (
    AccountBanned,
    AccountMissing,
    AccountOfRegion,
    AccountPrivate,
    AccountRefused,
    ShapeChanged,
    SourceCaptcha,
    SourceEmpty,
    SourceError,
)
from services.tiktok.sources.connection import MOST_BYTES
from services.tiktok.sources.pages import read_embed_list, read_embed_post, read_embed_profile, read_profile_page
from services.tiktok.sources.reading import hidden_likes, newest_first, read_detail, read_items, read_post
from services.tiktok.sources.shapes import Node
from tests.services.tiktok.sources.shapes import items, users, without

NEEDED_OF_AN_ACCOUNT = [
    "user.uniqueId", "user.id", "user.secUid", "user.nickname", "user.verified",
    "stats.followerCount", "stats.followingCount", "stats.heartCount", "stats.videoCount",
]  # fmt: skip
NEEDED_OF_A_POST = ["id", "createTime", "video", "stats.playCount", "stats.commentCount", "stats.shareCount", "stats"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["user", "stats", "userInfo", "itemList", "statusCode", "id", "createTime", "video"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(users())
def test_an_account_is_read_as_it_stands(info: dict[str, Any]):
    profile = read_detail(Node({"statusCode": 0, "userInfo": info}), "whoever")
    user, stats = info["user"], info["stats"]
    assert profile.username == user["uniqueId"]
    assert (profile.nickname, profile.verified, profile.bio) == (user["nickname"], user["verified"], user["signature"])
    assert (profile.region, profile.bio_url) == (("RU", "example.org") if "region" in user else ("", ""))
    assert (profile.followers, profile.following) == (stats["followerCount"], stats["followingCount"])
    assert (profile.likes, profile.videos) == (stats["heartCount"], stats["videoCount"])
    assert profile.liked == (stats["diggCount"] or None)


@pytest.mark.parametrize("path", NEEDED_OF_AN_ACCOUNT)
@given(info=users())
def test_what_lacks_of_an_account_is_named(path: str, info: dict[str, Any]):
    with pytest.raises(ShapeChanged) as changed:
        read_detail(Node({"statusCode": 0, "userInfo": without(info, path)}), "whoever")
    assert changed.value.path == f"userInfo.{path}"


@pytest.mark.parametrize("wrong", ["many", "", None, 1.5, True, [], "-", "1e3", "9" * 5000, "١٢"])
@given(info=users())
def test_a_count_that_is_none_is_named(wrong: Any, info: dict[str, Any]):
    info["stats"]["followerCount"] = wrong
    with pytest.raises(ShapeChanged) as changed:
        read_detail(Node({"userInfo": info}), "whoever")
    assert changed.value.path == "userInfo.stats.followerCount"


@given(users())
def test_a_count_below_zero_is_taken_from_the_digits_beside_it(info: dict[str, Any]):
    info["stats"]["heartCount"] = -100
    with pytest.raises(ShapeChanged):
        read_detail(Node({"userInfo": info}), "whoever")
    info["statsV2"] = {"heartCount": "4294967196"}
    assert read_detail(Node({"userInfo": info}), "whoever").likes == 4_294_967_196


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10202, AccountMissing),
        (10221, AccountMissing),
        (10222, AccountPrivate),
        (10204, AccountBanned),
        (10231, AccountOfRegion),
    ],
)
def test_tiktok_says_why_it_shows_nothing(code: int, kind: type[AccountRefused]):
    with pytest.raises(kind) as refused:
        read_detail(Node({"statusCode": code, "userInfo": {}}), "somebody")
    assert refused.value.username == "somebody"
    with pytest.raises(kind):
        read_items(Node({"statusCode": code}), "somebody", more="hasMore")


def test_other_codes_are_failures_of_the_way_and_of_no_account():
    with pytest.raises(SourceCaptcha):
        read_detail(Node({"statusCode": 10000, "userInfo": {}}), "somebody")
    with pytest.raises(SourceError, match="10101"):
        read_detail(Node({"statusCode": 10101, "userInfo": {}}), "somebody")
    with pytest.raises(ShapeChanged, match=r"userInfo\.user"):
        read_detail(Node({"statusCode": 0, "userInfo": {}}), "somebody")


@given(users())
def test_an_account_that_says_so_itself_is_private(info: dict[str, Any]):
    info["user"]["privateAccount"] = True
    with pytest.raises(AccountPrivate):
        read_detail(Node({"userInfo": info}), "somebody")


@given(items())
def test_a_post_is_read_as_it_stands(item: dict[str, Any]):
    post, stats = read_post(Node(item)), item["stats"]
    assert post.post_id == item["id"]
    assert post.published_at == datetime.fromtimestamp(item["createTime"], UTC)
    assert (post.views, post.likes, post.comments) == (stats["playCount"], stats["diggCount"], stats["commentCount"])
    assert (post.shares, post.saves) == (stats["shareCount"], stats["collectCount"])
    assert post.pinned == ("isPinnedItem" in item)
    assert post.duration == item["video"]["duration"]
    assert list(post.hashtags) == [
        tag for tag in dict.fromkeys(each["title"].lower() for each in item["challenges"]) if tag
    ]
    assert post.sound_original == item["music"]["original"]


@pytest.mark.parametrize("path", NEEDED_OF_A_POST)
@given(item=items())
def test_what_lacks_of_a_post_is_named_with_its_place(path: str, item: dict[str, Any]):
    with pytest.raises(ShapeChanged) as changed:
        read_items(Node({"itemList": [without(item, path)]}), "whoever", more="hasMore")
    assert changed.value.path == f"itemList[0].{path}"


def test_an_account_without_posts_has_no_list():
    page = read_items(Node({"statusCode": 0, "hasMore": False}), "whoever", more="hasMore")
    assert (page.posts, page.more, page.cursor) == ((), False, None)


@given(st.lists(items(), max_size=5))
def test_posts_come_newest_first_and_each_once(found: list[dict[str, Any]]):
    posts = newest_first(read_post(Node(item)) for item in [*found, *found])
    assert len(posts) == len({item["id"] for item in found})
    assert list(posts) == sorted(posts, key=lambda post: (post.published_at, post.post_id), reverse=True)


@given(st.lists(items(), min_size=1, max_size=3))
def test_likes_are_hidden_where_many_saw_posts_and_no_post_has_any(found: list[dict[str, Any]]):
    for place, item in enumerate(found):
        item["id"], item["stats"]["diggCount"], item["stats"]["playCount"] = str(place), 0, 1_000
        item.pop("statsV2", None)
    assert {post.likes for post in hidden_likes(newest_first(read_post(Node(item)) for item in found))} == {None}
    found[0]["stats"]["diggCount"] = 1
    assert None not in {post.likes for post in hidden_likes(newest_first(read_post(Node(item)) for item in found))}


@given(anything)
def test_whatever_comes_is_read_or_refused_in_our_own_words(answer: Any):
    for read in (
        lambda: read_detail(Node(answer), "x"),
        lambda: read_items(Node(answer), "x", more="hasMore"),
        lambda: read_profile_page(page("__UNIVERSAL_DATA_FOR_REHYDRATION__", answer), "x"),
        lambda: read_embed_profile(page("__FRONTITY_CONNECT_STATE__", answer), "x"),
        lambda: read_embed_list(page("__FRONTITY_CONNECT_STATE__", answer), "x"),
        lambda: read_embed_post(page("__FRONTITY_CONNECT_STATE__", answer), "x"),
    ):
        try:
            read()
        except (SourceError, AccountRefused):
            continue


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("", SourceEmpty),
        (" \n", SourceEmpty),
        ('<div id="captcha_container"></div>', SourceCaptcha),
        ("<p>maintenance</p>", ShapeChanged),
        ('<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__">{"a":</script>', ShapeChanged),
    ],
)
def test_a_page_without_its_data_is_told_by_what_it_is_instead(html: str, kind: type[SourceError]):
    with pytest.raises(kind):
        read_profile_page(html, "x")


def page(name: str, data: Any) -> str:
    return f'<html><script id="{name}" type="application/json">{json.dumps(data)}</script></html>'


@pytest.mark.parametrize(
    "part",
    [
        "<script ",
        '<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" ',
        '<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__">',
        ' id="__UNIVERSAL_DATA_FOR_REHYDRATION__"',
    ],
)
def test_a_page_that_means_harm_costs_no_more_than_its_length(part: str):
    # Each of a million beginnings would be looked through to the end.
    with pytest.raises(ShapeChanged):
        read_profile_page(part * (MOST_BYTES // len(part)), "x")


def test_the_data_is_found_among_other_tags_and_in_none_that_is_too_long():
    whole = page("__UNIVERSAL_DATA_FOR_REHYDRATION__", {})
    read_as = "__DEFAULT_SCOPE__"
    for html in (
        f'<script src="x"></script><a id="__UNIVERSAL_DATA_FOR_REHYDRATION__"></a>{whole}<script>1</script>',
        whole.replace("<script ", '<script nonce="abc"\n'),
    ):
        with pytest.raises(ShapeChanged) as changed:
            read_profile_page(html, "x")
        assert changed.value.path == read_as
    with pytest.raises(ShapeChanged) as changed:
        read_profile_page(whole.replace("<script ", f'<script nonce="{"a" * 1_000}" '), "x")
    assert changed.value.path == "__UNIVERSAL_DATA_FOR_REHYDRATION__"


def test_counts_of_the_embed_page_that_went_over_32_bits_are_put_right():
    info = {
        "id": "1", "uniqueId": "Big.Name", "nickname": "Big", "verified": True,
        "followerCount": 2**31 - 2**32, "followingCount": 1, "heartCount": -1, "videoCount": 3,
    }  # fmt: skip
    html = page("__FRONTITY_CONNECT_STATE__", {"source": {"data": {"/embed/@Big.Name": {"userInfo": info}}}})
    profile = read_embed_profile(html, "big.name")
    assert (profile.followers, profile.likes, profile.username) == (2**31, 2**32 - 1, "big.name")


@pytest.mark.parametrize("username", ["anna", "boris"])
def test_an_embed_page_of_nobody_is_told_by_a_path_without_the_name(username: str):
    html = page("__FRONTITY_CONNECT_STATE__", {"source": {"data": {}}})
    with pytest.raises(ShapeChanged) as changed:
        read_embed_profile(html, username)
    assert changed.value.path == "source.data.embed"
