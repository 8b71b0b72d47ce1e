"""A person's short links."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects
from db.queries import links as queries
from db.queries import people as people_queries
from services.links.aliases import skeleton
from services.links.changing import require_open
from services.links.errors import LinkNotFound, TooManyDrafts, TooManyLinks, UndoTooLate
from services.links.limits import LinkLimits
from services.links.link import Link, links_of
from services.links.slugs import random_slug
from services.links.targets import Target, parse_target, readable_url

__all__ = ["Link", "LinkPage", "Links"]

# What updates do to links, as it is remembered of them.
CREATED, DELETED = "link created", "link deleted"
UNDO_LIMIT = timedelta(minutes=1)
# With 10⁹ links a random slug is taken once in 2,200 tries; ten in a row say that something else is wrong.
SLUG_TRIES = 10
# Each keystroke in an address may be an address of its own; nobody who means well types more in a day.
MOST_DRAFTS = 200
# So many more links and drafts together there may be than links: all drafts are links once they are chosen.
SPARE_DRAFTS = 20


@dataclass(frozen=True, slots=True)
class LinkPage:
    """Page ``number`` (from 1) of ``pages`` of a person's ``total`` links, newest first."""

    links: tuple[Link, ...]
    number: int
    pages: int
    total: int


class Links:
    """Makes, lists and deletes links. Each method is one transaction; ``owner_id`` is checked in every one."""

    def __init__(
        self,
        database: Database,
        *,
        public_url: str,
        own_hosts: frozenset[str],
        allow_private: bool,
        most_per_person: int,
        choose: Callable[[Sequence[str]], str],
        owner_ids: frozenset[int] = frozenset(),
    ) -> None:
        """``public_url`` without a slash at its end; ``own_hosts`` as in ``parse_target``; limits as LinkLimits."""
        self._database = database
        self._public_url = public_url
        self._own_hosts = own_hosts
        self._allow_private = allow_private
        self._limits = LinkLimits(most_per_person, owner_ids)
        self._choose = choose

    async def create(
        self, owner_id: int, address: str, now: datetime, *, cause: int | None = None
    ) -> tuple[Link, Target]:
        """A new link to ``address`` as a person typed it. Raises as ``parse_target``, TargetBlocked and TooManyLinks.

        ``cause`` is the update that asks for it: asked again, the same update gets the link that it made.
        """
        target = self._target(address)
        link, _is_new = await self._create(owner_id, target, now, cause)
        return link, target

    async def find_or_create(
        self, owner_id: int, address: str, now: datetime, *, cause: int | None = None
    ) -> tuple[Link, Target, bool]:
        """The newest of the person's links that lead to ``address``, and False; or a new one, and True.

        As create() else.
        """
        target = self._target(address)
        link, is_new = await self._create(owner_id, target, now, cause, reuse=True)
        return link, target, is_new

    async def create_another(
        self, owner_id: int, link_id: int, now: datetime, *, cause: int | None = None
    ) -> tuple[Link, Target]:
        """A new link that leads where this one of theirs leads. Raises LinkNotFound, and as create()."""
        return await self.create(owner_id, (await self.get(owner_id, link_id)).target, now, cause=cause)

    def _target(self, address: str) -> Target:
        return parse_target(address, own_hosts=self._own_hosts, allow_private=self._allow_private)

    async def _create(
        self, owner_id: int, target: Target, now: datetime, cause: int | None, *, reuse: bool = False
    ) -> tuple[Link, bool]:
        async with self._database.write() as session:
            await people_queries.hold(session, owner_id)
            done = None if cause is None else await effects.find(session, cause, CREATED)
            if done is not None:
                row = await queries.of_owner(session, done["link"], owner_id)
                if row is None:
                    raise LinkNotFound
                return await self._link(session, row), True
            await require_open(session, target)
            if reuse:
                row = await queries.leading_to(session, owner_id, target.url)
                if row is not None and row.draft_since is None:
                    return await self._link(session, row), False
            most, listed = await self._require_room(session, owner_id)
            row = await self._add(session, owner_id, target, now)
            # What is asked for goes before what was typed the longest ago.
            room = most + SPARE_DRAFTS - listed - 1
            changed = [row.slug, *await queries.end_oldest_drafts(session, owner_id, room, now)]
            if cause is not None:
                await effects.keep(session, cause, CREATED, {"link": row.id}, now)
            link = await self._link(session, row)
            for slug in changed:
                await queries.record_change(session, slug, now)
        return link, True

    async def draft(self, owner_id: int, address: str, now: datetime) -> tuple[Link, Target]:
        """A link to offer to somebody who is still typing; the same one for the same address.

        It leads where it should at once, and is in no list before it is chosen or clicked; a day later it is gone if
        it was neither. Who has such a link already is offered that one. Raises as create(), and TooManyDrafts.
        """
        target = self._target(address)
        async with self._database.read() as session:
            await require_open(session, target)
            row = await queries.leading_to(session, owner_id, target.url)
            if row is not None:
                return await self._link(session, row), target
        async with self._database.write() as session:
            await people_queries.hold(session, owner_id)
            row = await queries.leading_to(session, owner_id, target.url)
            if row is None:
                await self._require_room_for_draft(session, owner_id)
                row = await self._add(session, owner_id, target, now, draft=True)
                await queries.record_change(session, row.slug, now)
            return await self._link(session, row), target

    async def _require_room_for_draft(self, session: AsyncSession, owner_id: int) -> None:
        most, listed = await self._require_room(session, owner_id)
        most = min(MOST_DRAFTS, most + SPARE_DRAFTS - listed)
        if await queries.count_drafts(session, owner_id) >= most:
            raise TooManyDrafts(most)

    async def _require_room(self, session: AsyncSession, owner_id: int) -> tuple[int, int]:
        """(how many links the person may have, how many they have). Raises TooManyLinks."""
        most, listed = await self._limits.most(session, owner_id), await queries.count(session, owner_id)
        if listed >= most:
            raise TooManyLinks(most)
        return most, listed

    async def choose(self, owner_id: int, link_id: int) -> None:
        """A draft was sent to somebody: it is a link like any other from now on."""
        async with self._database.write() as session:
            await queries.list_draft(session, link_id, owner_id)

    async def search(self, owner_id: int, words: str, limit: int) -> Sequence[Link]:
        """The newest links that lead on, with ``words`` in their slug, name or target; all for no words.

        Targets are looked through as they are stored and as people read them: no database reads punycode and percent
        signs, and nobody has more links than are read at once.
        """
        words = words.casefold()
        async with self._database.read() as session:
            rows = [row for row in await queries.leading_on(session, owner_id) if _has(row, words)]
            links = await links_of(session, rows, self._public_url)
        return [link for link in links if link.disabled is None][:limit]

    async def _add(
        self, session: AsyncSession, owner_id: int, target: Target, now: datetime, *, draft: bool = False
    ) -> tables.Link:
        for _ in range(SLUG_TRIES):
            slug = random_slug(self._choose)
            row = await queries.add(
                session,
                slug=slug,
                skeleton=skeleton(slug),
                owner_id=owner_id,
                target=target.url,
                now=now,
                draft=draft,
            )
            if row is not None:
                return row
        raise RuntimeError(f"no free slug in {SLUG_TRIES} tries")

    async def get(self, owner_id: int, link_id: int) -> Link:
        """Raises LinkNotFound."""
        async with self._database.read() as session:
            row = await queries.of_owner(session, link_id, owner_id)
            if row is None or row.deleted_at is not None:
                raise LinkNotFound
            return await self._link(session, row)

    async def page(self, owner_id: int, number: int, size: int) -> LinkPage:
        """Page ``number``, or the nearest that there is; a person without links has one empty page."""
        async with self._database.read() as session:
            total = await queries.count(session, owner_id)
            pages = max(1, -(-total // size))
            number = min(max(number, 1), pages)
            rows = await queries.page(session, owner_id, limit=size, offset=(number - 1) * size)
            links = await links_of(session, rows, self._public_url)
        return LinkPage(tuple(links), number, pages, total)

    async def delete(self, owner_id: int, link_id: int, now: datetime, *, cause: int | None = None) -> str:
        """Its short address. It ends at once; the slug is never given out again. Raises LinkNotFound.

        ``cause``: as in create().
        """
        async with self._database.write() as session:
            done = None if cause is None else await effects.find(session, cause, DELETED)
            if done is not None:
                return f"{self._public_url}/{done['slug']}"
            slug = await queries.mark_deleted(session, link_id, owner_id, now)
            if slug is None:
                raise LinkNotFound
            if cause is not None:
                await effects.keep(session, cause, DELETED, {"slug": slug}, now)
            await queries.record_change(session, slug, now)
        return f"{self._public_url}/{slug}"

    async def restore(self, owner_id: int, link_id: int, now: datetime) -> Link:
        """Undo a deletion of less than a minute ago; of a link that stands, nothing.

        Raises LinkNotFound, UndoTooLate, and TooManyLinks where others have taken its place meanwhile.
        """
        async with self._database.write() as session:
            await people_queries.hold(session, owner_id)
            slug = await queries.mark_restored(session, link_id, owner_id, now - UNDO_LIMIT)
            if slug is not None:
                most = await self._limits.most(session, owner_id)
                if await queries.count(session, owner_id) > most:
                    raise TooManyLinks(most)
                await queries.record_change(session, slug, now)
            row = await queries.of_owner(session, link_id, owner_id)
            if row is None:
                raise LinkNotFound
            if row.deleted_at is not None:
                raise UndoTooLate(UNDO_LIMIT)
            return await self._link(session, row)

    async def _link(self, session: AsyncSession, row: tables.Link) -> Link:
        return (await links_of(session, [row], self._public_url))[0]


def _has(row: tables.Link, words: str) -> bool:
    return any(words in text.casefold() for text in (row.slug, row.name, row.target, readable_url(row.target)))
