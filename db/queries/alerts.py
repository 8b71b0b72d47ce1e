"""Queries about alerts, their messages, and which of them are silent."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Alert, Delivery, Silence


async def raise_or_count(
    session: AsyncSession, fingerprint: str, kind: str, facts: dict[str, Any], now: datetime
) -> int:
    """How often it was raised since it began to stand; its facts are those of the first time."""
    insert = insert_for(session, Alert).values(**_new(fingerprint, kind, facts, now))
    raised = insert.on_conflict_do_update(
        index_elements=[Alert.standing], set_={"count": Alert.count + 1, "last_at": now}
    )
    count: int | None = await session.scalar(raised.returning(Alert.count))
    assert count is not None
    return count


async def stand(session: AsyncSession, fingerprint: str, kind: str, facts: dict[str, Any], now: datetime) -> None:
    """It stands, and these are its facts now."""
    insert = insert_for(session, Alert).values(**_new(fingerprint, kind, facts, now))
    await session.execute(
        insert.on_conflict_do_update(index_elements=[Alert.standing], set_={"facts": facts, "last_at": now})
    )


def _new(fingerprint: str, kind: str, facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "standing": fingerprint,
        "fingerprint": fingerprint,
        "kind": kind,
        "facts": facts,
        "count": 1,
        "first_at": now,
        "last_at": now,
        "shown_count": 0,
    }


async def end(session: AsyncSession, alert_id: int, last_at: datetime, now: datetime) -> bool:
    """Whether it is over from now on: not when it was raised again after ``last_at``."""
    connection = await session.connection()
    ended = await connection.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.standing.is_not(None), Alert.last_at == last_at)
        .values(standing=None, over_at=now, shown_at=None)
    )
    return ended.rowcount == 1


async def find(session: AsyncSession, alert_id: int) -> Alert | None:
    return await session.get(Alert, alert_id)


async def find_standing(session: AsyncSession, fingerprint: str) -> Alert | None:
    found: Alert | None = await session.scalar(select(Alert).where(Alert.standing == fingerprint))
    return found


async def standing(session: AsyncSession) -> Sequence[Alert]:
    """The oldest first."""
    return (await session.scalars(select(Alert).where(Alert.standing.is_not(None)).order_by(Alert.id))).all()


async def unsettled(session: AsyncSession) -> Sequence[Alert]:
    """Those that stand, and those whose end their messages do not show."""
    # An end empties it: what time it is says nothing, clocks may be put back.
    end_unseen = Alert.over_at.is_not(None) & Alert.shown_at.is_(None)
    rows = select(Alert).where(or_(Alert.standing.is_not(None), end_unseen))
    return (await session.scalars(rows.order_by(Alert.id))).all()


async def shown(session: AsyncSession, alert_id: int, count: int, over_at: datetime | None, now: datetime) -> None:
    """Its messages show ``count``, and its end when it has one, since now; not when it ended meanwhile."""
    ended = Alert.over_at.is_(None) if over_at is None else Alert.over_at == over_at
    await session.execute(update(Alert).where(Alert.id == alert_id, ended).values(shown_count=count, shown_at=now))


async def messages(session: AsyncSession, keys: Collection[str]) -> dict[str, Delivery]:
    """What became of deliveries, by key."""
    rows = await session.scalars(select(Delivery).where(Delivery.key.in_(keys)))
    return {row.key: row for row in rows}


async def silences(session: AsyncSession, now: datetime) -> dict[str, datetime]:
    """Until when each silent fingerprint is silent."""
    rows = await session.execute(select(Silence.fingerprint, Silence.until).where(Silence.until > now))
    return {row.fingerprint: row.until for row in rows}


async def silence(session: AsyncSession, fingerprint: str, until: datetime) -> None:
    insert = insert_for(session, Silence).values(fingerprint=fingerprint, until=until)
    await session.execute(insert.on_conflict_do_update(index_elements=[Silence.fingerprint], set_={"until": until}))


async def wake(session: AsyncSession, fingerprint: str) -> None:
    await session.execute(delete(Silence).where(Silence.fingerprint == fingerprint))


async def forget_before(session: AsyncSession, moment: datetime, now: datetime, limit: int) -> int:
    """How many alerts that were over before ``moment`` were removed, ``limit`` at most; ended silences go with them."""
    await session.execute(delete(Silence).where(Silence.until <= now))
    old = select(Alert.id).where(Alert.over_at < moment).limit(limit)
    gone = await session.execute(delete(Alert).where(Alert.id.in_(old)).returning(Alert.id))
    return len(gone.all())
