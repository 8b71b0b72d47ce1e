"""Queries about links and their changes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import (
    Link,
    LinkChange,
    LinkEvent,
    LinkHealth,
    LinkLogo,
    LinkNotice,
    LinkSequence,
    LinkSlug,
    LinkTag,
    LinkWebhook,
)

# A link that nobody has told anything, and what people tell stands beside it.
NO_SETTINGS: Mapping[str, Any] = {
    "name": "",
    "paused_at": None,
    "click_limit": None,
    "valid_from": None,
    "valid_until": None,
    "fallback_url": None,
    "utm": {},
    "rules": [],
    "variants": [],
    "opens_app": False,
    "qr_style": {},
    "has_webhook": False,
    "muted": "",
}
BESIDE = (LinkTag, LinkLogo, LinkHealth, LinkNotice, LinkWebhook, LinkEvent)


async def add(
    session: AsyncSession,
    *,
    slug: str,
    owner_id: int,
    target: str,
    now: datetime,
    draft: bool = False,
    skeleton: str = "",
) -> Link | None:
    """A new link, or None when the slug was ever given out."""
    values = {"slug": slug, "skeleton": skeleton, "owner_id": owner_id, "target": target, "created_at": now}
    insert = insert_for(session, Link).values(
        **values, draft_since=now if draft else None, clicks=0, visitors=0, bots=0
    )
    link_id = await session.scalar(insert.on_conflict_do_nothing(index_elements=[Link.slug]).returning(Link.id))
    if link_id is None:
        return None
    # Asked after the row is there: a link that leaves this slug for another at the same moment is done by then.
    if await session.get(LinkSlug, slug) is not None:
        await session.execute(delete(Link).where(Link.id == link_id))
        return None
    return await session.get_one(Link, link_id)


async def by_slug(session: AsyncSession, slug: str) -> Link | None:
    """The link that a slug leads to, be it the one that is shown or one of before."""
    before = select(LinkSlug.link_id).where(LinkSlug.slug == slug).scalar_subquery()
    return await session.scalar(select(Link).where(or_(Link.slug == slug, Link.id == before)))


async def of_owner(session: AsyncSession, link_id: int, owner_id: int) -> Link | None:
    """The link if it is this person's, deleted or not."""
    return await session.scalar(select(Link).where(Link.id == link_id, Link.owner_id == owner_id))


async def tags_of(session: AsyncSession, link_ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of each of the links that has some, in the order of the alphabet."""
    tags: dict[int, list[str]] = {}
    rows = select(LinkTag.link_id, LinkTag.tag).where(LinkTag.link_id.in_(link_ids)).order_by(LinkTag.tag)
    for link_id, tag in await session.execute(rows):
        tags.setdefault(link_id, []).append(tag)
    return tags


async def page(session: AsyncSession, owner_id: int, *, limit: int, offset: int) -> Sequence[Link]:
    """A person's links, newest first."""
    standing = select(Link).where(*_standing(owner_id))
    return (await session.scalars(standing.order_by(Link.id.desc()).limit(limit).offset(offset))).all()


async def count(session: AsyncSession, owner_id: int) -> int:
    return (await session.scalar(select(func.count()).where(*_standing(owner_id)))) or 0


async def leading_on(session: AsyncSession, owner_id: int) -> Sequence[Link]:
    """A person's links that are not switched off, newest first."""
    rows = select(Link).where(*_standing(owner_id), Link.disabled_at.is_(None)).order_by(Link.id.desc())
    return (await session.scalars(rows)).all()


async def leading_to(session: AsyncSession, owner_id: int, target: str) -> Link | None:
    """A person's newest link to ``target`` that is not switched off; one that stands comes before a draft."""
    same = Link.owner_id == owner_id, Link.target == target
    rows = select(Link).where(*same, Link.deleted_at.is_(None), Link.disabled_at.is_(None))
    return await session.scalar(rows.order_by(Link.draft_since.is_not(None), Link.id.desc()).limit(1))


async def count_drafts(session: AsyncSession, owner_id: int) -> int:
    drafts = select(func.count()).where(Link.owner_id == owner_id, Link.draft_since.is_not(None))
    return (await session.scalar(drafts)) or 0


async def list_draft(session: AsyncSession, link_id: int, owner_id: int) -> None:
    """A draft was chosen: it is a link like any other from now on."""
    await session.execute(update(Link).where(Link.id == link_id, Link.owner_id == owner_id).values(draft_since=None))


async def end_drafts_before(session: AsyncSession, moment: datetime, now: datetime, limit: int) -> Sequence[str]:
    """The slugs of at most ``limit`` drafts that nobody chose or clicked since ``moment``, and that just ended.

    Nothing was made of them: they are nobody's from now on, and their slugs stay taken.
    """
    old = select(Link.id).where(Link.draft_since < moment).order_by(Link.draft_since).limit(limit)
    return await _changed(session, await hold(session, Link.id.in_(old), Link.draft_since < moment), **_ended(now))


async def end_oldest_drafts(session: AsyncSession, owner_id: int, kept: int, now: datetime) -> Sequence[str]:
    """The slugs of a person's drafts that just ended: all but the newest ``kept``. They end as old ones do."""
    theirs = select(Link.id).where(Link.owner_id == owner_id, Link.draft_since.is_not(None))
    old = theirs.order_by(Link.draft_since.desc(), Link.id.desc()).offset(kept)
    # Whatever was clicked meanwhile is a draft no more.
    held = await hold(session, Link.id.in_(old), Link.draft_since.is_not(None))
    return await _changed(session, held, **_ended(now))


def _ended(now: datetime) -> dict[str, Any]:
    return {"draft_since": None, "deleted_at": now, "target": "", "owner_id": None}


async def hold(session: AsyncSession, *which: ColumnElement[bool]) -> Sequence[int]:
    """Ids of the links that all of ``which`` is true of, in order; nobody else changes them or counts clicks on them.

    Whoever changes several links locks them so before: who counts clicks locks them in the order of their ids, and an
    UPDATE in whatever order it finds them. SQLite has one writer at a time anyway.
    """
    rows = select(Link.id).where(*which).order_by(Link.id)
    return (await session.scalars(rows.with_for_update(key_share=True))).all()


async def _changed(session: AsyncSession, link_ids: Sequence[int], **values: Any) -> Sequence[str]:
    """The slugs of these links, which have the values from now on."""
    changed = update(Link).where(Link.id.in_(link_ids)).values(**values)
    return (await session.scalars(changed.returning(Link.slug))).all()


def _standing(owner_id: int) -> tuple[ColumnElement[bool], ...]:
    return Link.owner_id == owner_id, Link.deleted_at.is_(None), Link.draft_since.is_(None)


async def mark_deleted(session: AsyncSession, link_id: int, owner_id: int, now: datetime) -> str | None:
    """The slug when this call deleted it; None when it was deleted already or is another's."""
    return await session.scalar(
        update(Link)
        .where(Link.id == link_id, Link.owner_id == owner_id, Link.deleted_at.is_(None))
        .values(deleted_at=now)
        .returning(Link.slug)
    )


async def mark_restored(session: AsyncSession, link_id: int, owner_id: int, deleted_since: datetime) -> str | None:
    """The slug when the link was deleted no earlier than ``deleted_since`` and stands again."""
    return await session.scalar(
        update(Link)
        .where(Link.id == link_id, Link.owner_id == owner_id, Link.deleted_at >= deleted_since)
        .values(deleted_at=None)
        .returning(Link.slug)
    )


async def disable(session: AsyncSession, link_id: int, reason: str, now: datetime) -> Link | None:
    """The link when this call switched it off, or off for another reason; None when it is deleted, or never was."""
    on_or_otherwise = Link.disabled_at.is_(None) | Link.disabled_reason.is_distinct_from(reason)
    off = update(Link).where(Link.id == link_id, Link.deleted_at.is_(None), on_or_otherwise)
    since = func.coalesce(Link.disabled_at, now)
    return await session.scalar(off.values(disabled_at=since, disabled_reason=reason).returning(Link))


async def disable_all(session: AsyncSession, owner_id: int, reason: str, now: datetime) -> Sequence[str]:
    """The slugs of a person's links, drafts too, that this call switched off."""
    on = Link.owner_id == owner_id, Link.deleted_at.is_(None), Link.disabled_at.is_(None)
    await hold(session, *on)
    off = update(Link).where(*on).values(disabled_at=now, disabled_reason=reason)
    return (await session.scalars(off.returning(Link.slug))).all()


async def enable(session: AsyncSession, link_id: int) -> Link | None:
    """The link when this call switched it on again."""
    on = update(Link).where(Link.id == link_id, Link.disabled_at.is_not(None))
    return await session.scalar(on.values(disabled_at=None, disabled_reason=None).returning(Link))


async def sums(session: AsyncSession, owner_id: int) -> tuple[int, int, int, int]:
    """(links that stand, those of them that are switched off, clicks, visitors) of a person."""
    off = func.count(Link.disabled_at)
    clicks, visitors = (func.coalesce(func.sum(each), 0) for each in (Link.clicks, Link.visitors))
    row = (await session.execute(select(func.count(), off, clicks, visitors).where(*_standing(owner_id)))).one()
    return row[0], row[1], int(row[2]), int(row[3])


async def record_change(session: AsyncSession, slug: str, now: datetime) -> None:
    """Tell every web process of a link, under all slugs that lead to it.

    The last statement of a transaction, since it queues all changes.
    """
    await record_changes(session, [slug], now)


async def record_changes(session: AsyncSession, slugs: Collection[str], now: datetime) -> None:
    """As record_change(), of many links: as few statements as of one."""
    changed = list(dict.fromkeys([*slugs, *await _other_slugs(session, slugs)]))
    if not changed:
        return
    newest = await session.scalar(
        update(LinkSequence)
        .where(LinkSequence.id == 1)
        .values(value=LinkSequence.value + len(changed))
        .returning(LinkSequence.value)
    )
    assert newest is not None
    for sequence, slug in enumerate(changed, newest - len(changed) + 1):
        session.add(LinkChange(sequence=sequence, slug=slug, changed_at=now))
    await session.flush()


async def _other_slugs(session: AsyncSession, slugs: Collection[str]) -> Sequence[str]:
    """All slugs of the links that these lead to, these among them."""
    links = union_all(
        select(Link.id).where(Link.slug.in_(slugs)), select(LinkSlug.link_id).where(LinkSlug.slug.in_(slugs))
    ).scalar_subquery()
    shown = select(Link.slug).where(Link.id.in_(links))
    before = select(LinkSlug.slug).where(LinkSlug.link_id.in_(links))
    return (await session.scalars(union_all(shown, before))).all()


async def newest_change(session: AsyncSession) -> int:
    return await session.scalar(select(LinkSequence.value).where(LinkSequence.id == 1)) or 0


async def changes_since(session: AsyncSession, sequence: int, limit: int) -> Sequence[tuple[int, str]]:
    """(number, slug) of the changes after ``sequence``, in order."""
    rows = await session.execute(
        select(LinkChange.sequence, LinkChange.slug)
        .where(LinkChange.sequence > sequence)
        .order_by(LinkChange.sequence)
        .limit(limit)
    )
    return [(number, slug) for number, slug in rows]


async def forget_changes_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many old changes were removed, ``limit`` at most. A process that slept longer empties its cache instead."""
    # The oldest first: what is left has no gaps.
    old = select(LinkChange.sequence).where(LinkChange.changed_at < moment).order_by(LinkChange.sequence).limit(limit)
    removed = await session.execute(
        delete(LinkChange).where(LinkChange.sequence.in_(old)).returning(LinkChange.sequence)
    )
    return len(removed.all())


async def empty_deleted_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many links deleted before ``moment``, ``limit`` at most, lost all that they were told; slugs stay taken.

    Clicks that wait for their webhooks are left to who clears those away that nobody is told of.
    """
    deleted = Link.deleted_at < moment, Link.target != ""
    held = await hold(session, Link.id.in_(select(Link.id).where(*deleted).limit(limit)), *deleted)
    await _changed(session, held, target="", **NO_SETTINGS)
    await forget_beside(session, held)
    return len(held)


async def forget_beside(session: AsyncSession, link_ids: Collection[int] | Select[tuple[int]]) -> None:
    """All that stands beside the links, which are held, and is neither a click, nor counted, nor a slug."""
    for table in BESIDE:
        await session.execute(delete(table).where(table.link_id.in_(link_ids)))
