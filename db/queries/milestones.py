"""Queries about milestones of links: noted by who counts, removed by who tells."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Link, LinkEvent, WebhookClick

KIND = "milestone"


async def note(session: AsyncSession, reached: Sequence[tuple[int, int]], now: datetime) -> None:
    """``reached``: (link_id, how many clicks it has had by now)."""
    if reached:
        rows = [{"link_id": link_id, "kind": KIND, "number": number, "at": now} for link_id, number in reached]
        await session.execute(insert(LinkEvent), rows)


async def forget_before(session: AsyncSession, before: datetime, limit: int) -> int:
    """How many events that nobody was told of since ``before`` are removed, ``limit`` at most."""
    old = select(LinkEvent.id).where(LinkEvent.at < before).order_by(LinkEvent.id).limit(limit)
    gone = await session.execute(delete(LinkEvent).where(LinkEvent.id.in_(old)).returning(LinkEvent.id))
    return len(gone.all())


async def forget_untold_clicks(session: AsyncSession, limit: int) -> int:
    """How many clicks that wait for webhooks which are no more are removed, ``limit`` at most."""
    is_told = exists().where(Link.id == WebhookClick.link_id, Link.has_webhook, Link.deleted_at.is_(None))
    stale = select(WebhookClick.id).where(~is_told).limit(limit)
    gone = await session.execute(delete(WebhookClick).where(WebhookClick.id.in_(stale)).returning(WebhookClick.id))
    return len(gone.all())
