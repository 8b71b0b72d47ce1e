"""Queries of the news of links: what happened to them, and what their owners were told of it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import ClickCount, Link, LinkEvent, LinkNotice


async def events(session: AsyncSession, limit: int) -> Sequence[LinkEvent]:
    """What was noted the longest ago."""
    return (await session.scalars(select(LinkEvent).order_by(LinkEvent.id).limit(limit))).all()


async def take_events(session: AsyncSession, ids: Collection[int]) -> set[int]:
    """Remove events: those that were still there are whoever removed them to tell."""
    return set(await session.scalars(delete(LinkEvent).where(LinkEvent.id.in_(ids)).returning(LinkEvent.id)))


async def owned(session: AsyncSession, link_ids: Collection[int]) -> dict[int, Link]:
    """Those of the links that are somebody's and stand, by their ids."""
    return {row.id: row for row in await session.scalars(select(Link).where(Link.id.in_(link_ids), *_standing()))}


async def tell(session: AsyncSession, link_id: int, kind: str, value: int, now: datetime) -> bool:
    """Whether the owner was not told this yet, or of another value; from now on they were."""
    insert = insert_for(session, LinkNotice).values(link_id=link_id, kind=kind, value=value, at=now)
    told = insert.on_conflict_do_update(
        index_elements=[LinkNotice.link_id, LinkNotice.kind],
        set_={"value": value, "at": now},
        where=LinkNotice.value != value,
    )
    return await session.scalar(told.returning(LinkNotice.link_id)) is not None


async def told(session: AsyncSession, kind: str, link_ids: Collection[int]) -> dict[int, int]:
    """What the owners of these links were told last of this kind, of those that were told anything."""
    rows = select(LinkNotice.link_id, LinkNotice.value)
    of_kind = rows.where(LinkNotice.kind == kind, LinkNotice.link_id.in_(link_ids))
    return {row[0]: row[1] for row in await session.execute(of_kind)}


async def nearly_used_up(session: AsyncSession, hundredths: int, used: str, near: str) -> Sequence[int]:
    """Links with so many hundredths of their limit passed or more, whose owners were told of neither.

    ``used``, ``near``: the kinds under which owners are told that all is used up, or nearly; the value is the limit.
    """
    nearly = Link.passed * 100 >= Link.click_limit * hundredths
    unheard_of = (Link.passed < Link.click_limit) & ~_is_told(near) & ~_is_told(used)
    rows = select(Link.id).where(Link.click_limit.is_not(None), nearly, *_standing())
    found = rows.where(((Link.passed >= Link.click_limit) & ~_is_told(used)) | unheard_of)
    return (await session.scalars(found.order_by(Link.id))).all()


async def ending(session: AsyncSession, after: datetime, until: datetime) -> Sequence[int]:
    """Links that end after the one moment, and no later than the other."""
    rows = select(Link.id).where(Link.valid_until > after, Link.valid_until <= until, *_standing())
    return (await session.scalars(rows.order_by(Link.id))).all()


async def busy(session: AsyncSession, first: int, end: int, least: int) -> Sequence[tuple[int, int]]:
    """(link, clicks) of links that people clicked so often with ``first`` <= bucket < ``end``."""
    clicks = func.sum(ClickCount.clicks)
    within = ClickCount.bucket >= first, ClickCount.bucket < end
    rows = select(ClickCount.link_id, clicks).where(*within).group_by(ClickCount.link_id).having(clicks >= least)
    return [(link_id, int(count)) for link_id, count in await session.execute(rows.order_by(ClickCount.link_id))]


async def buckets(session: AsyncSession, link_id: int, first: int, end: int) -> Sequence[tuple[int, int]]:
    """(bucket, clicks) of a link with ``first`` <= bucket < ``end``; only buckets with anything in them."""
    within = ClickCount.link_id == link_id, ClickCount.bucket >= first, ClickCount.bucket < end
    rows = await session.execute(select(ClickCount.bucket, ClickCount.clicks).where(*within))
    return [(bucket, clicks) for bucket, clicks in rows]


def _is_told(kind: str) -> ColumnElement[bool]:
    """The owner was told of this limit."""
    same = LinkNotice.link_id == Link.id, LinkNotice.kind == kind, LinkNotice.value == Link.click_limit
    return exists().where(*same)


def _standing() -> tuple[ColumnElement[bool], ...]:
    return Link.owner_id.is_not(None), Link.deleted_at.is_(None), Link.draft_since.is_(None)
