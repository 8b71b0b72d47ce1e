"""Queries about people."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Person


async def find(session: AsyncSession, person_id: int) -> Person | None:
    return await session.get(Person, person_id)


async def add_if_new(session: AsyncSession, person_id: int, now: datetime) -> None:
    """Two first messages at once add one row."""
    insert = insert_for(session, Person).values(id=person_id, created_at=now)
    await session.execute(insert.on_conflict_do_nothing(index_elements=[Person.id]))


async def set_what_telegram_says(session: AsyncSession, person_id: int, said: Mapping[str, str | None]) -> None:
    """Names and language, by column. A user name is one person's: whoever had it before has it no longer."""
    if said.get("username"):
        await session.execute(
            update(Person).where(Person.username == said["username"], Person.id != person_id).values(username=None)
        )
    if said:
        await session.execute(update(Person).where(Person.id == person_id).values(**said))


async def hold(session: AsyncSession, person_id: int) -> None:
    """Until the transaction ends, no other may hold this person: what is counted of theirs stays as it is."""
    # SQLite has one writer at a time anyway, and leaves FOR UPDATE out.
    await session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


async def set_language(session: AsyncSession, person_id: int, language: str) -> None:
    await session.execute(update(Person).where(Person.id == person_id).values(language=language))


async def set_time_zone(session: AsyncSession, person_id: int, time_zone: str) -> None:
    await session.execute(update(Person).where(Person.id == person_id).values(time_zone=time_zone))


async def count(session: AsyncSession) -> int:
    return (await session.scalar(select(func.count()).select_from(Person))) or 0
