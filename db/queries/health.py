"""Queries about how the inbox fares."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.inbox import ASIDE, WAITING
from db.tables import InboxUpdate


@dataclass(frozen=True, slots=True)
class InboxState:
    """Updates that wait or are in hand, since when the oldest of them, and how many were set aside."""

    waiting: int
    oldest: datetime | None
    aside: int


async def inbox(session: AsyncSession) -> InboxState:
    waiting = select(func.count().label("waiting"), func.min(InboxUpdate.received_at).label("oldest"))
    row = (await session.execute(waiting.where(InboxUpdate.state == WAITING))).one()
    aside = await session.scalar(select(func.count()).select_from(InboxUpdate).where(InboxUpdate.state == ASIDE))
    return InboxState(row.waiting, row.oldest, aside or 0)
