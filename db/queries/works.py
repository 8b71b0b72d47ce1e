"""Queries about due work."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, case, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.reckoning import reckon_anew
from db.queries.upsert import insert_for
from db.tables import Work

DUE, DONE, FAILED, CANCELLED = "due", "done", "failed", "cancelled"
# Who claims on PostgreSQL holds this lock, so that limits for each person hold across processes.
CLAIMING = 5_703_001
# Who had a work done within this time lets others go first.
LATELY = timedelta(minutes=10)


async def add(session: AsyncSession, kind: str, key: str, **values: Any) -> int:
    """The id of the work that is due under this kind and key: a new one, unless one is due already."""
    await session.execute(delete(Work).where(Work.kind == kind, Work.key == key, Work.state != DUE))
    insert = insert_for(session, Work).values(
        kind=kind, key=key, state=DUE, attempts=0, reckoned_at=values["created_at"], **values
    )
    added: int | None = await session.scalar(
        insert.on_conflict_do_nothing(index_elements=[Work.kind, Work.key]).returning(Work.id)
    )
    if added is None:
        added = await session.scalar(select(Work.id).where(Work.kind == kind, Work.key == key))
    assert added is not None
    return added


async def find(session: AsyncSession, work_id: int) -> Work | None:
    return await session.get(Work, work_id)


async def find_last(session: AsyncSession, kind: str, key: str) -> Work | None:
    """The work that was asked for last under this kind and key, whatever became of it."""
    return await session.scalar(select(Work).where(Work.kind == kind, Work.key == key))


async def hold_due(session: AsyncSession, work_id: int) -> bool:
    """Whether the work is due; nobody ends, cancels or removes it until the transaction ends."""
    # SQLite has one writer at a time anyway, and leaves FOR UPDATE out.
    due = select(Work.id).where(Work.id == work_id, Work.state == DUE).with_for_update()
    return await session.scalar(due) is not None


async def find_due(session: AsyncSession, kind: str, key: str) -> Work | None:
    """The work that is due under this kind and key, waiting or being done."""
    return await session.scalar(select(Work).where(Work.kind == kind, Work.key == key, Work.state == DUE))


async def hasten(session: AsyncSession, work_id: int, person_id: int | None, now: datetime) -> None:
    """A work that waits is due by now, and this person's, if one is named; one that is being done is left alone.

    Several people may want one work: it is done by the turn of who asked last.
    """
    waits = (Work.id == work_id) & (Work.state == DUE) & or_(Work.lease.is_(None), Work.leased_until <= now)
    late = Work.due_at > now
    owner = {} if person_id is None else {"person_id": person_id}
    await session.execute(
        update(Work)
        .where(waits)
        .values(
            due_at=case((late, now), else_=Work.due_at),
            reckoned_at=case((late, now), else_=Work.reckoned_at),
            **owner,
        )
        .execution_options(synchronize_session=False)
    )


async def is_anything_due(session: AsyncSession, kinds: Collection[str], busy: Collection[int], now: datetime) -> bool:
    """Whether a work of these kinds is free to be claimed, whosever turn it is."""
    due = select(Work.id).where(_free(now), Work.kind.in_(kinds), Work.id.not_in(busy)).limit(1)
    return await session.scalar(due) is not None


async def claim(
    session: AsyncSession,
    rooms: Mapping[str, int],
    *,
    busy: Collection[int],
    most: int,
    most_each: int,
    lease: str,
    until: Mapping[str, datetime],
    now: datetime,
) -> Sequence[Work]:
    """At most ``most`` works that are due, now under ``lease``, until the moment that ``until`` names for the kind.

    ``rooms``: how many of each kind. ``busy``: works that the asking process has in hand, whatever their lease says.
    Nobody's second work comes before everybody's first, and nobody has more than ``most_each`` in hand; the
    platform's own works count as one person's without that limit.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"SELECT pg_advisory_xact_lock({CLAIMING})"))
    chosen = list(await session.scalars(_in_turn(rooms, busy, most_each, now).limit(most)))
    if not chosen:
        return []
    ends = case(*((Work.kind == kind, moment) for kind, moment in until.items()))
    claimed = await session.scalars(
        update(Work)
        .where(Work.id.in_(chosen), _free(now))
        .values(lease=lease, leased_until=ends, attempts=Work.attempts + 1)
        .returning(Work)
    )
    place = {work_id: number for number, work_id in enumerate(chosen)}
    return sorted(claimed, key=lambda work: place[work.id])


def _free(now: datetime) -> ColumnElement[bool]:
    due = Work.state == DUE
    return due & (Work.due_at <= now) & or_(Work.lease.is_(None), Work.leased_until <= now)


def _in_turn(rooms: Mapping[str, int], busy: Collection[int], most_each: int, now: datetime) -> Select[int]:
    """Ids of the works that may be claimed, in the order in which they are.

    First everybody's first work beside those in hand; among them those go first who had none done for the longest.
    """
    owner = func.coalesce(Work.person_id, 0)
    in_hand = (
        select(owner.label("owner"), func.count().label("works"))
        .where(Work.state == DUE, Work.leased_until > now, Work.person_id.is_not(None))
        .group_by(owner)
        .subquery()
    )
    served = (
        select(owner.label("owner"), func.max(Work.finished_at).label("at"))
        .where(Work.finished_at > now - LATELY)
        .group_by(owner)
        .subquery()
    )
    place = func.row_number().over(partition_by=Work.person_id, order_by=(Work.due_at, Work.id))
    turn = place + func.coalesce(in_hand.c.works, 0)
    waiting = (
        select(Work.id, Work.kind, Work.person_id, Work.due_at, turn.label("turn"), served.c.at.label("served"))
        .outerjoin(in_hand, in_hand.c.owner == owner)
        .outerjoin(served, served.c.owner == owner)
        .where(_free(now), Work.kind.in_(rooms), Work.id.not_in(busy))
        .subquery()
    )
    of_kind = func.row_number().over(partition_by=waiting.c.kind, order_by=_order(waiting))
    allowed = (
        select(waiting, of_kind.label("place"))
        .where(or_(waiting.c.person_id.is_(None), waiting.c.turn <= most_each))
        .subquery()
    )
    room = case(*((allowed.c.kind == kind, most) for kind, most in rooms.items()), else_=0)
    return select(allowed.c.id).where(allowed.c.place <= room).order_by(*_order(allowed))


def _order(works: FromClause) -> tuple[ColumnElement[Any], ...]:
    return works.c.turn, works.c.served.asc().nulls_first(), works.c.due_at, works.c.id


async def renew(session: AsyncSession, work_id: int, lease: str, until: datetime) -> bool:
    """Whether the work is still under ``lease``, which holds until ``until`` then."""
    return await _settle(session, work_id, lease, leased_until=until)


async def finish(
    session: AsyncSession, work_id: int, lease: str, state: str, now: datetime, reason: str | None = None
) -> bool:
    """Whether the work was under ``lease``, and is now done or has failed."""
    return await _settle(
        session, work_id, lease, state=state, reason=reason, finished_at=now, lease=None, leased_until=None
    )


async def put_back(
    session: AsyncSession, work_id: int, lease: str, now: datetime, pause: timedelta, *, uncounted: bool
) -> bool:
    """Whether the work was under ``lease`` and is free again, due after ``pause``; ``uncounted``: it was no attempt."""
    attempts = Work.attempts - 1 if uncounted else Work.attempts
    due = {"due_at": now + pause, "reckoned_at": now}
    return await _settle(session, work_id, lease, attempts=attempts, lease=None, leased_until=None, **due)


async def _settle(session: AsyncSession, work_id: int, holder: str, /, **values: Any) -> bool:
    settled = await session.scalar(
        update(Work)
        .where(Work.id == work_id, Work.state == DUE, Work.lease == holder)
        .values(**values)
        .returning(Work.id)
    )
    return settled is not None


async def cancel(session: AsyncSession, person_id: int, now: datetime, *, kinds: Collection[str]) -> Sequence[Work]:
    """A person's works of these kinds that were due, waiting or being done, and are cancelled by this."""
    cancelled = await session.scalars(
        update(Work)
        .where(Work.person_id == person_id, Work.state == DUE, Work.kind.in_(kinds))
        .values(state=CANCELLED, finished_at=now, lease=None, leased_until=None)
        .returning(Work)
    )
    return cancelled.all()


async def cancel_one(session: AsyncSession, kind: str, key: str, now: datetime) -> bool:
    """Whether a work was due under this kind and key, and is cancelled by this."""
    cancelled = await session.scalar(
        update(Work)
        .where(Work.kind == kind, Work.key == key, Work.state == DUE)
        .values(state=CANCELLED, finished_at=now, lease=None, leased_until=None)
        .returning(Work.id)
    )
    return cancelled is not None


async def mend_times(session: AsyncSession, now: datetime, limit: int) -> int:
    """After the clock went back: what waits by the time of before waits from now on, as long as it was to wait then.

    How many these were, ``limit`` at most.
    """
    late = await session.execute(
        select(Work.id, Work.due_at, Work.reckoned_at)
        .where(Work.state == DUE, Work.due_at > now, Work.reckoned_at > now)
        .limit(limit)
    )
    return await reckon_anew(session, Work, late.all(), now)


async def end_leases(session: AsyncSession, far: datetime, now: datetime) -> None:
    """After the clock went back: no lease lasts until after ``far``; who holds one renews it."""
    await session.execute(update(Work).where(Work.state == DUE, Work.leased_until > far).values(leased_until=now))


async def health(session: AsyncSession, now: datetime) -> tuple[int, datetime | None, int]:
    """(works that are due by now and nobody does, since when the oldest of them, failed ones that are kept)."""
    waiting = await session.execute(select(func.count(), func.min(Work.due_at)).where(_free(now)))
    count, oldest = waiting.one()
    failed = await session.scalar(select(func.count()).where(Work.state == FAILED))
    return count, oldest, failed or 0


async def forget_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many works that were finished before ``moment`` are removed, ``limit`` at most."""
    old = select(Work.id).where(Work.finished_at < moment).limit(limit)
    gone = await session.execute(delete(Work).where(Work.id.in_(old)).returning(Work.id))
    return len(gone.all())
