"""What is stored of an account, as everybody but the database sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from db import tables
from services.tiktok.analytics import Income
from services.tiktok.errors import AccountRefused, TikTokSilent
from services.tiktok.profiles import Post, Profile


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account as the last fetch that worked found it.

    ``state``: new (never fetched), known, missing, private, banned, region or unshown (private or missing, nobody says
    which): what TikTok said of it at ``looked_at``.
    ``fetched_at`` None: never, and the numbers mean nothing. ``engagement``, ``income`` and ``rating`` are None where
    there are too few posts. ``failures`` in a row since then, the last one for ``failure`` (reasons of sources).
    ``lacks_posts``: the last fetch that worked brought the profile alone, though there are videos; the figures are of
    posts that were had before, if there are any.
    """

    id: int
    username: str
    state: str
    profile: Profile
    looked_at: datetime | None
    fetched_at: datetime | None
    source: str
    posts_source: str
    engagement: float | None
    income: Income | None
    rating: int | None
    in_top: bool
    failures: int = 0
    failure: str = ""
    lacks_posts: bool = False

    def age(self, now: datetime) -> timedelta | None:
        """Of its numbers; None: it has none. Never negative, whatever a clock does."""
        return None if self.fetched_at is None else max(timedelta(), now - self.fetched_at)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an account was when it was fetched ``at``. Columns as those of :class:`StoredAccount`.

    ``views``: of all its videos, exact or estimated; ``posts``: of how many posts the figures are. Where no post could
    be had, all that follows from posts is None, and ``posts`` 0 though there are ``videos``.
    """

    at: datetime
    followers: int
    following: int
    likes: int
    videos: int
    views: int | None
    engagement: float | None
    income_low: int | None
    income_mid: int | None
    income_high: int | None
    rating: int | None
    posts: int
    source: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Who waits for an account, and the message that says so. ``id`` 0, and no ``asked_at``: not noted yet.

    ``told_at``: they were told that TikTok does not answer, and get a message of its own; None: theirs is edited.
    ``address``: what they sent, at most 64 characters; empty: they named the account. ``turn``: how often they had
    asked again by the message; who asks once more waits in a new turn, which an answer to this one does not end.
    """

    person_id: int
    chat_id: int
    message_id: int
    id: int = 0
    told_at: datetime | None = None
    address: str = ""
    asked_at: datetime | None = None
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """``account`` is to be shown at once; None: it is being fetched, and who asked is answered when it was."""

    account: StoredAccount | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a fetch ended. One of ``account`` alone, ``refusal`` and ``silence`` says it.

    With ``silence``, ``account`` has the last numbers, if there are any. ``askers`` are to be answered now; ``over``
    waited for a day, and are told that it is in vain. ``pause``: others still wait, and the work is due again after it.
    """

    username: str
    account: StoredAccount | None = None
    refusal: AccountRefused | None = None
    silence: TikTokSilent | None = None
    askers: tuple[Asker, ...] = ()
    over: tuple[Asker, ...] = ()
    pause: timedelta | None = None


def account_of(row: tables.TikTokAccount, *, in_top: bool) -> StoredAccount:
    return StoredAccount(
        id=row.id,
        username=row.username,
        state=row.state,
        profile=profile_of(row),
        looked_at=row.looked_at,
        fetched_at=row.fetched_at,
        source=row.source,
        posts_source=row.posts_source,
        engagement=row.engagement,
        income=_income(row),
        rating=row.rating,
        in_top=in_top,
        failures=row.failures,
        failure=row.failure,
        lacks_posts=row.lacks_posts,
    )


def profile_of(row: tables.TikTokAccount) -> Profile:
    return Profile(
        username=row.username,
        user_id=row.user_id,
        sec_uid=row.sec_uid,
        nickname=row.nickname,
        verified=row.verified,
        bio=row.bio,
        bio_url=row.bio_url,
        region=row.region,
        language=row.language,
        followers=row.followers,
        following=row.following,
        likes=row.likes,
        videos=row.videos,
        liked=row.liked,
    )


def post_of(row: tables.TikTokPost) -> Post:
    return Post(
        post_id=row.post_id,
        published_at=row.published_at,
        description=row.description,
        pinned=row.pinned,
        duration=row.duration,
        views=row.views,
        likes=row.likes,
        comments=row.comments,
        shares=row.shares,
        saves=row.saves,
        hashtags=tuple(row.hashtags),
        sound_id=row.sound_id,
        sound_title=row.sound_title,
        sound_original=row.sound_original,
        language=row.language,
    )


def snapshot_of(row: tables.TikTokSnapshot) -> Snapshot:
    return Snapshot(**{name: getattr(row, name) for name in Snapshot.__slots__})


def asker_of(row: tables.TikTokAsker) -> Asker:
    return Asker(row.person_id, row.chat_id, row.message_id, row.id, row.told_at, row.address, row.asked_at, row.turn)


def _income(row: tables.TikTokAccount) -> Income | None:
    if row.income_low is None or row.income_mid is None or row.income_high is None:
        return None
    return Income(row.income_low, row.income_mid, row.income_high)
