"""Queries about the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import InboxUpdate

WAITING, DONE, ASIDE = "waiting", "done", "aside"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update to record; ``payload`` is encrypted already."""

    update_id: int
    lane: int
    kind: str
    payload: bytes


async def record(session: AsyncSession, arrivals: Sequence[Arrival], now: datetime) -> dict[int, int]:
    """The rows' ids by update_id of those that are new; the others were recorded before and stay as they are."""
    insert = insert_for(session, InboxUpdate).values(
        [
            {
                "update_id": arrival.update_id,
                "lane": arrival.lane,
                "kind": arrival.kind,
                "payload": arrival.payload,
                "received_at": now,
                "state": WAITING,
                "attempts": 0,
            }
            for arrival in arrivals
        ]
    )
    recorded = insert.on_conflict_do_nothing(index_elements=[InboxUpdate.update_id]).returning(
        InboxUpdate.update_id, InboxUpdate.id
    )
    return {row.update_id: row.id for row in await session.execute(recorded)}


async def lanes(session: AsyncSession) -> Sequence[int]:
    """Lanes in which something waits."""
    return (await session.scalars(select(InboxUpdate.lane).where(InboxUpdate.state == WAITING).distinct())).all()


async def waiting(session: AsyncSession, lane: int, after: int, limit: int) -> Sequence[InboxUpdate]:
    """What waits in a lane, in order, after the update with ``id`` ``after``."""
    rows = select(InboxUpdate).where(InboxUpdate.state == WAITING, InboxUpdate.lane == lane, InboxUpdate.id > after)
    return (await session.scalars(rows.order_by(InboxUpdate.id).limit(limit))).all()


async def still_waiting(session: AsyncSession, update_ids: Sequence[int]) -> list[tuple[int, int]]:
    """(id, lane) of those that wait to be handled."""
    rows = select(InboxUpdate.id, InboxUpdate.lane).where(
        InboxUpdate.update_id.in_(update_ids), InboxUpdate.state == WAITING
    )
    return [(row, lane) for row, lane in await session.execute(rows)]


async def mark_done(session: AsyncSession, update_ids: Sequence[int]) -> None:
    await session.execute(
        update(InboxUpdate).where(InboxUpdate.update_id.in_(update_ids)).values(state=DONE, payload=None)
    )


async def mark_failed(session: AsyncSession, update_id: int, traceback: str, most_attempts: int) -> int:
    """How often it failed by now. At ``most_attempts`` it is set aside; its payload stays, for who looks into it."""
    attempts = await session.scalar(
        update(InboxUpdate)
        .where(InboxUpdate.update_id == update_id)
        .values(attempts=InboxUpdate.attempts + 1, traceback=traceback)
        .returning(InboxUpdate.attempts)
    )
    if attempts is not None and attempts >= most_attempts:
        await session.execute(update(InboxUpdate).where(InboxUpdate.update_id == update_id).values(state=ASIDE))
    return attempts or 0


async def count_waiting(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many wait, and since when the oldest."""
    row = await session.execute(
        select(func.count(), func.min(InboxUpdate.received_at)).where(InboxUpdate.state == WAITING)
    )
    count, oldest = row.one()
    return count, oldest


async def forget_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """Remove what was done or set aside long ago. Telegram brings nothing again after a day."""
    old = select(InboxUpdate.id).where(InboxUpdate.state != WAITING, InboxUpdate.received_at < moment).limit(limit)
    gone = await session.execute(delete(InboxUpdate).where(InboxUpdate.id.in_(old)).returning(InboxUpdate.id))
    return len(gone.all())
