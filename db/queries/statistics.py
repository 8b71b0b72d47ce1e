"""Queries that read counters."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Integer, cast, exists, func, select, union_all
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.rows import as_one, given_rows, is_one_of
from db.tables import ClickCount, ClickDetail, Link, LinkTag


class Sums(NamedTuple):
    """Counters added up; clicks = visitors (first visits) + repeats, bots are apart."""

    clicks: int
    visitors: int
    bots: int


async def scope(
    session: AsyncSession, owner_id: int, *, link_id: int | None = None, tag: str | None = None
) -> Sequence[int]:
    """The ids of a person's links that stand: of the one, of those with the tag, or of all."""
    rows = select(Link.id).where(*_standing(owner_id))
    if link_id is not None:
        rows = rows.where(Link.id == link_id)
    if tag is not None:
        rows = rows.where(exists().where(LinkTag.link_id == Link.id, LinkTag.tag == tag))
    return (await session.scalars(rows)).all()


async def tags(session: AsyncSession, owner_id: int) -> Sequence[str]:
    """The tags of a person's links that stand, by their names."""
    rows = select(LinkTag.tag).join(Link, Link.id == LinkTag.link_id).where(*_standing(owner_id)).distinct()
    return sorted((await session.scalars(rows)).all())


async def first_click(session: AsyncSession, link_ids: Sequence[int]) -> datetime | None:
    """When a person first clicked any of the links."""
    dialect = session.get_bind().dialect.name
    first = select(func.min(Link.first_click_at)).where(is_one_of(dialect, Link.id, "ids", BigInteger))
    moment: datetime | None = await session.scalar(first, {"ids": as_one(dialect, link_ids)})
    return moment


async def first_bucket(session: AsyncSession, link_ids: Sequence[int]) -> int | None:
    """The first bucket in which any of the links was clicked by a person."""
    dialect = session.get_bind().dialect.name
    # For each link its own first one, which stands at the beginning of its part of the index.
    theirs = (
        select(ClickCount.bucket)
        .where(ClickCount.link_id == Link.id, ClickCount.clicks > 0)
        .order_by(ClickCount.bucket)
        .limit(1)
        .scalar_subquery()
    )
    firsts = select(theirs.label("first")).where(is_one_of(dialect, Link.id, "ids", BigInteger)).subquery()
    first: int | None = await session.scalar(select(func.min(firsts.c.first)), {"ids": as_one(dialect, link_ids)})
    return first


async def sums(session: AsyncSession, link_ids: Sequence[int], ranges: Sequence[tuple[int, int]]) -> Sequence[Sums]:
    """For each range what the links had together with first <= bucket < end."""
    dialect = session.get_bind().dialect.name
    given = given_rows(dialect, {"place": Integer, "first": Integer, "until": Integer})
    added = (func.sum(each) for each in (ClickCount.clicks, ClickCount.visitors, ClickCount.bots))
    rows = (
        select(given.c.place, *added)
        .where(
            is_one_of(dialect, ClickCount.link_id, "ids", BigInteger),
            ClickCount.bucket >= given.c.first,
            ClickCount.bucket < given.c.until,
        )
        .group_by(given.c.place)
    )
    places = [(place, first, end) for place, (first, end) in enumerate(ranges)]
    parameters = _given(dialect, ("place", "first", "until"), places) | {"ids": as_one(dialect, link_ids)}
    found = {place: Sums(*map(int, added)) for place, *added in await session.execute(rows, parameters)}
    return [found.get(place, Sums(0, 0, 0)) for place in range(len(ranges))]


async def hours_of_week(
    session: AsyncSession, link_ids: Sequence[int], stretches: Sequence[tuple[int, int, int]]
) -> Sequence[tuple[int, int]]:
    """(hour, clicks) over stretches of (first, end, shift), where local time is ``shift`` quarters ahead of UTC.

    Hours are counted from 0 at midnight before a Thursday, as 1970-01-01 was one, to 167; those with clicks alone.
    """
    dialect = session.get_bind().dialect.name
    given = given_rows(dialect, {"first": Integer, "until": Integer, "shift": Integer})
    hour = ((ClickCount.bucket + given.c.shift) // 4 % 168).label("hour")
    rows = (
        select(hour, func.sum(ClickCount.clicks))
        .where(
            is_one_of(dialect, ClickCount.link_id, "ids", BigInteger),
            ClickCount.bucket >= given.c.first,
            ClickCount.bucket < given.c.until,
            ClickCount.clicks > 0,
        )
        .group_by(hour)
    )
    parameters = _given(dialect, ("first", "until", "shift"), stretches) | {"ids": as_one(dialect, link_ids)}
    return [(hour, int(clicks)) for hour, clicks in await session.execute(rows, parameters)]


async def details(
    session: AsyncSession,
    link_ids: Sequence[int],
    ranges: Sequence[tuple[int, int, int]],
    dimensions: Sequence[str],
) -> Sequence[tuple[Any, ...]]:
    """(link, then for each of the dimensions its values as JSON, or None) of all spans within the ranges.

    A range is (level, first, end) of ClickDetail, with first <= start < end.
    """
    dialect = session.get_bind().dialect.name
    counted = [_counted_by(dialect, dimension) for dimension in dimensions]
    # One part for each range: each walks its piece of the index, which a condition with OR would not.
    parts = [
        select(ClickDetail.link_id, *counted).where(
            is_one_of(dialect, ClickDetail.link_id, "ids", BigInteger),
            ClickDetail.level == level,
            ClickDetail.start >= first,
            ClickDetail.start < end,
        )
        for level, first, end in ranges
    ]
    rows = await session.execute(union_all(*parts), {"ids": as_one(dialect, link_ids)})
    return [tuple(row) for row in rows]


async def totals(session: AsyncSession) -> tuple[int, int]:
    """(links that stand without drafts, clicks of all links ever)."""
    standing = Link.deleted_at.is_(None), Link.draft_since.is_(None)
    links = await session.scalar(select(func.count()).where(*standing))
    clicks = await session.scalar(select(func.coalesce(func.sum(Link.clicks), 0)))
    return links or 0, int(clicks or 0)


def _standing(owner_id: int) -> tuple[ColumnElement[bool], ...]:
    return Link.owner_id == owner_id, Link.deleted_at.is_(None), Link.draft_since.is_(None)


def _given(dialect: str, names: Sequence[str], rows: Sequence[tuple[int, ...]]) -> dict[str, Any]:
    """The parameters of a statement over :func:`given_rows` of these ``names``."""
    if dialect == "sqlite":
        return {"rows": json.dumps(rows)}
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _counted_by(dialect: str, dimension: str) -> ColumnElement[Any]:
    if dialect == "sqlite":
        return func.json_extract(ClickDetail.values, f"$.{dimension}").label(dimension)
    return cast(ClickDetail.values, postgresql.JSON).op("->>")(dimension).label(dimension)
