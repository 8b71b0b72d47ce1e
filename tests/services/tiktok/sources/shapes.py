"""Answers as TikTok makes them, from invented numbers."""

from typing import Any

from hypothesis import strategies as st

counts = st.integers(0, 2**31 - 1)
names = st.from_regex(r"[a-z0-9_][a-z0-9._]{0,22}[a-z0-9_]", fullmatch=True)
words = st.text(max_size=40)


@st.composite
def users(draw: st.DrawFn) -> dict[str, Any]:
    """``userInfo``."""
    user: dict[str, Any] = {
        "id": str(draw(st.integers(1, 2**63 - 1))),
        "uniqueId": draw(names),
        "nickname": draw(words),
        "secUid": draw(st.from_regex(r"MS4wLjABAAAA[A-Za-z0-9_-]{10,40}", fullmatch=True)),
        "verified": draw(st.booleans()),
        "signature": draw(words),
    }
    if draw(st.booleans()):
        user |= {"region": "RU", "language": "ru", "privateAccount": False, "bioLink": {"link": "example.org"}}
    stats = {
        name: draw(counts)
        for name in ("followerCount", "followingCount", "heart", "heartCount", "videoCount", "diggCount")
    }
    return {"user": user, "stats": stats}


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """One of ``itemList``."""
    stats = {name: draw(counts) for name in ("playCount", "diggCount", "commentCount", "shareCount", "collectCount")}
    item: dict[str, Any] = {
        "id": str(draw(st.integers(1, 2**63 - 1))),
        "desc": draw(words),
        "createTime": draw(st.integers(1_400_000_000, 2_000_000_000)),
        "video": {"duration": draw(st.integers(0, 600))},
        "music": {"id": "7", "title": draw(words), "original": draw(st.booleans())},
        "challenges": [{"title": title} for title in draw(st.lists(words, max_size=4))],
        "textLanguage": "ru",
        "stats": stats,
    }
    if draw(st.booleans()):
        item["isPinnedItem"] = True
    if draw(st.booleans()):
        item["statsV2"] = {name: str(count) for name, count in stats.items()}
    return item


def without(tree: dict[str, Any], path: str) -> dict[str, Any]:
    """``tree`` without what stands at ``path``."""
    first, _, rest = path.partition(".")
    if not rest:
        return {name: value for name, value in tree.items() if name != first}
    return tree | {first: without(tree[first], rest)}
