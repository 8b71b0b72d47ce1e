"""Queries about webhooks: clicks that wait to be told, the batch on its way, and who is told at all.

Whoever locks more than one of them locks links first, then link_webhooks, then works.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Insert,
    String,
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

from db.queries.rows import DIALECTS, as_one, execute_rows, given_rows, is_one_of, stored_moments
from db.queries.works import DUE
from db.tables import Link, LinkWebhook, WebhookClick, Work
from db.types import UtcDateTime

# The kind of work that tells of the clicks of one link, whose id is its key.
WORK = "webhook"
# Clicks that wait for one webhook; the oldest beyond them are left out.
MOST_WAITING = 10_000
# Of those in one transaction, which others wait for.
DROPPED_AT_ONCE = 1_000

# (link, its owner, the click as JSON)
WaitingClick = tuple[int, int, str]

_CLICK: dict[str, type[TypeEngine[Any]]] = {"link_id": BigInteger, "click": String}
_WAKE: dict[str, type[TypeEngine[Any]]] = {"key": String, "person_id": BigInteger, "due_at": UtcDateTime}


def _add(dialect: str) -> Insert:
    given = given_rows(dialect, _CLICK)
    return insert(WebhookClick).from_select(list(_CLICK), select(given), include_defaults=False)


def _wake(dialect: str) -> Insert:
    """A work that is due stays as it is, and is locked: who ends it looks for clicks once more after that."""
    given = given_rows(dialect, _WAKE)
    columns: dict[str, Any] = {
        "kind": literal_column(f"'{WORK}'"),
        "key": given.c.key,
        "person_id": given.c.person_id,
        "facts": literal_column("'{}'" if dialect == "sqlite" else "'{}'::json"),
        "state": literal_column(f"'{DUE}'"),
        "due_at": given.c.due_at,
        "reckoned_at": given.c.due_at,
        "attempts": literal_column("0"),
        "created_at": given.c.due_at,
    }
    # The WHERE keeps SQLite from reading ON CONFLICT as a part of the SELECT.
    rows = select(*(value.label(name) for name, value in columns.items())).where(true()).order_by(given.c.key)
    insert_into: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    added: sqlite.Insert = insert_into(Work).from_select(list(columns), rows, include_defaults=False)
    anew: dict[str, Any] = {name: added.excluded[name] for name in ("state", "due_at", "reckoned_at", "attempts")}
    anew |= {name: null() for name in ("lease", "leased_until", "reason", "finished_at")}
    is_due = Work.state == literal_column(f"'{DUE}'")
    return added.on_conflict_do_update(
        index_elements=[Work.kind, Work.key],
        set_={name: case((is_due, getattr(Work, name)), else_=value) for name, value in anew.items()},
    )


_ADD = {dialect: _add(dialect) for dialect in DIALECTS}
_WAKE_WORKS = {dialect: _wake(dialect) for dialect in DIALECTS}
_FAILING = {
    dialect: select(LinkWebhook.link_id)
    .where(is_one_of(dialect, LinkWebhook.link_id, "ids", BigInteger), LinkWebhook.failing_since.is_not(None))
    .order_by(LinkWebhook.link_id)
    .with_for_update()
    for dialect in DIALECTS
}


async def add_clicks(session: AsyncSession, clicks: Sequence[WaitingClick], now: datetime) -> None:
    """Clicks of links that have a webhook, in their order; who tells them is woken.

    Of a webhook that takes none, only the newest are kept. The links are locked by the caller.
    """
    if not clicks:
        return
    dialect = session.get_bind().dialect.name
    await execute_rows(session, _ADD[dialect], tuple(_CLICK), [(link_id, click) for link_id, _owner, click in clicks])
    owners = {link_id: owner_id for link_id, owner_id, _click in clicks}
    added = Counter(link_id for link_id, _owner, _click in clicks)
    connection = await session.connection()
    failing = await connection.execute(_FAILING[dialect], {"ids": as_one(dialect, list(owners))})
    for link_id in failing.scalars().all():
        await drop_oldest(session, link_id, added[link_id] + DROPPED_AT_ONCE)
    moment = stored_moments(session)(now)
    woken = [(str(link_id), owner_id, moment) for link_id, owner_id in owners.items()]
    await execute_rows(session, _WAKE_WORKS[dialect], tuple(_WAKE), woken)


async def overfull(session: AsyncSession) -> Sequence[int]:
    """Links of whose clicks more wait than the newest."""
    waiting = select(WebhookClick.link_id).group_by(WebhookClick.link_id)
    return (await session.scalars(waiting.having(func.count() > MOST_WAITING))).all()


async def drop_oldest(session: AsyncSession, link_id: int, limit: int) -> int:
    """How many of the clicks that wait beyond the newest are left out, and counted: the oldest, ``limit`` at most."""
    theirs = WebhookClick.link_id == link_id
    newest = select(WebhookClick.id).where(theirs).order_by(WebhookClick.id.desc())
    last: int | None = await session.scalar(newest.offset(MOST_WAITING).limit(1))
    if last is None:
        return 0
    # Before its clicks, as who sends them does.
    await session.execute(select(LinkWebhook.link_id).where(LinkWebhook.link_id == link_id).with_for_update())
    oldest = select(WebhookClick.id).where(theirs, WebhookClick.id <= last).order_by(WebhookClick.id).limit(limit)
    connection = await session.connection()
    gone = (await connection.execute(delete(WebhookClick).where(WebhookClick.id.in_(oldest)))).rowcount
    dropped = LinkWebhook.dropped + gone
    await session.execute(update(LinkWebhook).where(LinkWebhook.link_id == link_id).values(dropped=dropped))
    return gone


async def find(session: AsyncSession, link_id: int) -> LinkWebhook | None:
    return await session.get(LinkWebhook, link_id)


async def switched_off(session: AsyncSession, link_ids: Sequence[int]) -> frozenset[int]:
    """Those of the links whose webhook is switched off; those without one are not among them."""
    if not link_ids:
        return frozenset()
    theirs = LinkWebhook.link_id.in_(link_ids), LinkWebhook.off_since.is_not(None)
    return frozenset(await session.scalars(select(LinkWebhook.link_id).where(*theirs)))


async def hold(session: AsyncSession, link_id: int) -> LinkWebhook | None:
    """The webhook as it stands now; nobody else changes it until the transaction ends."""
    return await session.scalar(select(LinkWebhook).where(LinkWebhook.link_id == link_id).with_for_update())


async def hold_link(session: AsyncSession, link_id: int) -> Link | None:
    """The link, deleted or not; nobody counts clicks on it until the transaction ends."""
    return await session.scalar(select(Link).where(Link.id == link_id).with_for_update(key_share=True))


async def count_waiting(session: AsyncSession, link_id: int) -> int:
    return await session.scalar(select(func.count()).where(WebhookClick.link_id == link_id)) or 0


async def take(session: AsyncSession, link_id: int, most: int) -> list[str]:
    """At most ``most`` of the clicks that wait, the oldest first; they wait no more."""
    oldest = select(WebhookClick.id).where(WebhookClick.link_id == link_id).order_by(WebhookClick.id).limit(most)
    taken = delete(WebhookClick).where(WebhookClick.id.in_(oldest)).returning(WebhookClick.id, WebhookClick.click)
    return [click for _id, click in sorted((row.id, row.click) for row in await session.execute(taken))]


async def forget_waiting(session: AsyncSession, link_id: int) -> int:
    """How many clicks waited, and wait no more."""
    gone = await session.scalars(delete(WebhookClick).where(WebhookClick.link_id == link_id).returning(WebhookClick.id))
    return len(gone.all())


async def hurry(session: AsyncSession, link_id: int, now: datetime) -> None:
    """A work that waits for its next try is due at once."""
    await session.execute(
        update(Work)
        .where(Work.kind == WORK, Work.key == str(link_id), Work.state == DUE, Work.lease.is_(None))
        .values(due_at=now, reckoned_at=now)
    )


async def end_work(session: AsyncSession, link_id: int) -> bool:
    """Whether nothing waits any more; then the work is gone too, and who adds the next click makes a new one."""
    theirs = Work.kind == WORK, Work.key == str(link_id)
    held = (await session.scalars(select(Work.id).where(*theirs).with_for_update())).all()
    # Looked at under the lock: whoever added a click before it has committed.
    if await session.scalar(select(WebhookClick.id).where(WebhookClick.link_id == link_id).limit(1)) is not None:
        return False
    # No other: one that was made since belongs to a click that came since.
    await session.execute(delete(Work).where(Work.id.in_(held)))
    return True
