"""Queries of a person's lists of links, and of what is done to many of them at once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Link, LinkSlug, LinkTag


class Listed(NamedTuple):
    """What a link is found and sorted by."""

    id: int
    slug: str
    name: str
    target: str
    clicks: int


async def listed(session: AsyncSession, owner_id: int) -> Sequence[Listed]:
    """A person's links, newest first."""
    columns = select(Link.id, Link.slug, Link.name, Link.target, Link.clicks)
    rows = await session.execute(columns.where(*_standing(owner_id)).order_by(Link.id.desc()))
    return [Listed(*row) for row in rows]


async def former_slugs(session: AsyncSession, owner_id: int) -> dict[int, list[str]]:
    """The slugs that a person's links had before, of those that had any."""
    rows = select(LinkSlug.link_id, LinkSlug.slug).join(Link, Link.id == LinkSlug.link_id)
    slugs: dict[int, list[str]] = {}
    for link_id, slug in await session.execute(rows.where(*_standing(owner_id))):
        slugs.setdefault(link_id, []).append(slug)
    return slugs


async def tags(session: AsyncSession, owner_id: int) -> Sequence[tuple[int, str]]:
    """(link, tag) of all tags of a person's links."""
    rows = select(LinkTag.link_id, LinkTag.tag).join(Link, Link.id == LinkTag.link_id)
    return [(link_id, tag) for link_id, tag in await session.execute(rows.where(*_standing(owner_id)))]


async def by_ids(session: AsyncSession, owner_id: int, link_ids: Collection[int]) -> Sequence[Link]:
    """Those of the links that are the person's and stand, in no order."""
    return (await session.scalars(select(Link).where(Link.id.in_(link_ids), *_standing(owner_id)))).all()


async def hold(session: AsyncSession, owner_id: int, link_ids: Collection[int]) -> Sequence[tuple[int, str]]:
    """(link, slug) of those that are the person's and stand; none of them changes until the transaction ends.

    In their order: two who hold many never wait for each other. SQLite has one writer at a time anyway.
    """
    rows = select(Link.id, Link.slug).where(Link.id.in_(link_ids), *_standing(owner_id)).order_by(Link.id)
    return [(link_id, slug) for link_id, slug in await session.execute(rows.with_for_update())]


async def mark_deleted(session: AsyncSession, link_ids: Collection[int], now: datetime) -> None:
    await session.execute(update(Link).where(Link.id.in_(link_ids)).values(deleted_at=now))


async def mark_restored(
    session: AsyncSession, owner_id: int, link_ids: Collection[int], deleted_since: datetime
) -> Sequence[str]:
    """The slugs of those of the person's links that were deleted no earlier, and stand again."""
    gone = select(Link.id).where(Link.id.in_(link_ids), Link.owner_id == owner_id, Link.deleted_at >= deleted_since)
    held = (await session.scalars(gone.order_by(Link.id).with_for_update())).all()
    restored = update(Link).where(Link.id.in_(held)).values(deleted_at=None)
    return (await session.scalars(restored.returning(Link.slug))).all()


async def pause(session: AsyncSession, link_ids: Collection[int], paused_at: datetime | None) -> Sequence[str]:
    """The slugs of those that are off since ``paused_at``, or on again when it is None, and were not before."""
    is_other = Link.paused_at.is_not(None) if paused_at is None else Link.paused_at.is_(None)
    switched = update(Link).where(Link.id.in_(link_ids), is_other).values(paused_at=paused_at)
    return (await session.scalars(switched.returning(Link.slug))).all()


async def count_tags(session: AsyncSession, link_ids: Collection[int]) -> dict[int, int]:
    """How many tags each of the links has that has any."""
    rows = select(LinkTag.link_id, func.count()).where(LinkTag.link_id.in_(link_ids)).group_by(LinkTag.link_id)
    return {row[0]: row[1] for row in await session.execute(rows)}


async def tagged(session: AsyncSession, link_ids: Collection[int], tag: str) -> set[int]:
    """Those of the links that have the tag."""
    rows = select(LinkTag.link_id).where(LinkTag.link_id.in_(link_ids), LinkTag.tag == tag)
    return set(await session.scalars(rows))


async def add_tag(session: AsyncSession, link_ids: Collection[int], tag: str) -> None:
    if link_ids:
        insert = insert_for(session, LinkTag).values([{"link_id": link_id, "tag": tag} for link_id in link_ids])
        await session.execute(insert.on_conflict_do_nothing(index_elements=[LinkTag.link_id, LinkTag.tag]))


async def remove_tag(session: AsyncSession, link_ids: Collection[int], tag: str) -> None:
    await session.execute(delete(LinkTag).where(LinkTag.link_id.in_(link_ids), LinkTag.tag == tag))


def _standing(owner_id: int) -> tuple[ColumnElement[bool], ...]:
    return Link.owner_id == owner_id, Link.deleted_at.is_(None), Link.draft_since.is_(None)
