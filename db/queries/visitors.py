"""Queries about visitors without a cookie: the keys of their hashes, and who was there on a day."""

import json
from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.rows import postgres, remove_some
from db.queries.upsert import insert_for
from db.tables import VisitorKey

# (day in UTC since 1970, link_id, the visitor's hash under that day's key)
Visitor = tuple[int, int, bytes]
# In the driver's own words: rows go over as two parameters, for JSON holds no bytes.
_REMEMBER = {
    "sqlite": "INSERT INTO daily_visitors (visitor, day, link_id)"
    " SELECT substr(?, 1 + 16 * json_extract(value, '$[2]'), 16), json_extract(value, '$[0]'),"
    " json_extract(value, '$[1]') FROM json_each(?) WHERE true ORDER BY key"
    " ON CONFLICT DO NOTHING RETURNING day, link_id, visitor",
    "postgresql": "INSERT INTO daily_visitors (day, link_id, visitor)"
    " SELECT * FROM unnest($1::int[], $2::bigint[], $3::bytea[])"
    " ON CONFLICT DO NOTHING RETURNING day, link_id, visitor",
}


async def key_of(session: AsyncSession, day: int) -> bytes | None:
    return await session.scalar(select(VisitorKey.key).where(VisitorKey.day == day))


async def offer_key(session: AsyncSession, day: int, key: bytes) -> bytes:
    """The day's key: ``key``, unless there is one already."""
    insert = insert_for(session, VisitorKey).values(day=day, key=key)
    await session.execute(insert.on_conflict_do_nothing(index_elements=[VisitorKey.day]))
    # A statement of its own sees what another transaction has committed meanwhile.
    agreed = await key_of(session, day)
    assert agreed is not None
    return agreed


async def forget_keys_before(session: AsyncSession, day: int) -> None:
    await session.execute(delete(VisitorKey).where(VisitorKey.day < day))


async def remember(session: AsyncSession, visitors: Collection[Visitor]) -> set[Visitor]:
    """Note who was where on which day; those who had not been there before.

    Two that note the same visitor at once wait for each other: one of them finds it new. Given in order, they never
    wait for each other in a circle.
    """
    if not visitors:
        return set()
    connection = await session.connection()
    ordered = sorted(visitors)
    if connection.dialect.name == "sqlite":
        places = json.dumps([(day, link_id, place) for place, (day, link_id, _) in enumerate(ordered)])
        hashes = b"".join([visitor for _, _, visitor in ordered])
        found = await connection.exec_driver_sql(_REMEMBER["sqlite"], (hashes, places))
        return {(row.day, row.link_id, row.visitor) for row in found}
    rows = await (await postgres(session)).fetch(_REMEMBER["postgresql"], *zip(*ordered, strict=True))
    return set(map(tuple, rows))


async def forget_before(session: AsyncSession, day: int, limit: int) -> int:
    """How many visitors of days before ``day`` are removed, ``limit`` at most."""
    return await remove_some(session, "daily_visitors", "day < :day", limit, day=day)
