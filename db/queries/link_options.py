"""Queries about what people set on their links: tags and slugs."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Link, LinkSequence, LinkSlug, LinkTag


async def set_tags(session: AsyncSession, link_id: int, tags: Collection[str]) -> None:
    """The link has these tags and no others."""
    await session.execute(delete(LinkTag).where(LinkTag.link_id == link_id, LinkTag.tag.not_in(tags)))
    if tags:
        insert = insert_for(session, LinkTag).values([{"link_id": link_id, "tag": tag} for tag in tags])
        await session.execute(insert.on_conflict_do_nothing(index_elements=[LinkTag.link_id, LinkTag.tag]))


async def favourite_tags(session: AsyncSession, owner_id: int, limit: int) -> Sequence[str]:
    """The tags that most of a person's links have."""
    theirs = select(LinkTag.tag).join(Link, Link.id == LinkTag.link_id)
    standing = theirs.where(Link.owner_id == owner_id, Link.deleted_at.is_(None)).group_by(LinkTag.tag)
    return (await session.scalars(standing.order_by(func.count().desc(), LinkTag.tag).limit(limit))).all()


async def former_slugs(session: AsyncSession, link_id: int) -> Sequence[LinkSlug]:
    """What a link was called before, in the order of the alphabet."""
    return (await session.scalars(select(LinkSlug).where(LinkSlug.link_id == link_id).order_by(LinkSlug.slug))).all()


async def looks_like_another(session: AsyncSession, link_id: int, skeleton: str) -> bool:
    """Whether any other link, standing or not, has or had a slug that looks like this."""
    shown = exists().where(Link.skeleton == skeleton, Link.id != link_id)
    before = exists().where(LinkSlug.skeleton == skeleton, LinkSlug.link_id != link_id)
    return bool(await session.scalar(select(or_(shown, before))))


async def hold_changes(session: AsyncSession) -> None:
    """Until the transaction ends, no other one tells of a change: so nobody else gives a slug to a link meanwhile."""
    # SQLite has one writer at a time anyway, and leaves FOR UPDATE out.
    await session.execute(select(LinkSequence.id).where(LinkSequence.id == 1).with_for_update())
