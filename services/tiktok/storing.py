"""Keeps what a fetch brought, or that it failed, in one transaction each."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import tiktok as queries
from services.tiktok.analytics import Measures, measure
from services.tiktok.constants import Constants
from services.tiktok.errors import REFUSALS, AccountRefused, AccountUnshown, TikTokSilent
from services.tiktok.merging import counted, is_another, merged_post, merged_profile
from services.tiktok.profiles import Fetched, Post, Profile
from services.tiktok.stored import StoredAccount, account_of, post_of, profile_of
from services.tiktok.times import SKEW, after_refusal, after_silence, next_refresh, without_posts

Shown = TypeVar("Shown", Profile, Post)
KNOWN = "known"
# As long as their columns are; what people write has no NUL there, which PostgreSQL does not take.
LENGTHS: Mapping[str, int] = {
    "user_id": 32, "sec_uid": 128, "nickname": 128, "region": 8, "language": 16, "sound_id": 32,
    "post_id": 32,
}  # fmt: skip
LONGEST_TEXT = 5_000
MOST_FAILURE = 64
# Why a fetch failed that brought the profile alone.
NO_POSTS = "posts"


class Storing:
    """What it keeps, it keeps once: a fetch that was kept since ``since`` is not kept again, whoever brings it."""

    def __init__(self, database: Database, constants: Constants) -> None:
        self._database = database
        self._constants = constants

    async def keep(self, username: str, fetched: Fetched, since: datetime, now: datetime) -> None:
        """The account, its posts and a snapshot.

        Where no way has its posts, those of before stay, and the account's figures are still of them; the snapshot has
        none. They are asked for again soon.
        """
        async with self._database.write() as session:
            row, in_top = await queries.hold(session, username, now)
            if is_settled(account_of(row, in_top=in_top), since, now):
                return
            known, found = profile_of(row), _stored_text(fetched.profile)
            if is_another(known, found):
                await queries.forget_history(session, row.id)
                known, row.posts_source = replace(found, username=username), ""
            profile = merged_profile(known, found, fetched.source)
            posts = await _keep_posts(session, row.id, fetched, now)
            measures = measure(profile, posts, now, self._constants)
            await _keep_figures(session, row, profile, measures, fetched, now)

    async def refuse(self, username: str, refusal: AccountRefused, since: datetime, now: datetime) -> None:
        """TikTok shows nothing of the account; the numbers of before stay."""
        async with self._database.write() as session:
            row, in_top = await queries.hold(session, username, now)
            if is_settled(account_of(row, in_top=in_top), since, now):
                return
            row.state, row.looked_at = refusal.state, now
            row.failures, row.failure = row.failures + 1, refusal.state
            if row.refresh_at is not None:
                # Nobody says why it is not shown: whether it is refused at all is soon asked again.
                is_unsure = isinstance(refusal, AccountUnshown)
                again = after_silence(row.failures, now) if is_unsure else after_refusal(username, row.failures, now)
                row.refresh_at = again

    async def fail(self, username: str, silence: TikTokSilent, now: datetime) -> None:
        """Nobody answered: the numbers of before stay, and it is tried again later.

        Where nobody was asked, the account has not failed, and waits no longer the more often that happens.
        """
        reason = ", ".join(sorted(set(silence.reasons.values())))
        async with self._database.write() as session:
            row, _ = await queries.hold(session, username, now)
            row.failures += not silence.is_resting_alone
            row.failure = reason[:MOST_FAILURE]
            if row.refresh_at is not None:
                row.refresh_at = after_silence(row.failures, now)


def is_settled(account: StoredAccount | None, since: datetime, now: datetime) -> bool:
    """Whether TikTok has said something of the account since then."""
    if account is None:
        return False
    looked_at = account.looked_at if account.state in REFUSALS else account.fetched_at
    return looked_at is not None and since <= looked_at <= now + SKEW


async def _keep_posts(session: AsyncSession, account_id: int, fetched: Fetched, now: datetime) -> tuple[Post, ...]:
    """The posts that count from now on, newest first."""
    found = {post.post_id: post for post in map(_stored_text, fetched.posts)}
    known = {row.post_id: post_of(row) for row in await queries.posts_of(session, account_id, found.keys())}
    posts = [merged_post(known.get(post_id), post, fetched.posts_source) for post_id, post in found.items()]
    before = await queries.counted_posts(session, account_id)
    seen_at = {row.post_id: row.seen_at for row in before}
    counting = counted(fetched, posts, [post_of(row) for row in before], seen_at, now)
    await queries.keep_posts(session, account_id, [_columns(post, now) for post in posts])
    await queries.count_only(session, account_id, {post.post_id for post in counting})
    return counting


async def _keep_figures(
    session: AsyncSession,
    row: tables.TikTokAccount,
    profile: Profile,
    measures: Measures,
    fetched: Fetched,
    now: datetime,
) -> None:
    for name in Profile.__slots__:
        setattr(row, name, getattr(profile, name))
    figures = _figures(measures)
    for name, value in figures.items():
        setattr(row, name, value)
    row.state, row.looked_at, row.fetched_at = KNOWN, now, now
    row.source, row.posts_source = fetched.source, fetched.posts_source or row.posts_source
    row.lacks_posts = profile.videos > 0 and not fetched.posts_source
    _plan(row, now)
    if row.lacks_posts:
        figures = dict.fromkeys(figures)
    await queries.add_snapshot(
        session,
        row.id,
        now,
        followers=profile.followers,
        following=profile.following,
        likes=profile.likes,
        videos=profile.videos,
        views=None if row.lacks_posts else measures.views.value,
        posts=0 if row.lacks_posts else measures.posts,
        source=fetched.source,
        **figures,
    )


def _plan(row: tables.TikTokAccount, now: datetime) -> None:
    """When it is fetched next, after a fetch that has just been kept."""
    row.failures, row.failure = (row.failures + 1, NO_POSTS) if row.lacks_posts else (0, "")
    if row.refresh_at is not None:
        row.refresh_at = without_posts(row.failures, now) if row.lacks_posts else next_refresh(row.username, now)


def _figures(measures: Measures) -> dict[str, Any]:
    income = measures.income
    return {
        "engagement": measures.engagement,
        "income_low": income.low if income else None,
        "income_mid": income.mid if income else None,
        "income_high": income.high if income else None,
        "rating": measures.rating.value if measures.rating else None,
    }


def _columns(post: Post, now: datetime) -> dict[str, Any]:
    """Of a row of tiktok_posts; which ones count is said for all of them together."""
    columns = {name: getattr(post, name) for name in Post.__slots__}
    return columns | {"hashtags": list(post.hashtags), "seen_at": now, "counted": False}


def _stored_text(found: Shown) -> Shown:
    """The profile or the post, with texts that every database takes."""
    texts: dict[str, Any] = {name: getattr(found, name) for name in found.__slots__}
    storable: dict[str, Any] = {
        name: _storable(text, LENGTHS.get(name, LONGEST_TEXT)) for name, text in texts.items() if isinstance(text, str)
    }
    if isinstance(found, Post):
        storable |= {"hashtags": tuple(_storable(each, LONGEST_TEXT) for each in found.hashtags)}
    return replace(found, **storable)


def _storable(text: str, most: int) -> str:
    # Halves of characters, which JSON may hold, cannot be written.
    return text.encode(errors="replace").decode().replace("\0", "")[:most]
