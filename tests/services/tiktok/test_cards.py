"""Why a figure is not on a card."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.tiktok.cards import Card, Lack, make_card
from services.tiktok.profiles import Post, Profile
from services.tiktok.stored import StoredAccount

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROFILE = Profile(
    username="anna", user_id="1", sec_uid="s", nickname="", verified=True, bio="", bio_url="", region="ru", language="",
    followers=10_000, following=0, likes=900, videos=30, liked=None,
)  # fmt: skip
POST = Post(
    post_id="1", published_at=NOW, description="", pinned=False, duration=15, views=1_000, likes=50, comments=5,
    shares=5, saves=0,
)  # fmt: skip
BARE = replace(POST, likes=None, comments=0, shares=0)


def card(posts: list[Post], *, source: str = "page", lacks_posts: bool = False, **changes: Any) -> Card:
    account = StoredAccount(
        id=7, username="anna", state="known", profile=replace(PROFILE, **changes), looked_at=NOW, fetched_at=NOW,
        source=source, posts_source=source, engagement=None, income=None, rating=None, in_top=False,
        lacks_posts=lacks_posts,
    )  # fmt: skip
    aged = [
        replace(post, post_id=str(number), published_at=NOW - timedelta(days=number + 4))
        for number, post in enumerate(posts)
    ]
    return make_card(account, aged)


@pytest.mark.parametrize(
    ("shown", "lacks"),
    [
        (card([POST] * 6), (None, None, None)),
        (card([], videos=0), (Lack.NO_POSTS, Lack.NO_POSTS, Lack.NO_POSTS)),
        (card([]), (Lack.NOT_TOLD, Lack.NOT_TOLD, Lack.NOT_TOLD)),
        (card([POST] * 4), (None, Lack.FEW_POSTS, Lack.FEW_POSTS)),
        (card([replace(POST, pinned=True)] * 6), (None, Lack.FEW_SETTLED, None)),
        (card([replace(POST, likes=None)] * 6), (Lack.HIDDEN_LIKES, None, Lack.HIDDEN_LIKES)),
        (card([BARE] * 6), (Lack.NOT_TOLD, None, Lack.NOT_TOLD)),
        (card([replace(POST, views=0, likes=0, comments=0, shares=0)] * 6), (Lack.NO_VIEWS, None, None)),
    ],
)
def test_what_lacks_of_engagement_income_and_rating_has_its_reason(shown: Card, lacks: tuple[Lack | None, ...]):
    assert (shown.no_engagement, shown.no_income, shown.no_rating) == lacks


def test_likes_that_tiktok_hides_are_not_none():
    assert card([replace(POST, likes=None)] * 6, likes=0).likes is None
    assert card([replace(POST, likes=0)] * 6, likes=0).likes == 0
    assert card([POST] * 6).likes == 900


def test_what_a_page_never_tells_is_unknown_rather_than_hidden():
    assert card([POST], source="browser").tells_liked
    assert not card([POST], source="embed").tells_liked


def test_who_has_no_nickname_goes_by_the_name():
    assert (card([]).nickname, card([]).region) == ("anna", "RU")


def test_posts_of_before_are_summed_up_but_nothing_of_them_is_exact():
    now, then = card([POST] * 6, videos=6), card([POST] * 6, videos=6, lacks_posts=True)
    for name in ("views", "comments", "reposts"):
        assert getattr(now.measures, name).exact
        assert getattr(then.measures, name) == replace(getattr(now.measures, name), exact=False)
