"""What is done to many of a person's links at once: deleted, switched off and on, tagged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import effects
from db.queries import links as link_queries
from db.queries import listing as queries
from db.queries import people as people_queries
from services.links.errors import LinkNotFound, TooManyLinks, UndoTooLate
from services.links.limits import LinkLimits
from services.links.links import UNDO_LIMIT
from services.links.tags import MOST_TAGS, parse_tag

# What updates do to many links, as it is remembered of them.
DELETED, SWITCHED, TAGGED = "links deleted", "links switched", "links tagged"


@dataclass(frozen=True, slots=True)
class Tagged:
    """``tag`` as it is kept; ``links`` have it now, or have it no longer; ``full`` ones have as many as may be."""

    tag: str
    links: int
    full: int = 0


class ManyLinks:
    """Each method is one transaction, and leaves out what is another's, deleted already, or never was.

    ``cause`` is the update that asks for it: asked again, the same update changes nothing more and gets what it got.
    Raises LinkNotFound where nothing is left of the links.
    """

    def __init__(self, database: Database, limits: LinkLimits) -> None:
        self._database = database
        self._limits = limits

    async def delete(self, owner_id: int, link_ids: Collection[int], now: datetime, *, cause: int) -> int:
        """How many ended. They end at once; what ``cause`` deleted can be brought back for a minute."""
        async with self._database.write() as session:
            done = await effects.find(session, cause, DELETED)
            if done is not None:
                return len(done["links"])
            held = await self._held(session, owner_id, link_ids)
            await queries.mark_deleted(session, held, now)
            await effects.keep(session, cause, DELETED, {"links": list(held)}, now)
            await link_queries.record_changes(session, held.values(), now)
        return len(held)

    async def restore(self, owner_id: int, deletion: int, now: datetime) -> int:
        """Undo what the update ``deletion`` deleted less than a minute ago: how many links stand again.

        Asked again, it is the same. Raises UndoTooLate, and TooManyLinks where others have taken their place
        meanwhile.
        """
        async with self._database.write() as session:
            await people_queries.hold(session, owner_id)
            done = await effects.find(session, deletion, DELETED)
            link_ids = [] if done is None else done["links"]
            slugs = await queries.mark_restored(session, owner_id, link_ids, now - UNDO_LIMIT)
            most = await self._limits.most(session, owner_id)
            if slugs and await link_queries.count(session, owner_id) > most:
                raise TooManyLinks(most)
            standing = await queries.hold(session, owner_id, link_ids)
            if not standing:
                raise UndoTooLate(UNDO_LIMIT)
            await link_queries.record_changes(session, slugs, now)
        return len(standing)

    async def switch(self, owner_id: int, link_ids: Collection[int], now: datetime, *, on: bool, cause: int) -> int:
        """How many were switched; those that were so already are not among them."""
        async with self._database.write() as session:
            done = await effects.find(session, cause, SWITCHED)
            if done is not None:
                return int(done["count"])
            held = await self._held(session, owner_id, link_ids)
            slugs = await queries.pause(session, held, None if on else now)
            await effects.keep(session, cause, SWITCHED, {"count": len(slugs)}, now)
            await link_queries.record_changes(session, slugs, now)
        return len(slugs)

    async def tag(self, owner_id: int, link_ids: Collection[int], text: str, now: datetime, *, cause: int) -> Tagged:
        """The tag is theirs from now on, where there is room for it. Raises as ``parse_tag``."""
        tag = parse_tag(text)
        async with self._database.write() as session:
            done = await effects.find(session, cause, TAGGED)
            if done is not None:
                return Tagged(**done)
            held = await self._held(session, owner_id, link_ids)
            having = await queries.tagged(session, held, tag)
            counts = await queries.count_tags(session, held)
            full = {each for each in held if each not in having and counts.get(each, 0) >= MOST_TAGS}
            await queries.add_tag(session, held.keys() - having - full, tag)
            tagged = Tagged(tag, len(held) - len(full), len(full))
            await _keep(session, cause, tagged, now)
        return tagged

    async def untag(self, owner_id: int, link_ids: Collection[int], tag: str, now: datetime, *, cause: int) -> Tagged:
        """They have the tag no longer."""
        async with self._database.write() as session:
            done = await effects.find(session, cause, TAGGED)
            if done is not None:
                return Tagged(**done)
            held = await self._held(session, owner_id, link_ids)
            having = await queries.tagged(session, held, tag)
            await queries.remove_tag(session, having, tag)
            untagged = Tagged(tag, len(having))
            await _keep(session, cause, untagged, now)
        return untagged

    async def _held(self, session: AsyncSession, owner_id: int, link_ids: Collection[int]) -> dict[int, str]:
        """The slugs of those that are the person's and stand. Raises LinkNotFound."""
        held = dict(await queries.hold(session, owner_id, link_ids))
        if not held:
            raise LinkNotFound
        return held


async def _keep(session: AsyncSession, cause: int, tagged: Tagged, now: datetime) -> None:
    facts = {"tag": tagged.tag, "links": tagged.links, "full": tagged.full}
    await effects.keep(session, cause, TAGGED, facts, now)
