"""Queries about blocked hosts."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import BlockedHost


async def block(session: AsyncSession, host: str, reason: str, now: datetime) -> bool:
    """Whether it was not blocked before, or for another reason; since when it is blocked, stays."""
    insert = insert_for(session, BlockedHost).values(host=host, reason=reason, blocked_at=now)
    blocked = insert.on_conflict_do_update(
        index_elements=[BlockedHost.host], set_={"reason": reason}, where=BlockedHost.reason != reason
    )
    return await session.scalar(blocked.returning(BlockedHost.host)) is not None


async def unblock(session: AsyncSession, host: str) -> bool:
    """Whether it was blocked before."""
    gone = delete(BlockedHost).where(BlockedHost.host == host).returning(BlockedHost.host)
    return await session.scalar(gone) is not None


async def all_blocked(session: AsyncSession) -> Sequence[BlockedHost]:
    """The newest first."""
    return (await session.scalars(select(BlockedHost).order_by(BlockedHost.blocked_at.desc(), BlockedHost.host))).all()


async def reasons(session: AsyncSession, hosts: Collection[str] | None = None) -> dict[str, str]:
    """Why each is blocked, of those among ``hosts`` that are; None: of all."""
    rows = select(BlockedHost.host, BlockedHost.reason)
    if hosts is not None:
        rows = rows.where(BlockedHost.host.in_(hosts))
    return {row[0]: row[1] for row in await session.execute(rows)}
