"""Queries of the daily digest: a day's figures by indexed ranges of time, and what waits now."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.queries.deliveries import DUE
from db.queries.statistics import Sums
from db.queries.works import FAILED
from db.tables import (
    Act,
    ClickCount,
    Delivery,
    ErrorReport,
    Link,
    Person,
    TikTokProposal,
    TikTokTopMember,
    TikTokTopPlace,
    Work,
)


class EqualErrors(NamedTuple):
    """Errors with one fingerprint: their class, how many, the id of one of them, and when the last one was."""

    name: str
    times: int
    id: str
    last_at: datetime


async def is_anybody_known(session: AsyncSession, before: datetime) -> bool:
    """Whether anybody had written before that moment."""
    return await session.scalar(select(Person.id).where(Person.created_at < before).limit(1)) is not None


async def new_people(session: AsyncSession, start: datetime, end: datetime) -> int:
    return await _count(session, *_within(Person.created_at, start, end))


async def new_links(session: AsyncSession, start: datetime, end: datetime) -> int:
    """Links that somebody made, those that were deleted since, too; drafts are none, nor is what nobody owns."""
    # As a condition of its own it would tempt SQLite to go through all links that are no drafts.
    made = case((Link.draft_since.is_(None) & Link.owner_id.is_not(None), 1))
    found = await session.scalar(select(func.count(made)).where(*_within(Link.created_at, start, end)))
    return found or 0


async def clicks(session: AsyncSession, first: int, end: int) -> Sums:
    """Of all links together, with ``first`` <= bucket < ``end``."""
    sums = select(func.sum(ClickCount.clicks), func.sum(ClickCount.visitors), func.sum(ClickCount.bots))
    row = (await session.execute(sums.where(ClickCount.bucket >= first, ClickCount.bucket < end))).one()
    return Sums(*(int(each or 0) for each in row))


async def deliveries(session: AsyncSession, start: datetime, end: datetime) -> Sequence[Row[str, str | None, int]]:
    """(state, reason, how many) of those that were settled then."""
    settled = select(Delivery.state, Delivery.reason, func.count()).where(*_within(Delivery.finished_at, start, end))
    return (await session.execute(settled.group_by(Delivery.state, Delivery.reason))).all()


async def overdue(session: AsyncSession, now: datetime) -> int:
    """How many messages are to be sent by now, and are not."""
    return await _count(session, Delivery.state == DUE, Delivery.due_at <= now)


async def failed_works(session: AsyncSession, start: datetime, end: datetime) -> int:
    """How many works were given up then."""
    return await _count(session, *_within(Work.finished_at, start, end), Work.state == FAILED)


async def acts(
    session: AsyncSession, names: Collection[str], start: datetime, end: datetime
) -> Sequence[tuple[str, dict[str, Any]]]:
    """(name, facts) of what operators did of that."""
    done = select(Act.name, Act.facts).where(*_within(Act.at, start, end), Act.name.in_(names))
    return [(name, facts) for name, facts in await session.execute(done)]


async def errors(session: AsyncSession, start: datetime, end: datetime, limit: int) -> Sequence[EqualErrors]:
    """The most frequent first."""
    count = func.count()
    rows = await session.execute(
        select(ErrorReport.name, count, func.max(ErrorReport.id), func.max(ErrorReport.at))
        .where(*_within(ErrorReport.at, start, end))
        .group_by(ErrorReport.fingerprint, ErrorReport.name)
        .order_by(count.desc(), ErrorReport.name, ErrorReport.fingerprint)
        .limit(limit)
    )
    return [EqualErrors(*row) for row in rows]


async def count_errors(session: AsyncSession, start: datetime, end: datetime) -> int:
    return await _count(session, *_within(ErrorReport.at, start, end))


async def answered_in_top(session: AsyncSession, day: date, begins: datetime) -> tuple[int, datetime | None]:
    """(how many accounts of the day's top answered on it, be it without posts, when the last of them did)."""
    places = select(func.count(), func.max(TikTokTopPlace.taken_at)).where(TikTokTopPlace.day == day)
    answered = or_(TikTokTopPlace.fresh, TikTokTopPlace.taken_at >= begins)
    count, last = (await session.execute(places.where(answered))).one()
    return count, last


async def top_size(session: AsyncSession) -> int:
    """How many accounts are on the list: a few hundred."""
    return await _count(session, TikTokTopMember.removed_at.is_(None))


async def open_proposals(session: AsyncSession) -> int:
    """How many accounts wait for a decision; the table has a row for each that was ever proposed, which are few."""
    return await _count(session, TikTokProposal.decided_at.is_(None))


async def _count(session: AsyncSession, *which: ColumnElement[bool]) -> int:
    return (await session.scalar(select(func.count()).where(*which))) or 0


def _within(
    column: InstrumentedAttribute[Any], start: datetime, end: datetime
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= start, column < end
