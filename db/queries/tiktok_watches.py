"""Queries of watches: who watches which account, and what they were told of it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.tiktok import fetched_after, is_in_top
from db.queries.upsert import insert_for
from db.tables import Person, TikTokAccount, TikTokPost, TikTokSnapshot, TikTokWatch


class Watched(NamedTuple):
    """A watch and its account."""

    watch: TikTokWatch
    account: TikTokAccount


class Watcher(NamedTuple):
    """Somebody who watches anything, and where their day stands. None: the default."""

    person_id: int
    time_zone: str | None
    hour: int | None
    # The last day whose note they were owed; None: of some watch, none yet.
    noted_on: date | None


async def count(session: AsyncSession, person_id: int) -> int:
    rows = select(func.count()).select_from(TikTokWatch).where(TikTokWatch.person_id == person_id)
    return (await session.scalar(rows)) or 0


async def find(session: AsyncSession, person_id: int, account_id: int) -> TikTokWatch | None:
    return await session.get(TikTokWatch, (person_id, account_id))


async def add(
    session: AsyncSession,
    person_id: int,
    account_id: int,
    *,
    noted_on: date,
    milestone: int,
    seen_at: datetime | None,
    now: datetime,
) -> None:
    insert = insert_for(session, TikTokWatch).values(
        person_id=person_id,
        account_id=account_id,
        created_at=now,
        noted_on=noted_on,
        milestone=milestone,
        seen_at=seen_at,
    )
    await session.execute(insert.on_conflict_do_nothing(index_elements=[TikTokWatch.person_id, TikTokWatch.account_id]))


async def remove(session: AsyncSession, person_id: int, account_id: int) -> bool:
    """Whether there was such a watch."""
    gone = delete(TikTokWatch).where(TikTokWatch.person_id == person_id, TikTokWatch.account_id == account_id)
    return await session.scalar(gone.returning(TikTokWatch.account_id)) is not None


async def refused(session: AsyncSession, states: Collection[str], since: datetime) -> Sequence[int]:
    """Accounts that somebody watches, found in such a state after ``since``, and never fetched."""
    rows = select(TikTokAccount.id).where(
        TikTokAccount.looked_at > since,
        TikTokAccount.state.in_(states),
        TikTokAccount.fetched_at.is_(None),
        exists().where(TikTokWatch.account_id == TikTokAccount.id),
    )
    # Ordered here: SQLite would look through all accounts to find them in their order.
    return sorted(await session.scalars(rows))


async def remove_all(session: AsyncSession, account_id: int) -> int:
    """How many watches of the account are gone."""
    gone = delete(TikTokWatch).where(TikTokWatch.account_id == account_id).returning(TikTokWatch.person_id)
    return len((await session.scalars(gone)).all())


async def of_person(session: AsyncSession, person_id: int) -> Sequence[Watched]:
    """The person's watches, by name."""
    rows = await session.execute(
        select(TikTokWatch, TikTokAccount)
        .join(TikTokAccount, TikTokAccount.id == TikTokWatch.account_id)
        .where(TikTokWatch.person_id == person_id)
        .order_by(TikTokAccount.username)
    )
    return [Watched(watch, account) for watch, account in rows]


# News


async def unseen(session: AsyncSession, since: datetime, *, after: int, limit: int) -> Sequence[tuple[int, datetime]]:
    """(account, when it was fetched) of those fetched since then of which some of their watchers have not heard.

    In this order; those fetched at the very moment ``since`` have ids after ``after``.
    """
    unaware = TikTokWatch.seen_at.is_(None) | (TikTokWatch.seen_at < TikTokAccount.fetched_at)
    rows = select(TikTokAccount.id, TikTokAccount.fetched_at).where(
        *fetched_after(since, after), exists().where(TikTokWatch.account_id == TikTokAccount.id, unaware)
    )
    found = await session.execute(rows.order_by(TikTokAccount.fetched_at, TikTokAccount.id).limit(limit))
    return [(account_id, fetched_at) for account_id, fetched_at in found if fetched_at is not None]


async def account(session: AsyncSession, account_id: int) -> TikTokAccount | None:
    return await session.get(TikTokAccount, account_id)


async def newest_posts(session: AsyncSession, account_id: int, limit: int) -> Sequence[TikTokPost]:
    """Of those that count: deleted ones do not."""
    rows = select(TikTokPost).where(TikTokPost.account_id == account_id, TikTokPost.counted)
    newest = rows.order_by(TikTokPost.published_at.desc(), TikTokPost.post_id.desc()).limit(limit)
    return (await session.scalars(newest)).all()


async def watchers_unaware(
    session: AsyncSession, account_id: int, fetched_at: datetime, *, after: int, limit: int
) -> Sequence[TikTokWatch]:
    """Watches of the account whose people, with ids after ``after``, have not heard of this fetch."""
    unaware = TikTokWatch.seen_at.is_(None) | (TikTokWatch.seen_at < fetched_at)
    rows = select(TikTokWatch).where(TikTokWatch.account_id == account_id, TikTokWatch.person_id > after, unaware)
    return (await session.scalars(rows.order_by(TikTokWatch.person_id).limit(limit))).all()


async def take(session: AsyncSession, person_id: int, account_id: int, fetched_at: datetime, milestone: int) -> bool:
    """Whether nobody has told the person of this fetch; from now on it is told, up to ``milestone``."""
    taken = (
        update(TikTokWatch)
        .where(
            TikTokWatch.person_id == person_id,
            TikTokWatch.account_id == account_id,
            TikTokWatch.seen_at.is_(None) | (TikTokWatch.seen_at < fetched_at),
        )
        .values(seen_at=fetched_at, milestone=milestone)
    )
    return await session.scalar(taken.returning(TikTokWatch.person_id)) is not None


# The daily note


async def watchers(session: AsyncSession, *, after: int, limit: int) -> Sequence[Watcher]:
    """Everybody who watches and can be told, with ids after ``after``."""
    rows = await session.execute(
        select(Person.id, Person.time_zone, Person.notice_hour, func.min(TikTokWatch.noted_on))
        .join(TikTokWatch, TikTokWatch.person_id == Person.id)
        .where(Person.id > after, Person.banned_at.is_(None), Person.unreachable_at.is_(None))
        .group_by(Person.id, Person.time_zone, Person.notice_hour)
        .order_by(Person.id)
        .limit(limit)
    )
    return [Watcher(*row) for row in rows]


async def note(session: AsyncSession, person_id: int, day: date) -> list[int]:
    """The accounts whose note of this day was not owed; from now on it is."""
    noted = update(TikTokWatch).where(
        TikTokWatch.person_id == person_id, TikTokWatch.noted_on.is_(None) | (TikTokWatch.noted_on < day)
    )
    return list(await session.scalars(noted.values(noted_on=day).returning(TikTokWatch.account_id)))


async def last_until(session: AsyncSession, account_id: int, moment: datetime) -> TikTokSnapshot | None:
    """The account as its last fetch up to ``moment`` found it."""
    rows = select(TikTokSnapshot).where(TikTokSnapshot.account_id == account_id, TikTokSnapshot.at <= moment)
    return (await session.scalars(rows.order_by(TikTokSnapshot.at.desc()).limit(1))).one_or_none()


# Names


async def named_like(
    session: AsyncSession, beginning: str, limit: int, *, without: Collection[str]
) -> Sequence[tuple[TikTokAccount, bool]]:
    """Accounts that were fetched and whose names begin so, and whether they are in the top; the very name first.

    ``beginning``: of signs that names have, at least one. ``without``: states of those that are left out.
    """
    # A range, which an index has, where LIKE has to look at every name. A language's order is another one, in which
    # points and strokes count for nothing: PostgreSQL has signs of its own for the order of bytes.
    since, before = ("~>=~", "~<~") if session.get_bind().dialect.name == "postgresql" else (">=", "<")
    end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    found = await session.execute(
        select(TikTokAccount, is_in_top(TikTokAccount.id))
        .where(TikTokAccount.fetched_at.is_not(None), TikTokAccount.state.not_in(without))
        .where(
            TikTokAccount.username.op(since, is_comparison=True)(beginning),
            TikTokAccount.username.op(before, is_comparison=True)(end),
        )
        .order_by((TikTokAccount.username == beginning).desc(), TikTokAccount.followers.desc(), TikTokAccount.id)
        .limit(limit)
    )
    return [(account, bool(is_top)) for account, is_top in found]
