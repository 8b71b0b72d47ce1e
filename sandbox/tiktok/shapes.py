"""TikTok's JSON, as its site gets it."""

from typing import Any, Final

from sandbox.tiktok.history import Post
from sandbox.tiktok.serving import Moment

Json = dict[str, Any]
INT32: Final = 1 << 32
PAGE_SIZE: Final = 30


def user_detail(moment: Moment, code: int = 0) -> Json:
    """/api/user/detail/; ``code`` other than 0: TikTok refuses, and says nothing of the account."""
    extra = {"extra": {"fatal_item_ids": [], "logid": "", "now": moment.at * 1000}, "log_pb": {"impr_id": ""}}
    if code:
        return refused(code)
    return extra | {
        "shareMeta": {"title": f"{moment.creator.nickname} on TikTok", "desc": f"@{moment.creator.username}"},
        "statusCode": 0,
        "status_code": 0,
        "status_msg": "",
        "userInfo": user_info(moment),
    }


def refused(code: int) -> Json:
    return {"extra": {"fatal_item_ids": []}, "statusCode": code, "status_code": code, "status_msg": "", "userInfo": {}}


def user_info(moment: Moment) -> Json:
    stats = {
        "followerCount": moment.followers,
        "followingCount": moment.creator.following,
        "friendCount": 0,
        "heart": moment.likes,
        "heartCount": moment.likes,
        "videoCount": moment.videos,
        "diggCount": moment.creator.liked,
    }
    return {"user": user(moment), "stats": stats, "statsV2": {name: str(count) for name, count in stats.items()}}


def user(moment: Moment) -> Json:
    one = moment.creator
    found: Json = {
        "id": one.user_id,
        "shortId": "",
        "uniqueId": one.username,
        "nickname": one.nickname,
        "secUid": one.sec_uid,
        "signature": one.bio,
        "verified": one.verified,
        "privateAccount": False,
        "secret": False,
        "openFavorite": one.liked > 0,
        "language": one.language,
        "ttSeller": False,
        "avatarLarger": "",
        "avatarMedium": "",
        "avatarThumb": "",
        "createTime": int(one.user_id) >> 32,
    }
    if one.region:
        found["region"] = one.region
    if one.bio_url:
        found["bioLink"] = {"link": one.bio_url, "risk": 0}
    return found


def item(moment: Moment, post: Post) -> Json:
    one = moment.creator
    stats = {
        "playCount": post.views,
        "diggCount": post.likes,
        "commentCount": post.comments,
        "shareCount": post.shares,
        "collectCount": post.saves,
    }
    found: Json = {
        "id": post.post_id,
        "desc": post.description,
        "createTime": int(post.published_at.timestamp()),
        "author": {
            "id": one.user_id,
            "uniqueId": one.username,
            "nickname": one.nickname,
            "secUid": one.sec_uid,
            "verified": one.verified,
        },
        "authorStats": {"followerCount": moment.followers, "heartCount": moment.likes, "videoCount": moment.videos},
        "stats": stats,
        "statsV2": {name: str(count) for name, count in stats.items()} | {"repostCount": "0"},
        "video": {"id": post.post_id, "duration": post.duration, "height": 1024, "width": 576, "cover": ""},
        "music": {
            "id": post.sound_id,
            "title": post.sound_title,
            "authorName": one.nickname if post.sound_original else post.sound_title.partition(" — ")[2],
            "original": post.sound_original,
            "duration": 60,
        },
        "challenges": [{"id": str(1_600_000 + index), "title": tag} for index, tag in enumerate(post.hashtags)],
        "textLanguage": post.language,
        "privateItem": False,
    }
    if post.pinned:
        found["isPinnedItem"] = True
    return found


def item_list(moment: Moment, posts: list[Post], more: bool) -> Json:
    """/api/post/item_list/: without posts there is no ``itemList`` at all."""
    found: Json = {"cursor": _cursor(posts), "extra": {"logid": ""}, "hasMore": more, "statusCode": 0, "status_code": 0}
    return found | ({"itemList": [item(moment, post) for post in posts]} if posts else {})


def creator_list(moment: Moment, posts: list[Post], more: bool) -> Json:
    """/api/creator/item_list/: pages go by ``hasMorePrevious``."""
    found: Json = {"extra": {"logid": ""}, "hasMoreLatest": False, "hasMorePrevious": more, "statusCode": 0}
    return found | ({"itemList": [item(moment, post) for post in posts]} if posts else {})


def embed_state(moment: Moment, posts: list[Post], path: str) -> Json:
    """What the page at ``path`` (/embed/@name) carries: no times or likes of posts, no secUid; counts of 32 bits."""
    one = moment.creator
    info = {
        "id": one.user_id,
        "uniqueId": one.username,
        "nickname": one.nickname,
        "signature": one.bio,
        "avatarThumbUrl": "",
        "verified": one.verified,
        "privateAccount": False,
        "followerCount": overflown(moment.followers),
        "followingCount": overflown(one.following),
        "heartCount": overflown(moment.likes),
        "videoCount": overflown(moment.videos),
    }
    videos = [
        {"id": post.post_id, "desc": post.description, "playCount": overflown(post.views), "coverUrl": "",
         "privateItem": False, "height": 1024, "width": 576}
        for post in posts
    ]  # fmt: skip
    return {"source": {"data": {path: {"userInfo": info, "videoList": videos, "isReady": True}}}}


def embed_video_state(moment: Moment, post: Post) -> Json:
    """What /embed/v2/ID carries: one post's counts, and its time."""
    one = moment.creator
    infos = {
        "id": post.post_id, "text": post.description, "createTime": str(int(post.published_at.timestamp())),
        "playCount": post.views, "diggCount": post.likes, "commentCount": post.comments, "shareCount": post.shares,
    }  # fmt: skip
    author = {"uniqueId": one.username, "nickName": one.nickname, "secUid": one.sec_uid, "userId": one.user_id}
    path = f"/embed/v2/{post.post_id}"
    return {"source": {"data": {path: {"videoData": {"itemInfos": infos, "authorInfos": author}}}}}


def page_scope(moment: Moment, code: int = 0) -> Json:
    """``__DEFAULT_SCOPE__`` of a profile page."""
    detail = {"statusCode": code, "statusMsg": "", "needFix": False}
    if not code:
        detail["userInfo"] = user_info(moment)
    return {
        "__DEFAULT_SCOPE__": {"webapp.app-context": {"language": "ru", "region": "RU"}, "webapp.user-detail": detail}
    }


def video_scope(moment: Moment, post: Post | None) -> Json:
    """``__DEFAULT_SCOPE__`` of a video's page; None: there is no such video (10204)."""
    detail: Json = {"statusCode": 0 if post else 10204, "statusMsg": "" if post else "item doesn't exist"}
    if post is not None:
        detail["itemInfo"] = {"itemStruct": item(moment, post)}
    return {"__DEFAULT_SCOPE__": {"webapp.video-detail": detail}}


def overflown(count: int) -> int:
    """As 32 bits hold it."""
    return (count + INT32 // 2) % INT32 - INT32 // 2


def _cursor(posts: list[Post]) -> str:
    loose = [post for post in posts if not post.pinned] or posts
    return str(int(loose[-1].published_at.timestamp() * 1000)) if loose else "0"
