"""Queries that read counters."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import ClickCount, Link


async def buckets(session: AsyncSession, link_id: int, first: int, end: int) -> Sequence[tuple[int, int, int]]:
    """(bucket, clicks, visitors) of a link with ``first`` <= bucket < ``end``; only buckets with anything in them."""
    rows = await session.execute(
        select(ClickCount.bucket, ClickCount.clicks, ClickCount.visitors).where(
            ClickCount.link_id == link_id, ClickCount.bucket >= first, ClickCount.bucket < end
        )
    )
    return [(bucket, clicks, visitors) for bucket, clicks, visitors in rows]


async def totals(session: AsyncSession) -> tuple[int, int]:
    """(links that stand without drafts, clicks of all links ever)."""
    standing = Link.deleted_at.is_(None), Link.draft_since.is_(None)
    links = await session.scalar(select(func.count()).where(*standing))
    clicks = await session.scalar(select(func.coalesce(func.sum(Link.clicks), 0)))
    return links or 0, int(clicks or 0)
