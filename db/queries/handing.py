"""Queries of guides' files that Telegram did not take."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.deliveries import FAILED
from db.tables import Delivery, Guide


async def refused(session: AsyncSession, kind: str, prefix: str, since: datetime) -> Sequence[str]:
    """Keys of deliveries of this kind that begin so and failed for good since then.

    One that waits for somebody's return is none of these: it keeps its contents.
    """
    rows = await session.scalars(
        select(Delivery.key).where(
            Delivery.finished_at >= since,
            Delivery.state == FAILED,
            Delivery.kind == kind,
            Delivery.payload.is_(None),
            Delivery.key.startswith(prefix, autoescape=True),
        )
    )
    return rows.all()


async def owed(session: AsyncSession, keys: Collection[str]) -> set[str]:
    """Those of the keys that a delivery has, whatever became of it."""
    return set(await session.scalars(select(Delivery.key).where(Delivery.key.in_(keys))))


async def open_guides(session: AsyncSession, order_ids: Collection[int]) -> set[int]:
    """Those of the orders that have a guide which is not closed."""
    open_ones = select(Guide.order_id).where(Guide.order_id.in_(order_ids), Guide.closed_at.is_(None))
    return set(await session.scalars(open_ones))
