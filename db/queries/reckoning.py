"""Times that were reckoned by a clock that went back since."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Delivery, Work


async def reckon_anew(
    session: AsyncSession,
    table: type[Delivery] | type[Work],
    rows: Sequence[Row[int, datetime, datetime]],
    now: datetime,
) -> int:
    """``rows``: (id, due_at, reckoned_at). Each becomes due as long after ``now`` as it was to be after the latter.

    How many rows these are; one whose time was set anew meanwhile keeps that.
    """
    if rows:
        connection = await session.connection()
        await connection.execute(
            update(table)
            .where(table.id == bindparam("row"), table.reckoned_at == bindparam("before"))
            .values(due_at=bindparam("due"), reckoned_at=now),
            [{"row": row, "before": before, "due": now + (due_at - before)} for row, due_at, before in rows],
        )
    return len(rows)
