"""What a card shows of an account: its stored numbers, and what analytics makes of its posts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.tiktok.analytics import Measures, measure, tier
from services.tiktok.constants import CONSTANTS, Constants, Tier
from services.tiktok.errors import REFUSALS
from services.tiktok.merging import THIN_SOURCES
from services.tiktok.profiles import Post
from services.tiktok.stored import StoredAccount
from services.tiktok.usual import Usual


class Lack(StrEnum):
    """Why a figure is not there."""

    NO_POSTS = "no-posts"
    FEW_POSTS = "few-posts"
    # All are pinned or too young, or all but a few.
    FEW_SETTLED = "few-settled"
    HIDDEN_LIKES = "hidden-likes"
    NO_VIEWS = "no-views"
    # TikTok told views alone this time, or no posts at all.
    NOT_TOLD = "not-told"


@dataclass(frozen=True, slots=True)
class Card:
    """An account as people see it. ``username`` in small letters, without @; ``region``: ISO 3166-1, empty: unknown.

    ``likes`` of all its videos, ``liked``: videos that it likes itself; None: hidden. ``fetched_at``: how old all of
    it is. ``source`` and ``posts_source``: words of :mod:`services.tiktok.sources`. ``invented``: of the sandbox.
    ``refusal``: a key of REFUSALS where TikTok shows the account no more, as it last said at ``refused_at``.
    ``lacks_posts``: the last fetch brought no posts; all that follows from them is of those that were had before.
    """

    account_id: int
    username: str
    nickname: str
    verified: bool
    region: str
    followers: int
    likes: int | None
    videos: int
    liked: int | None
    measures: Measures
    tier: Tier
    constants: Constants
    fetched_at: datetime
    source: str
    posts_source: str
    invented: bool
    refusal: str = ""
    refused_at: datetime | None = None
    lacks_posts: bool = False

    @property
    def tells_liked(self) -> bool:
        """Whether ``liked`` would be told, were it not hidden: some of TikTok's pages tell it of nobody."""
        return self.source not in THIN_SOURCES

    @property
    def no_engagement(self) -> Lack | None:
        """Why there is no engagement; None: there is."""
        if self.measures.engagement is not None:
            return None
        if not self.measures.posts:
            return self._few
        return Lack.NO_VIEWS if self.measures.engagement_posts else self._no_likes

    @property
    def no_income(self) -> Lack | None:
        """Why there is no income; None: there is."""
        if self.measures.income is not None:
            return None
        return self._few if self.measures.too_few else Lack.FEW_SETTLED

    @property
    def no_rating(self) -> Lack | None:
        """Why there is no rating; None: there is."""
        if self.measures.rating is not None:
            return None
        return self._few if self.measures.too_few else self._no_likes

    @property
    def _few(self) -> Lack:
        """Why there are few posts, or none."""
        if self.measures.posts:
            return Lack.FEW_POSTS
        return Lack.NOT_TOLD if self.videos else Lack.NO_POSTS

    @property
    def _no_likes(self) -> Lack:
        """Why no post shows its likes."""
        return Lack.NOT_TOLD if self.measures.comments.value is None else Lack.HIDDEN_LIKES


def make_card(
    account: StoredAccount, posts: Sequence[Post], constants: Constants = CONSTANTS, *, invented: bool = False
) -> Card:
    """``account`` was fetched at least once; ``posts`` are those that its figures are made of."""
    assert account.fetched_at is not None
    profile = account.profile
    measures = measure(profile, posts, account.fetched_at, constants)
    if account.lacks_posts:
        measures = _of_before(measures)
    is_refused = account.state in REFUSALS
    # TikTok writes 0 where likes are hidden: those of a video, and so their sum.
    are_hidden = not profile.likes and bool(measures.posts) and not measures.engagement_posts
    return Card(
        account_id=account.id,
        username=account.username,
        nickname=profile.nickname or account.username,
        verified=profile.verified,
        region=profile.region.upper(),
        followers=profile.followers,
        likes=None if are_hidden else profile.likes,
        videos=profile.videos,
        liked=profile.liked,
        measures=measures,
        tier=tier(profile.followers, constants),
        constants=constants,
        fetched_at=account.fetched_at,
        source=account.source,
        posts_source=account.posts_source,
        invented=invented,
        refusal=account.state if is_refused else "",
        refused_at=account.looked_at if is_refused else None,
        lacks_posts=account.lacks_posts,
    )


def _of_before(measures: Measures) -> Measures:
    """Sums of posts as they were once are no exact figures of today."""
    return replace(
        measures,
        views=replace(measures.views, exact=False),
        comments=replace(measures.comments, exact=False),
        reposts=replace(measures.reposts, exact=False),
    )


class KnowsPosts(Protocol):
    """Where posts of accounts are kept."""

    async def latest_posts(self, account_id: int) -> tuple[Post, ...]:
        """Those that an account's figures are made of, newest first."""


class Cards:
    """Cards of stored accounts.

    >>> await cards.of(await accounts.by_id(7))

    ``invented``: what stands for TikTok is a stand-in, and whoever shows its numbers says so.
    """

    def __init__(self, posts: KnowsPosts, usual: Usual, *, invented: bool = False) -> None:
        self._posts = posts
        self._usual = usual
        self.invented = invented

    async def of(self, account: StoredAccount) -> Card:
        """Of an account that was fetched at least once."""
        posts = await self._posts.latest_posts(account.id)
        return make_card(account, posts, await self._usual.constants(), invented=self.invented)
