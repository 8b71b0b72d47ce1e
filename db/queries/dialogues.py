"""Queries about dialogues that people are in the middle of."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Dialogue


async def find(session: AsyncSession, key: str) -> Dialogue | None:
    return await session.get(Dialogue, key)


async def keep(session: AsyncSession, key: str, now: datetime, **values: Any) -> None:
    """Set ``state`` or ``data`` (or both) of a dialogue, whether it is there already or not."""
    row: dict[str, Any] = {"state": None, "data": {}, **values}
    insert = insert_for(session, Dialogue).values(key=key, updated_at=now, **row)
    await session.execute(
        insert.on_conflict_do_update(index_elements=[Dialogue.key], set_={**values, "updated_at": now})
    )


async def forget_empty(session: AsyncSession, key: str) -> None:
    """Remove a dialogue that is over: without a state, its data is of no use."""
    await session.execute(delete(Dialogue).where(Dialogue.key == key, Dialogue.state.is_(None)))


async def forget_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many dialogues nobody went on with since ``moment`` were removed, ``limit`` at most."""
    left = select(Dialogue.key).where(Dialogue.updated_at < moment).limit(limit)
    removed = await session.execute(delete(Dialogue).where(Dialogue.key.in_(left)).returning(Dialogue.key))
    return len(removed.all())
