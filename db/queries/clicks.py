"""Queries about clicks: counting them, and how far each journal is counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Insert,
    Integer,
    String,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from db.queries.rows import DIALECTS, as_one, execute_rows, given_rows, is_one_of, postgres, stored_moments
from db.queries.upsert import insert_for
from db.tables import Click, ClickCount, JournalPosition, Link
from db.types import UtcDateTime


@dataclass(frozen=True, slots=True)
class Count:
    """What is added to one bucket of one link; clicks = visitors + repeats, bots are apart."""

    link_id: int
    bucket: int
    clicks: int
    visitors: int
    bots: int


_COUNT = {
    "link_id": BigInteger,
    "bucket": Integer,
    "clicks": Integer,
    "visitors": Integer,
    "bots": Integer,
}
_CLICK: dict[str, type[TypeEngine[Any]]] = {
    "link_id": BigInteger,
    "at": UtcDateTime,
    "bot": Boolean,
    "first_visit": Boolean,
    "country": String,
    "device": String,
    "system": String,
    "browser": String,
    "app": String,
    "referrer": String,
    "language": String,
    "qr": Boolean,
    "variant": String,
}
# A row of the table of raw clicks without its id: link_id, at, bot, first_visit, and the dimensions in their order.
RawClick = tuple[int, datetime, bool, bool, str, str, str, str, str, str, str, bool, str]
_SUMS = ("clicks", "visitors", "bots")
_count_values = attrgetter(*_COUNT)


class Counted(NamedTuple):
    """A link that clicks are counted on: what it had before, and who is told of it."""

    id: int
    slug: str
    owner_id: int | None
    clicks: int
    has_webhook: bool
    first_click_at: datetime | None


def _grow_buckets(dialect: str) -> Insert:
    given = given_rows(dialect, _COUNT)
    # The WHERE keeps SQLite from reading ON CONFLICT as a part of the SELECT.
    rows = select(given).where(true()).order_by(given.c.link_id, given.c.bucket)
    # The two classes share the part of their interface that is used here.
    insert_into: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    added: sqlite.Insert = insert_into(ClickCount).from_select(list(_COUNT), rows)
    return added.on_conflict_do_update(
        index_elements=[ClickCount.link_id, ClickCount.bucket],
        set_={name: getattr(ClickCount, name) + added.excluded[name] for name in _SUMS},
    )


def _grow_links(dialect: str) -> Update:
    given = given_rows(dialect, _COUNT)
    sums = (
        select(given.c.link_id, *(func.sum(given.c[name]).label(name) for name in _SUMS))
        .group_by(given.c.link_id)
        .subquery("sums")
    )
    grown: dict[str, Any] = {name: getattr(Link, name) + sums.c[name] for name in _SUMS}
    # Clicks of before there was a limit, or before all processes knew of it, took no slots.
    passed = and_(Link.click_limit.is_not(None), Link.passed < grown["clicks"])
    grown["passed"] = case((passed, grown["clicks"]), else_=Link.passed)
    # Whatever looked at a draft, it was sent to somebody: its owner finds it among their links.
    return update(Link).where(Link.id == sums.c.link_id).values(grown | {"draft_since": null()})


_GROW_BUCKETS = {dialect: _grow_buckets(dialect) for dialect in DIALECTS}
_GROW_LINKS = {dialect: _grow_links(dialect) for dialect in DIALECTS}
# All columns are given: defaults would be parameters of their own.
_ADD_CLICKS = insert(Click).from_select(list(_CLICK), select(given_rows("sqlite", _CLICK)), include_defaults=False)
# Nothing is counted on what leads nowhere for good: what there was of it is being removed, or was.
_LEADS = Link.target != literal_column("''")
_STANDING = {
    dialect: select(Link.id, Link.has_webhook).where(is_one_of(dialect, Link.id, "ids", BigInteger), _LEADS)
    for dialect in DIALECTS
}
_LOCK_LINKS = {
    dialect: select(Link.id, Link.slug, Link.owner_id, Link.clicks, Link.has_webhook, Link.first_click_at)
    .where(is_one_of(dialect, Link.id, "ids", BigInteger), _LEADS)
    .order_by(Link.id)
    .with_for_update(key_share=True)
    for dialect in DIALECTS
}


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


async def standing(session: AsyncSession, link_ids: Sequence[int]) -> dict[int, bool]:
    """Those of the links that are not gone for good, be they deleted, and whether each has a webhook."""
    connection = await session.connection()
    dialect = connection.dialect.name
    found = await connection.execute(_STANDING[dialect], {"ids": as_one(dialect, link_ids)})
    return {row.id: row.has_webhook for row in found}


async def lock_links(session: AsyncSession, link_ids: Sequence[int]) -> list[Counted]:
    """Those of the links that are not gone for good, in order.

    Nobody else counts on them or changes them until the transaction ends.
    They are locked in the order of their ids: two that count at once wait for each other, and never both.
    """
    connection = await session.connection()
    dialect = connection.dialect.name
    locked = await connection.execute(_LOCK_LINKS[dialect], {"ids": as_one(dialect, link_ids)})
    return [Counted(*row) for row in locked]


async def add_counts(session: AsyncSession, counts: Sequence[Count]) -> None:
    """Add to the links' counters, to the buckets and to the sums beside the links. The links are locked."""
    dialect = session.get_bind().dialect.name
    rows = [_count_values(count) for count in counts]
    await execute_rows(session, _GROW_BUCKETS[dialect], tuple(_COUNT), rows)
    await execute_rows(session, _GROW_LINKS[dialect], tuple(_COUNT), rows)


async def set_first_clicks(session: AsyncSession, moments: Mapping[int, datetime]) -> None:
    """When each of these links was clicked first. The links are locked."""
    if moments:
        connection = await session.connection()
        await connection.execute(
            update(Link).where(Link.id == bindparam("link")).values(first_click_at=bindparam("first")),
            [{"link": link_id, "first": first} for link_id, first in moments.items()],
        )


async def add_clicks(session: AsyncSession, clicks: Sequence[RawClick]) -> None:
    """Keep raw clicks. The transaction has begun to write before."""
    if session.get_bind().dialect.name == "postgresql":
        await (await postgres(session)).copy_records_to_table(Click.__tablename__, records=clicks, columns=_CLICK)
        return
    moments = stored_moments(session)
    rows = [(link_id, moments(at), *others) for link_id, at, *others in clicks]
    await execute_rows(session, _ADD_CLICKS, tuple(_CLICK), rows)


async def forget_oldest(session: AsyncSession, before: datetime, limit: int) -> int:
    """Remove raw clicks from before ``before``; how many of the ``limit`` oldest rows that were.

    Rows come nearly in the order of their clicks: what lies behind ``limit`` younger ones waits until it is in front.
    """
    oldest = select(Click.id, Click.at).order_by(Click.id).limit(limit).subquery()
    gone = await session.execute(
        delete(Click).where(Click.id.in_(select(oldest.c.id).where(oldest.c.at < before))).returning(Click.id)
    )
    return len(gone.all())
