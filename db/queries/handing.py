"""Queries of what is owed of guides: files that Telegram did not take, and what is not to be sent any more."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.deliveries import DUE, EMPTY, FAILED, SENDING
from db.tables import Delivery, Guide

# The kind of deliveries that bring guides.
GUIDE = "guide"


async def refused(session: AsyncSession, since: datetime) -> Sequence[str]:
    """Keys of guides' deliveries that failed for good since then.

    One that waits for somebody's return is none of these: it keeps its contents.
    """
    rows = await session.scalars(
        select(Delivery.key).where(
            Delivery.finished_at >= since,
            # As values in the statement itself: else no database knows that the index of these will do.
            Delivery.state == literal(FAILED, literal_execute=True),
            Delivery.kind == literal(GUIDE, literal_execute=True),
            Delivery.payload.is_(None),
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


async def hold_open(session: AsyncSession, guide_id: int) -> bool:
    """Whether the guide is not closed; nobody closes it until the transaction ends."""
    open_one = select(Guide.id).where(Guide.id == guide_id, Guide.closed_at.is_(None))
    return await session.scalar(open_one.with_for_update(read=True)) is not None


async def withdraw(
    session: AsyncSession,
    chat_id: int,
    kind: str,
    keys: Collection[str],
    prefixes: Collection[str],
    reason: str,
    now: datetime,
) -> None:
    """What is owed to the chat under these keys, and under those that begin so, is emptied and never sent.

    What is being sent arrives or does not, and is not tried again.
    """
    named = or_(Delivery.key.in_(keys), *(Delivery.key.startswith(prefix, autoescape=True) for prefix in prefixes))
    theirs = update(Delivery).where(Delivery.chat_id == chat_id, Delivery.kind == kind, named)
    waiting = Delivery.state.in_((DUE, FAILED)) & Delivery.payload.is_not(None)
    await session.execute(theirs.where(waiting).values(state=FAILED, reason=reason, finished_at=now, **EMPTY))
    await session.execute(theirs.where(Delivery.state == SENDING).values(**EMPTY))
