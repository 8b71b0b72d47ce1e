"""Queries about the look of a link's QR."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Link, LinkLogo


async def hold(session: AsyncSession, link_id: int, owner_id: int) -> Link | None:
    """The person's link that stands; nobody else changes it until the transaction ends."""
    # SQLite has one writer at a time anyway, and leaves FOR UPDATE out.
    mine = Link.id == link_id, Link.owner_id == owner_id, Link.deleted_at.is_(None)
    return await session.scalar(select(Link).where(*mine).with_for_update())


async def logo(session: AsyncSession, link_id: int) -> bytes | None:
    return await session.scalar(select(LinkLogo.picture).where(LinkLogo.link_id == link_id))


async def set_logo(session: AsyncSession, link_id: int, picture: bytes) -> None:
    insert = insert_for(session, LinkLogo).values(link_id=link_id, picture=picture)
    await session.execute(
        insert.on_conflict_do_update(index_elements=[LinkLogo.link_id], set_={"picture": insert.excluded.picture})
    )


async def remove_logo(session: AsyncSession, link_id: int) -> None:
    await session.execute(delete(LinkLogo).where(LinkLogo.link_id == link_id))
