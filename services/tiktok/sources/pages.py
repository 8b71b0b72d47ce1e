"""The data that TikTok's pages carry for their own scripts. Pure, as reading.py is."""

import re

from services.tiktok.errors import AccountPrivate, ShapeChanged, SourceCaptcha, SourceEmpty
from services.tiktok.profiles import Post, Profile
from services.tiktok.sources.reading import moment, read_detail
from services.tiktok.sources.shapes import Node, parse

EMBED_STATE = "__FRONTITY_CONNECT_STATE__"
PAGE_STATE = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
# Up to its id.
TAG = re.compile(r"<script\s(?:[^>]*\s)?")
# Theirs have a hundred characters or so.
LONGEST_TAG = 1_000


def read_profile_page(html: str, username: str) -> Profile:
    """The profile on ``/@name``."""
    scope = script(html, PAGE_STATE)["__DEFAULT_SCOPE__"]
    return read_detail(scope["webapp.user-detail"], username)


def read_embed_profile(html: str, username: str) -> Profile:
    """The profile on ``/embed/@name``: without a secUid, and its counts are 32 bits wide."""
    info = _embed(html, f"/embed/@{username}", "embed")["userInfo"]
    if info.flag_or_false("privateAccount"):
        raise AccountPrivate(username)
    return Profile(
        username=info.text("uniqueId").lower(),
        user_id=info.text("id"),
        sec_uid="",
        nickname=info.text("nickname"),
        verified=info.flag("verified"),
        bio=info.text_or_none("signature"),
        bio_url="",
        region="",
        language="",
        followers=info.count("followerCount", wrapped=True),
        following=info.count("followingCount", wrapped=True),
        likes=info.count("heartCount", wrapped=True),
        videos=info.count("videoCount", wrapped=True),
        liked=None,
    )


def read_embed_list(html: str, username: str) -> tuple[str, ...]:
    """The ids of the last ten posts, on ``/embed/@name``: it tells neither their times nor their likes."""
    videos = _embed(html, f"/embed/@{username}", "embed")["videoList"]
    return tuple(video.text("id") for video in videos.items())


def read_embed_post(html: str, post_id: str) -> tuple[Post, str]:
    """A post on ``/embed/v2/ID``, and its author's secUid. How long it lasts and how often it was saved is not told."""
    data = _embed(html, f"/embed/v2/{post_id}", "video")["videoData"]
    info = data["itemInfos"]
    post = Post(
        post_id=info.text("id"),
        published_at=moment(info["createTime"]),
        description=info.text_or_none("text"),
        pinned=False,
        duration=0,
        views=info.count("playCount", wrapped=True),
        likes=info.count("diggCount", wrapped=True),
        comments=info.count("commentCount", wrapped=True),
        shares=info.count("shareCount", wrapped=True),
        saves=0,
    )
    return post, data["authorInfos"].text("secUid")


def script(html: str, name: str) -> Node:
    """The JSON in the script with this id."""
    if not html.strip():
        raise SourceEmpty
    begin, place = None, html.find(f'id="{name}"')
    while begin is None and place >= 0:
        begin, place = _content(html, place), html.find(f'id="{name}"', place + 1)
    end = -1 if begin is None else html.find("</script>", begin)
    if end >= 0:
        return parse(html[begin:end], name)
    if "captcha" in html.lower():
        raise SourceCaptcha
    raise ShapeChanged(name)


def _content(html: str, place: int) -> int | None:
    """Where the content begins of the script tag with the attribute at ``place``; None where that is in none.

    Looks at so much before and after it alone: a page of nothing but tags without end costs no more than its length.
    """
    begin = html.rfind("<", max(0, place - LONGEST_TAG), place)
    end = html.find(">", place, place + LONGEST_TAG)
    if begin < 0 or end < 0 or TAG.fullmatch(html, begin, place) is None:
        return None
    return end + 1


def _embed(html: str, path: str, name: str) -> Node:
    """What the page at this path shows; ``name``: what it is called where something lacks."""
    data = script(html, EMBED_STATE)["source"]["data"]
    # TikTok writes an account's name as its owner does, whatever the address says.
    own = next((each for each in data.value if each.lower() == path), path) if isinstance(data.value, dict) else path
    found = data.maybe(own)
    if found is None:
        # The path would hold the account's name, and be another for each.
        raise ShapeChanged(f"{data.path}.{name}")
    return Node(found.value, name)
