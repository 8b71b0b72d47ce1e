"""Queries about who leads."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Lease


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as it was seen; ``holder`` None: nobody has it."""

    holder: str | None
    term: int


async def look(session: AsyncSession, name: str) -> Held | None:
    """None: nobody ever had it."""
    row = (await session.execute(select(Lease.holder, Lease.term).where(Lease.name == name))).first()
    return Held(row.holder, row.term) if row else None


async def add(session: AsyncSession, name: str) -> None:
    """A lease that nobody has, unless there is one of this name."""
    lease = insert_for(session, Lease).values(name=name, holder=None, term=0)
    await session.execute(lease.on_conflict_do_nothing(index_elements=[Lease.name]))


async def take(session: AsyncSession, name: str, seen: Held, holder: str) -> bool:
    """Whether ``holder`` has the lease from this transaction on: only while it stands as it was seen."""
    had = Lease.holder.is_(None) if seen.holder is None else Lease.holder == seen.holder
    connection = await session.connection()
    taken = await connection.execute(
        update(Lease).where(Lease.name == name, had, Lease.term == seen.term).values(holder=holder, term=Lease.term + 1)
    )
    return taken.rowcount == 1


async def renew(session: AsyncSession, name: str, holder: str) -> bool:
    """Whether the lease is still the holder's, who shows it by a new term."""
    return await _change(session, name, holder, holder)


async def release(session: AsyncSession, name: str, holder: str) -> bool:
    """Whether the holder had it; nobody has it from this transaction on."""
    return await _change(session, name, holder, None)


async def is_held(session: AsyncSession, name: str, holder: str) -> bool:
    """Whether the lease is the holder's, and stays so until this transaction ends: who wants to take it waits."""
    # SQLite has one writer at a time anyway, and leaves FOR SHARE out.
    found = select(Lease.term).where(Lease.name == name, Lease.holder == holder).with_for_update(read=True)
    return await session.scalar(found) is not None


async def is_written(session: AsyncSession) -> bool:
    """Whether this is the database that is written to: a copy of it may not know yet of what was."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return not await session.scalar(select(func.pg_is_in_recovery()))


async def _change(session: AsyncSession, name: str, holder: str, successor: str | None) -> bool:
    connection = await session.connection()
    changed = await connection.execute(
        update(Lease).where(Lease.name == name, Lease.holder == holder).values(holder=successor, term=Lease.term + 1)
    )
    return changed.rowcount == 1
