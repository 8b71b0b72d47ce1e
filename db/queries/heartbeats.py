"""Queries about the processes that run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Heartbeat


async def beat(session: AsyncSession, process: str, **values: Any) -> None:
    """Keep how a process fares: roles, host, started_at, seen_at, facts."""
    insert = insert_for(session, Heartbeat).values(process=process, **values)
    await session.execute(insert.on_conflict_do_update(index_elements=[Heartbeat.process], set_=values))


async def stop(session: AsyncSession, process: str) -> None:
    """It ended in an orderly way: nobody misses it."""
    await session.execute(delete(Heartbeat).where(Heartbeat.process == process))


async def all_of_them(session: AsyncSession) -> Sequence[Heartbeat]:
    """The newest first."""
    return (await session.scalars(select(Heartbeat).order_by(Heartbeat.seen_at.desc()))).all()


async def forget_before(session: AsyncSession, moment: datetime) -> int:
    gone = await session.execute(delete(Heartbeat).where(Heartbeat.seen_at < moment).returning(Heartbeat.process))
    return len(gone.all())
