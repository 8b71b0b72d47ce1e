"""Queries of links that stand in bios: whose they are, and what they were clicked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.rows import as_one, is_one_of
from db.queries.upsert import insert_for
from db.tables import ClickCount, Link, TikTokBioLink, TikTokPost


class PostFacts(NamedTuple):
    """What of a post counts for the clicks that it brings."""

    account_id: int
    post_id: str
    published_at: datetime
    views: int


async def add(session: AsyncSession, person_id: int, account_id: int, link_id: int, now: datetime) -> None:
    """Once for each link and account."""
    insert = insert_for(session, TikTokBioLink).values(
        link_id=link_id, account_id=account_id, person_id=person_id, created_at=now
    )
    key = [TikTokBioLink.link_id, TikTokBioLink.account_id]
    await session.execute(insert.on_conflict_do_nothing(index_elements=key))


async def remove(session: AsyncSession, person_id: int, account_id: int, link_id: int) -> bool:
    """Whether it was there."""
    gone = delete(TikTokBioLink).where(
        TikTokBioLink.link_id == link_id,
        TikTokBioLink.account_id == account_id,
        TikTokBioLink.person_id == person_id,
    )
    return await session.scalar(gone.returning(TikTokBioLink.link_id)) is not None


async def of_account(session: AsyncSession, person_id: int, account_id: int) -> Sequence[Link]:
    """The person's links that stand in the account's bio, and still stand themselves; oldest first."""
    rows = select(Link).join(TikTokBioLink, TikTokBioLink.link_id == Link.id)
    theirs = rows.where(*_standing(person_id), TikTokBioLink.account_id == account_id)
    return (await session.scalars(theirs.order_by(Link.id))).all()


async def accounts_of(session: AsyncSession, link_ids: Collection[int]) -> Sequence[tuple[int, int]]:
    """(link, account) of all accounts in whose bios these links stand."""
    rows = select(TikTokBioLink.link_id, TikTokBioLink.account_id).where(TikTokBioLink.link_id.in_(link_ids))
    return [(link_id, account_id) for link_id, account_id in await session.execute(rows)]


async def accounts_named(session: AsyncSession, person_id: int) -> set[int]:
    """In whose bios the person has named links, those that are deleted included: the accounts are kept for them."""
    named = select(TikTokBioLink.account_id).where(TikTokBioLink.person_id == person_id).distinct()
    return set(await session.scalars(named))


async def choosable(session: AsyncSession, person_id: int, *, limit: int, offset: int) -> Sequence[Link]:
    """The person's links, newest first."""
    theirs = select(Link).where(*_standing(person_id)).order_by(Link.id.desc())
    return (await session.scalars(theirs.limit(limit).offset(offset))).all()


async def count_choosable(session: AsyncSession, person_id: int) -> int:
    return (await session.scalar(select(func.count()).select_from(Link).where(*_standing(person_id)))) or 0


async def clicks(
    session: AsyncSession, link_ids: Sequence[int], first: int, end: int
) -> Sequence[tuple[int, int, int]]:
    """(link, bucket, clicks) of every quarter of an hour with first <= bucket < end in which somebody clicked."""
    dialect = session.get_bind().dialect.name
    rows = select(ClickCount.link_id, ClickCount.bucket, ClickCount.clicks).where(
        is_one_of(dialect, ClickCount.link_id, "ids", BigInteger),
        ClickCount.bucket >= first,
        ClickCount.bucket < end,
        ClickCount.clicks > 0,
    )
    found = await session.execute(rows, {"ids": as_one(dialect, link_ids)})
    return [(link_id, bucket, number) for link_id, bucket, number in found]


async def posts(session: AsyncSession, account_ids: Collection[int], since: datetime, most: int) -> Sequence[PostFacts]:
    """The newest posts of all these accounts together since then."""
    columns = select(TikTokPost.account_id, TikTokPost.post_id, TikTokPost.published_at, TikTokPost.views)
    theirs = columns.where(TikTokPost.account_id.in_(account_ids), TikTokPost.published_at >= since)
    rows = await session.execute(theirs.order_by(TikTokPost.published_at.desc()).limit(most))
    return [PostFacts(*row) for row in rows]


def _standing(person_id: int) -> tuple[ColumnElement[bool], ...]:
    return Link.owner_id == person_id, Link.deleted_at.is_(None), Link.draft_since.is_(None)
