"""Queries of the daily report: whose hour it is, whose links were clicked and when, who was told."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, String, cast, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import ClickCount, Delivery, Link, Person, Work

# Keys of the messages: this, and the key of the work.
KEY = "daily-links:"
# Works, whose key is the person's id, a colon and the day.
KIND = "daily-report"


class LinkOfDay(NamedTuple):
    id: int
    slug: str
    name: str
    clicks: int
    visitors: int


async def choices(session: AsyncSession) -> Sequence[tuple[str | None, int | None]]:
    """Every (time zone, hour) that anybody chose; None: the default."""
    rows = await session.execute(select(Person.time_zone, Person.notice_hour).distinct())
    return [(time_zone, hour) for time_zone, hour in rows]


async def clicked_and_not_told(
    session: AsyncSession,
    time_zone: str | None,
    hour: int | None,
    first: int,
    end: int,
    key_end: str,
    *,
    after: int,
    limit: int,
) -> Sequence[int]:
    """Ids after ``after`` of people who chose this zone and hour, can be told, and have links that were clicked.

    Clicked with ``first`` <= bucket < ``end``; told means that there is a message under the key of that day, or a work
    whatever became of it.
    """
    theirs = Link.owner_id == Person.id, *_standing()
    clicked = exists().where(*theirs, ClickCount.link_id == Link.id, *_within(first, end))
    key = cast(Person.id, String).concat(key_end)
    # No JOIN: a person who was told is found by the key alone.
    told = exists().where(Delivery.key == literal(KEY, String).concat(key))
    begun = exists().where(Work.kind == KIND, Work.key == key)
    wants = literal(" ", String).concat(Person.muted).concat(" ").not_like("% daily %")
    rows = (
        select(Person.id)
        .where(
            Person.id > after,
            Person.time_zone.is_not_distinct_from(time_zone),
            Person.notice_hour.is_not_distinct_from(hour),
            Person.banned_at.is_(None),
            Person.unreachable_at.is_(None),
            wants,
            clicked,
            ~told,
            ~begun,
        )
        .order_by(Person.id)
        .limit(limit)
    )
    return (await session.scalars(rows)).all()


async def links_of_day(session: AsyncSession, person_id: int, first: int, end: int) -> Sequence[LinkOfDay]:
    """The person's links that stand and were clicked with ``first`` <= bucket < ``end``, the most clicked first."""
    clicks, visitors = func.sum(ClickCount.clicks), func.sum(ClickCount.visitors)
    rows = await session.execute(
        select(Link.id, Link.slug, Link.name, clicks, visitors)
        .where(Link.owner_id == person_id, *_standing(), ClickCount.link_id == Link.id, *_within(first, end))
        .group_by(Link.id, Link.slug, Link.name)
        .order_by(clicks.desc(), Link.id)
    )
    return [LinkOfDay(link_id, slug, name, int(clicked), int(seen)) for link_id, slug, name, clicked, seen in rows]


async def quarters(
    session: AsyncSession, link_ids: Collection[int], first: int, end: int
) -> Sequence[tuple[int, int, int]]:
    """(link, bucket, clicks) of these links with ``first`` <= bucket < ``end``, where there were any."""
    rows = await session.execute(
        select(ClickCount.link_id, ClickCount.bucket, ClickCount.clicks).where(
            ClickCount.link_id.in_(link_ids), *_within(first, end)
        )
    )
    return [(link_id, bucket, clicks) for link_id, bucket, clicks in rows]


async def quarters_of_all(
    session: AsyncSession, person_id: int, first: int, end: int
) -> Sequence[tuple[int, int, int]]:
    """(bucket, clicks, first visits) of all links of links_of_day together."""
    rows = await session.execute(
        select(
            ClickCount.bucket,
            cast(func.sum(ClickCount.clicks), BigInteger),
            cast(func.sum(ClickCount.visitors), BigInteger),
        )
        .where(Link.owner_id == person_id, *_standing(), ClickCount.link_id == Link.id, *_within(first, end))
        .group_by(ClickCount.bucket)
    )
    return [(bucket, clicks, visitors) for bucket, clicks, visitors in rows]


def _standing() -> tuple[ColumnElement[bool], ...]:
    return Link.deleted_at.is_(None), Link.draft_since.is_(None)


def _within(first: int, end: int) -> tuple[ColumnElement[bool], ...]:
    # Buckets of crawlers alone have no clicks.
    return ClickCount.bucket >= first, ClickCount.bucket < end, ClickCount.clicks > 0
