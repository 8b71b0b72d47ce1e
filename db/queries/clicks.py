"""Queries about clicks: counting them, and how far each journal is counted."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Insert, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.rows import execute_rows, stored_moments
from db.queries.upsert import insert_for
from db.tables import Click, ClickCount, JournalPosition, Link


@dataclass(frozen=True, slots=True)
class Count:
    """What is added to one bucket of one link; clicks = visitors + repeats, bots are apart."""

    link_id: int
    bucket: int
    clicks: int
    visitors: int
    bots: int


_COUNT = tuple(field.name for field in fields(Count))
_count_values = attrgetter(*_COUNT)
_SUM = ("link", "more_clicks", "more_visitors", "more_bots")
_CLICK = ("link_id", "at", "bot", "first_visit")


# The two classes share the part of their interface that is used here.
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _grow_bucket(dialect: str) -> Insert:
    added: sqlite.Insert = _INSERT[dialect](ClickCount).values({name: bindparam(name) for name in _COUNT})
    return added.on_conflict_do_update(
        index_elements=[ClickCount.link_id, ClickCount.bucket],
        set_={
            "clicks": ClickCount.clicks + added.excluded.clicks,
            "visitors": ClickCount.visitors + added.excluded.visitors,
            "bots": ClickCount.bots + added.excluded.bots,
        },
    )


_GROW_BUCKET = {dialect: _grow_bucket(dialect) for dialect in ("sqlite", "postgresql")}
_GROW_LINK = (
    update(Link)
    .where(Link.id == bindparam("link"))
    .values(
        clicks=Link.clicks + bindparam("more_clicks"),
        visitors=Link.visitors + bindparam("more_visitors"),
        bots=Link.bots + bindparam("more_bots"),
    )
)
_LOCK_LINKS = (
    select(Link.id)
    .where(Link.id.in_(bindparam("ids", expanding=True)))
    .order_by(Link.id)
    .with_for_update(key_share=True)
)
_ADD_CLICK = insert(Click).values({name: bindparam(name) for name in _CLICK})


async def journal_position(session: AsyncSession, uuid: str) -> int | None:
    """Up to which number the journal is counted; None for one that was never counted."""
    return await session.scalar(select(JournalPosition.position).where(JournalPosition.uuid == uuid))


async def start_journal(session: AsyncSession, uuid: str, position: int, now: datetime) -> None:
    """Count the journal from ``position`` on, unless it is being counted already."""
    start = insert_for(session, JournalPosition).values(uuid=uuid, position=position, moved_at=now)
    await session.execute(start.on_conflict_do_nothing(index_elements=[JournalPosition.uuid]))


async def move_journal(session: AsyncSession, uuid: str, old: int, new: int, now: datetime) -> bool:
    """Whether the journal stood at ``old`` and stands at ``new`` from this transaction on."""
    connection = await session.connection()
    moved = await connection.execute(
        update(JournalPosition)
        .where(JournalPosition.uuid == uuid, JournalPosition.position == old)
        .values(position=new, moved_at=now)
    )
    return moved.rowcount == 1


async def forget_journal(session: AsyncSession, uuid: str) -> None:
    """The journal's file is gone for good."""
    await session.execute(delete(JournalPosition).where(JournalPosition.uuid == uuid))


async def lock_links(session: AsyncSession, link_ids: Sequence[int]) -> set[int]:
    """Those of the links that exist, deleted or not; nobody else counts on them until the transaction ends.

    They are locked in the order of their ids: two that count at once wait for each other, and never both.
    """
    connection = await session.connection()
    standing = await connection.execute(_LOCK_LINKS, {"ids": link_ids})
    return set(standing.scalars())


async def add_counts(session: AsyncSession, counts: Sequence[Count]) -> None:
    """Add to the links' counters, to the buckets and to the sums beside the links. The links are locked."""
    rows = sorted(map(_count_values, counts))
    await execute_rows(session, _GROW_BUCKET[session.get_bind().dialect.name], _COUNT, rows)
    await execute_rows(session, _GROW_LINK, _SUM, _sums(counts))


async def add_clicks(session: AsyncSession, clicks: Sequence[tuple[int, datetime, bool, bool]]) -> None:
    """Keep raw clicks, each as (link_id, at, bot, first_visit)."""
    moments = stored_moments(session)
    rows = [(link_id, moments(at), bot, first_visit) for link_id, at, bot, first_visit in clicks]
    await execute_rows(session, _ADD_CLICK, _CLICK, rows)


async def forget_oldest(session: AsyncSession, before: datetime, limit: int) -> int:
    """Remove raw clicks from before ``before``; how many of the ``limit`` oldest rows that were.

    Rows come nearly in the order of their clicks: what lies behind ``limit`` younger ones waits until it is in front.
    """
    oldest = select(Click.id, Click.at).order_by(Click.id).limit(limit).subquery()
    gone = await session.execute(
        delete(Click).where(Click.id.in_(select(oldest.c.id).where(oldest.c.at < before))).returning(Click.id)
    )
    return len(gone.all())


def _sums(counts: Sequence[Count]) -> list[tuple[int, int, int, int]]:
    """(link_id, clicks, visitors, bots) over all buckets of each link, in the order of the links."""
    sums: dict[int, tuple[int, int, int]] = {}
    for count in counts:
        clicks, visitors, bots = sums.get(count.link_id, (0, 0, 0))
        sums[count.link_id] = (clicks + count.clicks, visitors + count.visitors, bots + count.bots)
    return [(link_id, *sums[link_id]) for link_id in sorted(sums)]
