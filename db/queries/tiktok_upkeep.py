"""Queries that forget what is known of TikTok accounts once nobody needs it."""

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
# Whether a later snapshot of the account is of the same day in UTC; the second bound is for the index.
_LATER_THAT_DAY = """at < :moment AND EXISTS (
    SELECT 1 FROM tiktok_snapshots AS later
    WHERE later.account_id = tiktok_snapshots.account_id
      AND later.at > tiktok_snapshots.at AND later.at < {next_day}
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


async def thin_snapshots_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many snapshots of before ``moment`` go, ``limit`` at most: the last of each day (in UTC) stays."""
    which = _SQLITE if session.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    return await remove_some(session, "tiktok_snapshots", which, limit, moment=stored_moments(session)(moment))


async def forget_oldest_posts(session: AsyncSession, most: int, limit: int) -> int:
    """How many posts of one account go that has more than ``most`` which do not count; ``limit`` at most.

    Those that count stay, however old: a post may be pinned for years.
    """
    overfull = select(TikTokPost.account_id).where(~TikTokPost.counted).group_by(TikTokPost.account_id)
    account_id = await session.scalar(overfull.having(func.count() > most).limit(1))
    if account_id is None:
        return 0
    rest = select(TikTokPost.id).where(TikTokPost.account_id == account_id, ~TikTokPost.counted)
    oldest = rest.order_by(TikTokPost.published_at.desc(), TikTokPost.post_id.desc()).offset(most).limit(limit)
    ids = (await session.scalars(oldest)).all()
    await session.execute(delete(TikTokPost).where(TikTokPost.id.in_(ids)))
    return len(ids)


async def forget_accounts_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many accounts go with all that is kept of them, ``limit`` at most: nobody looked since ``moment``.

    Those stay that somebody watches, that stand in the top or ever did, or whose bio has a link.
    """
    unwanted = select(TikTokAccount.id).where(
        func.coalesce(TikTokAccount.looked_at, TikTokAccount.created_at) < moment,
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
