"""Queries that forget what is known of TikTok accounts once nobody needs it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.rows import remove_some, stored_moments
from db.queries.tiktok import is_wanted
from db.tables import (
    TikTokAccount,
    TikTokAsker,
    TikTokPost,
    TikTokProposal,
    TikTokSnapshot,
    TikTokTopMember,
    TikTokTopPlace,
)

# What stands beside an account and goes first.
BESIDE: tuple[type[TikTokPost | TikTokSnapshot | TikTokProposal], ...] = (TikTokPost, TikTokSnapshot, TikTokProposal)
# Whether a later snapshot of the account is of the same day in UTC, and knows as much: one without posts says less.
# The second bound is for the index.
_LATER_THAT_DAY = """at >= :since AND at < :moment AND EXISTS (
    SELECT 1 FROM tiktok_snapshots AS later
    WHERE later.account_id = tiktok_snapshots.account_id
      AND later.at > tiktok_snapshots.at AND later.at < {next_day}
      AND (later.posts > 0 OR tiktok_snapshots.posts = 0)
      AND {day_of_later} = {day}
)"""
_SQLITE = _LATER_THAT_DAY.format(
    next_day="datetime(tiktok_snapshots.at, '+1 day')", day_of_later="date(later.at)", day="date(tiktok_snapshots.at)"
)
_POSTGRESQL = _LATER_THAT_DAY.format(
    next_day="tiktok_snapshots.at + interval '1 day'",
    day_of_later="(later.at AT TIME ZONE 'UTC')::date",
    day="(tiktok_snapshots.at AT TIME ZONE 'UTC')::date",
)


async def forget_askers_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many who asked before ``moment`` wait no longer, ``limit`` at most."""
    old = select(TikTokAsker.id).where(TikTokAsker.asked_at < moment).limit(limit)
    gone = await session.execute(delete(TikTokAsker).where(TikTokAsker.id.in_(old)).returning(TikTokAsker.id))
    return len(gone.all())


async def thin_snapshots(session: AsyncSession, since: datetime, moment: datetime, limit: int) -> int:
    """How many snapshots of ``since`` to ``moment`` go, ``limit`` at most: the last of each day (in UTC) stays.

    What is older was thinned by earlier runs: it is not looked through again each time.
    """
    which = _SQLITE if session.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    stored = stored_moments(session)
    return await remove_some(session, "tiktok_snapshots", which, limit, since=stored(since), moment=stored(moment))


async def overfull(session: AsyncSession, since: datetime, most: int) -> Sequence[int]:
    """Accounts with more than ``most`` posts that do not count, fetched since then: nothing else makes them more."""
    uncounted = select(func.count()).where(TikTokPost.account_id == TikTokAccount.id, ~TikTokPost.counted)
    rows = select(TikTokAccount.id).where(TikTokAccount.fetched_at >= since, uncounted.scalar_subquery() > most)
    return (await session.scalars(rows)).all()


async def forget_oldest_posts(session: AsyncSession, account_id: int, most: int, limit: int) -> int:
    """How many of the account's posts that do not count go beside the newest ``most`` of these; ``limit`` at most.

    Those that count stay, however old: a post may be pinned for years.
    """
    rest = select(TikTokPost.id).where(TikTokPost.account_id == account_id, ~TikTokPost.counted)
    oldest = rest.order_by(TikTokPost.published_at.desc(), TikTokPost.post_id.desc()).offset(most).limit(limit)
    ids = (await session.scalars(oldest)).all()
    await session.execute(delete(TikTokPost).where(TikTokPost.id.in_(ids)))
    return len(ids)


async def forget_accounts_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many accounts go with all that is kept of them, ``limit`` at most: nobody looked since ``moment``.

    Those stay that somebody watches, that stand in the top or ever did, or whose bio has a link.
    """
    never = TikTokAccount.looked_at.is_(None) & (TikTokAccount.created_at < moment)
    unwanted = select(TikTokAccount.id).where(
        (TikTokAccount.looked_at < moment) | never,
        ~is_wanted(),
        ~exists().where(TikTokTopMember.account_id == TikTokAccount.id),
        ~exists().where(TikTokTopPlace.account_id == TikTokAccount.id),
        ~exists().where(TikTokAsker.username == TikTokAccount.username),
    )
    ids = (await session.scalars(unwanted.limit(limit).with_for_update(skip_locked=True))).all()
    for table in BESIDE:
        await session.execute(delete(table).where(table.account_id.in_(ids)))
    await session.execute(delete(TikTokAccount).where(TikTokAccount.id.in_(ids)))
    return len(ids)
