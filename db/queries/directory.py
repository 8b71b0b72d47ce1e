"""What a web process asks to lead people on."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Text, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.rows import DIALECTS, as_one, is_one_of
from db.tables import Link


class Leading(NamedTuple):
    """Where a slug leads; ``deleted`` ones lead nowhere, nor do those that are ``disabled``, for that reason."""

    id: int
    slug: str
    target: str
    deleted: bool
    disabled: str | None


_LEADING = {
    dialect: select(
        Link.id,
        Link.slug,
        Link.target,
        Link.deleted_at.is_not(None),
        case((Link.disabled_at.is_not(None), func.coalesce(Link.disabled_reason, "")), else_=None),
    ).where(is_one_of(dialect, Link.slug, "slugs", Text))
    for dialect in DIALECTS
}


async def leading(session: AsyncSession, slugs: Collection[str]) -> Sequence[Leading]:
    """Those of the slugs that were ever given out, in one question."""
    dialect = session.get_bind().dialect.name
    connection = await session.connection()
    rows = await connection.execute(_LEADING[dialect], {"slugs": as_one(dialect, slugs)})
    return [Leading(id_, slug, target, bool(deleted), disabled) for id_, slug, target, deleted, disabled in rows]
