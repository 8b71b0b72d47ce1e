"""What is usual of the accounts that are known."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import TikTokAccount, TikTokSnapshot


class Seen(NamedTuple):
    """An account by its last fetch: ``views`` of all its ``videos``."""

    followers: int
    views: int
    videos: int


async def seen(session: AsyncSession, since: datetime, least_posts: int, most: int) -> Sequence[Seen]:
    """Of accounts fetched since then with so many posts at least, ``most`` of them, those fetched last."""
    last = (TikTokSnapshot.account_id == TikTokAccount.id) & (TikTokSnapshot.at == TikTokAccount.fetched_at)
    rows = (
        select(TikTokSnapshot.followers, TikTokSnapshot.views, TikTokSnapshot.videos)
        .select_from(TikTokAccount)
        .join(TikTokSnapshot, last)
        .where(
            TikTokAccount.fetched_at >= since,
            TikTokSnapshot.posts >= least_posts,
            TikTokSnapshot.followers > 0,
            TikTokSnapshot.videos > 0,
        )
    )
    found = await session.execute(rows.order_by(TikTokAccount.fetched_at.desc()).limit(most))
    return [Seen(followers, views, videos) for followers, views, videos in found if views is not None]
