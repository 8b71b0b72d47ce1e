"""From TikTok's answers to profiles and posts: pure, and nothing is guessed.

Every function raises ShapeChanged with the path of what is missing, AccountRefused where TikTok says that it shows
nothing of the account, and other kinds of SourceError where the answer is none at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.tiktok.errors import (
    AccountBanned,
    AccountMissing,
    AccountOfRegion,
    AccountPrivate,
    AccountRefused,
    ShapeChanged,
    SourceCaptcha,
    SourceError,
)
from services.tiktok.profiles import Post, Profile
from services.tiktok.sources.shapes import Node

# What TikTok's status codes say of an account.
REFUSED: dict[int, type[AccountRefused]] = {
    10202: AccountMissing,
    10221: AccountMissing,
    10222: AccountPrivate,
    10204: AccountBanned,
    10231: AccountOfRegion,
}
CAPTCHA = 10000
# Of so many views, somebody's pleases somebody.
SEEN = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of posts as they came. ``cursor``: what to ask the next one with; None: nothing said."""

    posts: tuple[Post, ...]
    more: bool
    cursor: int | None


def read_detail(answer: Node, username: str) -> Profile:
    """The profile in ``{statusCode, userInfo: {user, stats}}``: of the site's API, and of its page."""
    check_status(answer, username)
    info = answer["userInfo"]
    if info.maybe("user") is None and info.maybe("stats") is None:
        # Nothing of an account, and no word why: no code that is known to mean anything.
        raise ShapeChanged(f"{info.path}.user")
    return read_account(info, username)


def read_account(info: Node, username: str) -> Profile:
    """The profile in ``{user, stats}``."""
    user = info["user"]
    if user.flag_or_false("privateAccount"):
        raise AccountPrivate(username)
    link = user.maybe("bioLink")
    return Profile(
        username=user.text("uniqueId").lower(),
        user_id=user.text("id"),
        sec_uid=user.text("secUid"),
        nickname=user.text("nickname"),
        verified=user.flag("verified"),
        bio=user.text_or_none("signature"),
        bio_url=link.text_or_none("link") if link is not None else "",
        region=user.text_or_none("region"),
        language=user.text_or_none("language"),
        followers=_stat(info, "followerCount"),
        following=_stat(info, "followingCount"),
        likes=_stat(info, "heartCount"),
        videos=_stat(info, "videoCount"),
        # Zero where it is hidden; TikTok does not say which.
        liked=_stat(info, "diggCount") or None if info["stats"].maybe("diggCount") else None,
    )


def _stat(node: Node, name: str) -> int:
    """A count. Where it has gone over the 32 bits of ``stats``, ``statsV2`` has it in digits."""
    stats, digits = node["stats"], node.maybe("statsV2")
    if digits is not None and stats[name].whole() < 0:
        return digits.count(name)
    return stats.count(name)


def read_items(answer: Node, username: str, *, more: str) -> Page:
    """A page of posts in ``{statusCode, itemList, cursor}``; ``more``: the key that says whether others follow.

    An account without posts has no itemList.
    """
    check_status(answer, username)
    items, cursor, follows = answer.maybe("itemList"), answer.maybe("cursor"), answer.maybe(more)
    return Page(
        posts=tuple(read_post(item) for item in items.items()) if items is not None else (),
        more=follows is not None and _is_true(follows),
        cursor=cursor.whole() if cursor is not None else None,
    )


def read_post(item: Node) -> Post:
    """A post as item lists hold it."""
    music, video, stats = item.maybe("music"), item.maybe("video"), item["stats"]
    if video is None and item.maybe("imagePost") is None:
        raise ShapeChanged(f"{item.path}.video")
    return Post(
        post_id=item.text("id"),
        published_at=moment(item["createTime"]),
        description=item.text_or_none("desc"),
        pinned=item.flag_or_false("isPinnedItem"),
        # Pictures last for no time.
        duration=video.count("duration") if video is not None and video.maybe("duration") else 0,
        views=_stat(item, "playCount"),
        likes=_stat(item, "diggCount") if stats.maybe("diggCount") else None,
        comments=_stat(item, "commentCount"),
        shares=_stat(item, "shareCount"),
        saves=_stat(item, "collectCount") if stats.maybe("collectCount") else 0,
        hashtags=_hashtags(item),
        sound_id=music.text_or_none("id") if music else "",
        sound_title=music.text_or_none("title") if music else "",
        sound_original=music.flag_or_false("original") if music else False,
        language=item.text_or_none("textLanguage"),
    )


def hidden_likes(posts: tuple[Post, ...]) -> tuple[Post, ...]:
    """The posts, with likes None where they are hidden: TikTok writes 0 then, of every post, however many saw it."""
    if any(post.likes for post in posts) or sum(post.views for post in posts) < SEEN:
        return posts
    return tuple(replace(post, likes=None) for post in posts)


def _hashtags(item: Node) -> tuple[str, ...]:
    challenges = item.maybe("challenges")
    if challenges is None:
        return ()
    return tuple(dict.fromkeys(title.lower() for each in challenges.items() if (title := each.text_or_none("title"))))


def moment(seconds: Node) -> datetime:
    """Seconds since 1970, as an aware time."""
    try:
        return datetime.fromtimestamp(seconds.whole(), UTC)
    except (OverflowError, ValueError, OSError):
        raise ShapeChanged(seconds.path) from None


def newest_first(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Each once, pinned ones where their time puts them."""
    once = {post.post_id: post for post in posts}
    return tuple(sorted(once.values(), key=lambda post: (post.published_at, post.post_id), reverse=True))


def check_status(answer: Node, username: str) -> None:
    """Raise what the status code means; nothing where it is zero or missing."""
    code = next((found.whole() for name in ("statusCode", "status_code") if (found := answer.maybe(name))), 0)
    if code in REFUSED:
        raise REFUSED[code](username)
    if code == CAPTCHA:
        raise SourceCaptcha
    if code:
        raise SourceError(f"status code {code}")


def _is_true(node: Node) -> bool:
    if isinstance(node.value, bool):
        return node.value
    return node.whole() != 0
