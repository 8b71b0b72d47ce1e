"""Queries about people."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import func, or_, select, update
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


async def see_on(session: AsyncSession, person_id: int, day: date) -> bool:
    """Whether they were not seen on that day before, nor on a later one."""
    unseen = update(Person).where(Person.id == person_id, or_(Person.seen_on.is_(None), Person.seen_on < day))
    return await session.scalar(unseen.values(seen_on=day).returning(Person.id)) is not None


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


async def id_of(session: AsyncSession, username: str) -> int | None:
    """Whose user name that is, in whatever letters it is written."""
    return await session.scalar(select(Person.id).where(func.lower(Person.username) == username.lower()).limit(1))


async def ban(session: AsyncSession, person_id: int, reason: str, now: datetime) -> bool:
    """Whether they were not banned before."""
    banned = update(Person).where(Person.id == person_id, Person.banned_at.is_(None))
    return await session.scalar(banned.values(banned_at=now, ban_reason=reason).returning(Person.id)) is not None


async def unban(session: AsyncSession, person_id: int) -> bool:
    """Whether they were banned before."""
    free = update(Person).where(Person.id == person_id, Person.banned_at.is_not(None))
    return await session.scalar(free.values(banned_at=None, ban_reason=None).returning(Person.id)) is not None


async def set_role(session: AsyncSession, person_id: int, role: str | None) -> bool:
    """Whether they had another one before."""
    other = update(Person).where(Person.id == person_id, Person.role.is_distinct_from(role))
    return await session.scalar(other.values(role=role).returning(Person.id)) is not None
