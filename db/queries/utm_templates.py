"""Queries about templates of UTM fields."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import UtmTemplate


async def of_owner(session: AsyncSession, owner_id: int) -> Sequence[UtmTemplate]:
    """In the order in which they were made."""
    return (
        await session.scalars(select(UtmTemplate).where(UtmTemplate.owner_id == owner_id).order_by(UtmTemplate.id))
    ).all()


async def find(session: AsyncSession, owner_id: int, template_id: int) -> UtmTemplate | None:
    return await session.scalar(
        select(UtmTemplate).where(UtmTemplate.id == template_id, UtmTemplate.owner_id == owner_id)
    )


async def count_others(session: AsyncSession, owner_id: int, name: str) -> int:
    """How many templates of the person have another name."""
    others = select(func.count()).where(UtmTemplate.owner_id == owner_id, UtmTemplate.name != name)
    return await session.scalar(others) or 0


async def keep(session: AsyncSession, owner_id: int, name: str, fields: Mapping[str, str]) -> None:
    """A new one, or new fields under a name that there is."""
    insert = insert_for(session, UtmTemplate).values(owner_id=owner_id, name=name, fields=dict(fields))
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=[UtmTemplate.owner_id, UtmTemplate.name], set_={"fields": insert.excluded.fields}
        )
    )


async def remove(session: AsyncSession, owner_id: int, template_id: int) -> None:
    await session.execute(delete(UtmTemplate).where(UtmTemplate.id == template_id, UtmTemplate.owner_id == owner_id))
