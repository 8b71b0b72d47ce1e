"""Queries of the looks at where links lead."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Link, LinkHealth

# The reason of a link that nobody has finished looking at.
UNKNOWN = "unknown"


async def due(
    session: AsyncSession, looked_at: datetime, suspected: datetime, now: datetime, limit: int
) -> Sequence[int]:
    """Links that lead on and were never looked at, or not since ``looked_at``, or found broken by ``suspected`` once.

    Those that were never looked at come first, then who waits longest.
    """
    leading = (
        Link.owner_id.is_not(None),
        Link.deleted_at.is_(None),
        Link.draft_since.is_(None),
        Link.disabled_at.is_(None),
        Link.paused_at.is_(None),
        or_(Link.valid_until.is_(None), Link.valid_until > now),
    )
    rows = select(Link.id).outerjoin(LinkHealth, LinkHealth.link_id == Link.id)
    waiting = LinkHealth.link_id.is_(None) | _is_due(looked_at, suspected)
    return (
        await session.scalars(
            rows.where(*leading, waiting).order_by(LinkHealth.checked_at.asc().nulls_first(), Link.id).limit(limit)
        )
    ).all()


async def claim(
    session: AsyncSession, link_ids: Collection[int], looked_at: datetime, suspected: datetime, now: datetime
) -> set[int]:
    """Those of the links that are still to be looked at, and are by this: whoever asks second gets none of them."""
    if not link_ids:
        return set()
    rows = [{"link_id": each, "checked_at": now, "failures": 0, "reason": UNKNOWN} for each in sorted(link_ids)]
    claimed = (
        insert_for(session, LinkHealth)
        .values(rows)
        .on_conflict_do_update(
            index_elements=[LinkHealth.link_id], set_={"checked_at": now}, where=_is_due(looked_at, suspected)
        )
    )
    return set(await session.scalars(claimed.returning(LinkHealth.link_id)))


async def put_back(session: AsyncSession, link_ids: Collection[int], claimed_at: datetime, looked_at: datetime) -> None:
    """A look that came to nothing: as if the last one had been at ``looked_at``."""
    theirs = LinkHealth.link_id.in_(link_ids), LinkHealth.checked_at == claimed_at
    await session.execute(update(LinkHealth).where(*theirs).values(checked_at=looked_at))


async def answered(session: AsyncSession, limit: int) -> Sequence[str]:
    """Targets at which nothing was wrong when they were looked at last; the newest looks first."""
    rows = select(Link.target).join(LinkHealth, LinkHealth.link_id == Link.id)
    fine = LinkHealth.failures == 0, LinkHealth.reason == "", Link.deleted_at.is_(None), Link.target != ""
    return (await session.scalars(rows.where(*fine).order_by(LinkHealth.checked_at.desc()).limit(limit))).all()


async def looked_at(session: AsyncSession, link_id: int, claimed_at: datetime) -> LinkHealth | None:
    """What was found of the link before, held until the transaction ends; None: the look is another's by now."""
    row = select(LinkHealth).where(LinkHealth.link_id == link_id, LinkHealth.checked_at == claimed_at)
    return await session.scalar(row.with_for_update())


async def forget(session: AsyncSession, link_id: int) -> None:
    """What was found says nothing any more: the link leads elsewhere."""
    await session.execute(delete(LinkHealth).where(LinkHealth.link_id == link_id))


def _is_due(looked_at: datetime, suspected: datetime) -> ColumnElement[bool]:
    found_once = (LinkHealth.failures == 1) & (LinkHealth.checked_at <= suspected)
    return (LinkHealth.checked_at <= looked_at) | found_once
