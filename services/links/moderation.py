"""What operators do to links: look at them, switch them off and on, block hosts. Each act is noted with what it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects
from db.queries import hosts as host_queries
from db.queries import links as queries
from services.links.errors import LinkNotFound
from services.links.hosts import HOSTS_CHANGED, block_of, host_and_above, host_of, parse_host
from services.operations import audit
from services.operations.above import require_above
from services.operations.audit import Audit
from services.people import People, Person, Right, Role

# What an update did, as it is remembered of it.
ACTED = "link act"


@dataclass(frozen=True, slots=True)
class ModeratedLink:
    """A link as operators see it. ``owner_id`` None: its owner asked to be forgotten.

    ``disabled``: the reason why it was switched off; ``blocked``: the reason why ``host`` is blocked.
    """

    id: int
    short_url: str
    target: str
    host: str
    owner_id: int | None
    created_at: datetime
    clicks: int
    visitors: int
    is_draft: bool
    is_deleted: bool
    disabled: str | None
    blocked: str | None


@dataclass(frozen=True, slots=True)
class SwitchedLinks:
    """What an act did: ``count`` links of ``owner_id``; ``short_url`` of the one, when it was about one."""

    act_id: int
    owner_id: int | None
    count: int
    short_url: str = ""


@dataclass(frozen=True, slots=True)
class BlockedHost:
    """As addresses write it; ``reason`` for everybody who follows a link there."""

    host: str
    reason: str
    blocked_at: datetime


class Moderation:
    """Every method checks the right of ``actor`` and raises NotAllowed.

    ``cause`` is the update that asks for an act: asked again, the same update does it no second time.
    """

    def __init__(self, database: Database, people: People, log: Audit, *, public_url: str) -> None:
        self._database = database
        self._people = people
        self._log = log
        self._public_url = public_url

    async def link(self, actor: Person, link_id: int, now: datetime) -> ModeratedLink:
        """Anybody's link. Raises LinkNotFound."""
        actor.require(Right.LOOK_UP)
        async with self._database.read() as session:
            row = await session.get(tables.Link, link_id)
            if row is None:
                raise LinkNotFound
            host = host_of(row.target)
            blocked = await host_queries.reasons(session, host_and_above(host))
        await self._log.note_look(actor.id, audit.of_link(link_id), now)
        return ModeratedLink(
            id=row.id,
            short_url=f"{self._public_url}/{row.slug}",
            target=row.target,
            host=host,
            owner_id=row.owner_id,
            created_at=row.created_at,
            clicks=row.clicks,
            visitors=row.visitors,
            is_draft=row.draft_since is not None,
            is_deleted=row.deleted_at is not None,
            disabled=None if row.disabled_at is None else row.disabled_reason,
            blocked=block_of(host, blocked),
        )

    async def disable(
        self, actor: Person, link_id: int, reason: str, now: datetime, *, cause: int | None = None
    ) -> SwitchedLinks | None:
        """Switch a link off; everybody who follows it reads the reason. One that is off gets the new reason.

        None: it was off for this reason, or deleted already. Raises NotAbove.
        """
        actor.require(Right.DISABLE_LINKS)
        async with self._database.write() as session:
            if done := await self._done(session, cause):
                return done
            await self._require_above_owner(session, actor, link_id)
            row = await queries.disable(session, link_id, reason, now)
            if row is None:
                return None
            facts = {"reason": reason, "slug": row.slug}
            return await self._switched(session, actor, audit.DISABLE_LINK, row, facts, now, cause)

    async def enable(
        self, actor: Person, link_id: int, now: datetime, *, cause: int | None = None
    ) -> SwitchedLinks | None:
        """Switch a link on again. None: it was on already. Raises NotAbove."""
        actor.require(Right.DISABLE_LINKS)
        async with self._database.write() as session:
            if done := await self._done(session, cause):
                return done
            await self._require_above_owner(session, actor, link_id)
            row = await queries.enable(session, link_id)
            if row is None:
                return None
            return await self._switched(session, actor, audit.ENABLE_LINK, row, {"slug": row.slug}, now, cause)

    async def disable_all(
        self, actor: Person, owner_id: int, reason: str, now: datetime, *, cause: int | None = None
    ) -> SwitchedLinks | None:
        """Switch all of a person's links off. None: there was nothing left to switch off. Raises NotAbove."""
        actor.require(Right.DISABLE_LINKS)
        async with self._database.write() as session:
            if done := await self._done(session, cause):
                return done
            await self._require_above(session, actor, owner_id)
            slugs = await queries.disable_all(session, owner_id, reason, now)
            if not slugs:
                return None
            act_id = await self._log.note_in(
                session,
                actor.id,
                audit.DISABLE_LINKS,
                audit.of_person(owner_id),
                {"reason": reason, "count": len(slugs)},
                now,
            )
            switched = SwitchedLinks(act_id, owner_id, len(slugs))
            await _keep(session, cause, switched, now)
            await queries.record_changes(session, slugs, now)
        return switched

    async def hosts(self, actor: Person) -> list[BlockedHost]:
        """All blocked hosts, the newest first."""
        actor.require(Right.BLOCK_HOSTS)
        async with self._database.read() as session:
            rows = await host_queries.all_blocked(session)
        return [BlockedHost(row.host, row.reason, row.blocked_at) for row in rows]

    async def block(self, actor: Person, text: str, reason: str, now: datetime, *, cause: int | None = None) -> str:
        """The host that no link may lead to from now on, nor below it. Raises HostNotUnderstood.

        One that is blocked already gets the new reason.
        """
        actor.require(Right.BLOCK_HOSTS)
        host = parse_host(text)
        async with self._database.write() as session:
            if await self._done(session, cause) is None and await host_queries.block(session, host, reason, now):
                await self._hosts_changed(session, actor, audit.BLOCK_HOST, host, {"reason": reason}, now, cause)
        return host

    async def unblock(self, actor: Person, host: str, now: datetime, *, cause: int | None = None) -> None:
        """Links may lead there again; of a host that is not blocked, nothing."""
        actor.require(Right.BLOCK_HOSTS)
        async with self._database.write() as session:
            if await self._done(session, cause) is None and await host_queries.unblock(session, host):
                await self._hosts_changed(session, actor, audit.UNBLOCK_HOST, host, {}, now, cause)

    async def _require_above_owner(self, session: AsyncSession, actor: Person, link_id: int) -> None:
        row = await session.get(tables.Link, link_id)
        if row is not None and row.owner_id is not None:
            await self._require_above(session, actor, row.owner_id)

    async def _require_above(self, session: AsyncSession, actor: Person, owner_id: int) -> None:
        # Above owners stands nobody: they decide of each other's links, and of their own.
        if actor.role is not Role.OWNER:
            await require_above(session, self._people, actor, owner_id)

    async def _switched(
        self,
        session: AsyncSession,
        actor: Person,
        name: str,
        row: tables.Link,
        facts: Mapping[str, Any],
        now: datetime,
        cause: int | None,
    ) -> SwitchedLinks:
        act_id = await self._log.note_in(session, actor.id, name, audit.of_link(row.id), facts, now)
        switched = SwitchedLinks(act_id, row.owner_id, 1, f"{self._public_url}/{row.slug}")
        await _keep(session, cause, switched, now)
        await queries.record_change(session, row.slug, now)
        return switched

    async def _hosts_changed(
        self,
        session: AsyncSession,
        actor: Person,
        name: str,
        host: str,
        facts: Mapping[str, Any],
        now: datetime,
        cause: int | None,
    ) -> None:
        act_id = await self._log.note_in(session, actor.id, name, audit.of_host(host), facts, now)
        await _keep(session, cause, SwitchedLinks(act_id, None, 0), now)
        await queries.record_change(session, HOSTS_CHANGED, now)

    async def _done(self, session: AsyncSession, cause: int | None) -> SwitchedLinks | None:
        """What the update did the first time, as far as it is not forgotten whose links these were."""
        done = None if cause is None else await effects.find(session, cause, ACTED)
        if done is None:
            return None
        act = await session.get_one(tables.Act, done["act_id"])
        kind, _, number = act.subject.partition(":")
        link = await session.get(tables.Link, int(number)) if kind == "link" else None
        if link is not None:
            return SwitchedLinks(act.id, link.owner_id, done["count"], f"{self._public_url}/{link.slug}")
        owner_id = int(number) if kind == "person" and number.isdecimal() else None
        return SwitchedLinks(act.id, owner_id, done["count"])


async def _keep(session: AsyncSession, cause: int | None, switched: SwitchedLinks, now: datetime) -> None:
    """Of an operator's update, and kept with it: so there is nothing in it of who owned the links."""
    if cause is not None:
        await effects.keep(session, cause, ACTED, {"act_id": switched.act_id, "count": switched.count}, now)
