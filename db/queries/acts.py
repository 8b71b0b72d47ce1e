"""Queries about what operators did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Act, Link, Person


async def add(
    session: AsyncSession, *, actor_id: int, name: str, subject: str, facts: dict[str, Any], at: datetime
) -> int:
    act = Act(actor_id=actor_id, name=name, subject=subject, facts=facts, at=at)
    session.add(act)
    await session.flush()
    return act.id


async def is_noted_since(session: AsyncSession, actor_id: int, name: str, subject: str, moment: datetime) -> bool:
    noted = select(Act.id).where(Act.subject == subject, Act.actor_id == actor_id, Act.name == name, Act.at > moment)
    return await session.scalar(noted.limit(1)) is not None


async def count(session: AsyncSession, person_id: int | None) -> int:
    return (await session.scalar(select(func.count()).select_from(Act).where(_about(person_id)))) or 0


async def page(
    session: AsyncSession, person_id: int | None, *, limit: int, offset: int
) -> Sequence[tuple[Act, str | None, str | None]]:
    """(act, first name and user name of who did it), newest first."""
    rows = await session.execute(
        select(Act, Person.first_name, Person.username)
        .outerjoin(Person, Person.id == Act.actor_id)
        .where(_about(person_id))
        .order_by(Act.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [(act, first_name, username) for act, first_name, username in rows]


def _about(person_id: int | None) -> ColumnElement[bool]:
    if person_id is None:
        return true()
    links = select(literal("link:", String).concat(cast(Link.id, String))).where(Link.owner_id == person_id)
    return or_(Act.subject == f"person:{person_id}", Act.subject.in_(links))
