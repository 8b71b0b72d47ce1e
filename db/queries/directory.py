"""What a web process asks to lead people on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Text, case, cast, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.rows import DIALECTS, as_one, is_one_of
from db.tables import Link, LinkSlug


class Leading(NamedTuple):
    """Where a slug leads; ``deleted`` ones lead nowhere, nor do those that are ``disabled``, for that reason.

    ``asked`` is the slug that was asked for, ``slug`` the one that the link has now. Settings stand as in the columns
    of :class:`db.tables.Link`, those of JSON as their text: what is damaged in one row spoils no other.
    """

    asked: str
    id: int
    slug: str
    target: str
    deleted: bool
    disabled: str | None
    paused: bool
    click_limit: int | None
    passed: int
    valid_from: datetime | None
    valid_until: datetime | None
    fallback_url: str | None
    utm: str
    rules: str
    variants: str
    opens_app: bool


_COLUMNS = (
    Link.id,
    Link.slug,
    Link.target,
    Link.deleted_at.is_not(None),
    case((Link.disabled_at.is_not(None), func.coalesce(Link.disabled_reason, "")), else_=None),
    Link.paused_at.is_not(None),
    Link.click_limit,
    Link.passed,
    Link.valid_from,
    Link.valid_until,
    Link.fallback_url,
    cast(Link.utm, Text),
    cast(Link.rules, Text),
    cast(Link.variants, Text),
    Link.opens_app,
)
_LEADING = {
    dialect: union_all(
        select(Link.slug.label("asked"), *_COLUMNS).where(is_one_of(dialect, Link.slug, "slugs", Text)),
        select(LinkSlug.slug, *_COLUMNS)
        .join(Link, Link.id == LinkSlug.link_id)
        .where(is_one_of(dialect, LinkSlug.slug, "slugs", Text)),
    )
    for dialect in DIALECTS
}


async def leading(session: AsyncSession, slugs: Collection[str]) -> Sequence[Leading]:
    """Those of the slugs that were ever given out, in one question."""
    dialect = session.get_bind().dialect.name
    connection = await session.connection()
    rows = await connection.execute(_LEADING[dialect], {"slugs": as_one(dialect, slugs)})
    return [Leading._make(row) for row in rows]
