"""Queries about effects: what an update did, so that its replay does it no second time."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Effect


async def find(session: AsyncSession, update_id: int, name: str) -> dict[str, Any] | None:
    """The result of the first time, or None when this is it."""
    result: dict[str, Any] | None = await session.scalar(
        select(Effect.result).where(Effect.update_id == update_id, Effect.name == name)
    )
    return result


async def keep(session: AsyncSession, update_id: int, name: str, result: dict[str, Any], now: datetime) -> None:
    """In the transaction of the effect itself. A second one at the same time fails, and with it its effect."""
    session.add(Effect(update_id=update_id, name=name, result=result, done_at=now))
    await session.flush()


async def forget_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many effects of before ``moment`` were removed, ``limit`` at most."""
    key = tuple_(Effect.update_id, Effect.name)
    old = select(Effect.update_id, Effect.name).where(Effect.done_at < moment).limit(limit)
    gone = await session.execute(delete(Effect).where(key.in_(old)).returning(Effect.update_id))
    return len(gone.all())
