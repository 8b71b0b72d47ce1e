"""Queries about tallies."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Tally


async def grow(session: AsyncSession, name: str, day: date) -> None:
    insert = insert_for(session, Tally).values(name=name, day=day, count=1)
    await session.execute(
        insert.on_conflict_do_update(index_elements=[Tally.name, Tally.day], set_={"count": Tally.count + 1})
    )


async def of_day(session: AsyncSession, names: Collection[str], day: date) -> dict[str, int]:
    """The day's counts by name; what did not happen is left out."""
    rows = await session.execute(select(Tally.name, Tally.count).where(Tally.name.in_(names), Tally.day == day))
    return {row[0]: row[1] for row in rows}


async def after(session: AsyncSession, name: str, day: date) -> dict[date, int]:
    """The counts of the days after ``day``; days without any are left out."""
    rows = await session.execute(select(Tally.day, Tally.count).where(Tally.name == name, Tally.day > day))
    return {row[0]: row[1] for row in rows}
