"""How a link's settings are changed: under a lock, by their owner alone, and every web process is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import hosts as host_queries
from db.queries import links as queries
from services.links.errors import LinkNotFound, TargetBlocked
from services.links.hosts import block_of, host_and_above, host_of
from services.links.link import Link, links_of
from services.links.targets import Target


@dataclass(slots=True)
class Changing:
    """A link in a transaction that changes it. ``links``: the link as it is after that, once the transaction is over.

    >>> async with changing(database, owner_id, link_id, now, public_url) as it:
    ...     it.row.opens_app = True
    >>> it.link.opens_app
    True
    """

    session: AsyncSession
    row: tables.Link
    links: list[Link] = field(default_factory=list)

    @property
    def link(self) -> Link:
        return self.links[0]


@asynccontextmanager
async def changing(
    database: Database, owner_id: int, link_id: int, now: datetime, public_url: str
) -> AsyncIterator[Changing]:
    """One transaction. Nobody else changes the link, or counts clicks on it, until it ends.

    Raises LinkNotFound, also for a link that is deleted. Web processes are told where the row changed.
    """
    async with database.write() as session:
        theirs = select(tables.Link).where(tables.Link.id == link_id, tables.Link.owner_id == owner_id)
        row = await session.scalar(theirs.with_for_update(key_share=True))
        if row is None or row.deleted_at is not None:
            raise LinkNotFound
        # Who sets up a link that was only offered has chosen it.
        row.draft_since = None
        it = Changing(session, row)
        yield it
        is_changed = session.is_modified(row)
        await session.flush()
        it.links = await links_of(session, [row], public_url)
        if is_changed:
            await queries.record_change(session, row.slug, now)


async def require_open(session: AsyncSession, target: Target) -> None:
    """Raises TargetBlocked where no link may lead."""
    host = host_of(target.url)
    reason = block_of(host, await host_queries.reasons(session, host_and_above(host)))
    if reason is not None:
        raise TargetBlocked(target.host, reason)
