"""Queries about details: where the clicks of a link in a span of time came from."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.rows import postgres, remove_some

# Levels of click_details: how long a span is.
QUARTER: Final = 0
DAY: Final = 1
LIFE: Final = 2

# (link_id, level, start)
Span = tuple[int, int, int]
# In the driver's own words: thousands of rows a second go over as they are.
_READ = {
    "sqlite": 'SELECT d.link_id, d.level, d.start, d."values" FROM json_each(?) AS given CROSS JOIN click_details AS d'
    " ON d.link_id = json_extract(given.value, '$[0]') AND d.level = json_extract(given.value, '$[1]')"
    " AND d.start = json_extract(given.value, '$[2]')",
    # LATERAL and OFFSET: a look-up for each, whatever the planner thinks of how many there are.
    "postgresql": 'SELECT given.*, d."values" FROM unnest($1::bigint[], $2::smallint[], $3::int[])'
    " AS given (link_id, level, start) CROSS JOIN LATERAL (SELECT * FROM click_details AS one"
    " WHERE one.link_id = given.link_id AND one.level = given.level AND one.start = given.start OFFSET 0) AS d",
}
_KEEP = {
    "sqlite": 'INSERT INTO click_details (link_id, level, start, "values")'
    " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),"
    " json_extract(value, '$[3]') FROM json_each(?) WHERE true"
    ' ON CONFLICT (link_id, level, start) DO UPDATE SET "values" = excluded."values"',
    "postgresql": 'INSERT INTO click_details (link_id, level, start, "values")'
    " SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::int[], $4::text[])"
    ' ON CONFLICT (link_id, level, start) DO UPDATE SET "values" = excluded."values"',
}


async def read(session: AsyncSession, spans: Sequence[Span]) -> dict[Span, str]:
    """The JSON of each of the spans that has any."""
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        rows = await connection.exec_driver_sql(_READ["sqlite"], (json.dumps(spans),))
        return {(row.link_id, row.level, row.start): row[-1] for row in rows}
    found = await (await postgres(session)).fetch(_READ["postgresql"], *zip(*spans, strict=True))
    return {row[:3]: row[3] for row in found}


async def keep(session: AsyncSession, details: Iterable[tuple[Span, str]]) -> None:
    """Write the spans' JSON in the place of what was there. Who read it before holds the links' locks."""
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        # JSON within JSON as it is: as text, all its quotes would be written and read twice.
        rows = ",".join([f"[{link_id},{level},{start},{text}]" for (link_id, level, start), text in details])
        await connection.exec_driver_sql(_KEEP["sqlite"], (f"[{rows}]",))
    else:
        columns = zip(*[(*span, text) for span, text in details], strict=True)
        await (await postgres(session)).execute(_KEEP["postgresql"], *columns)


async def forget_quarters_before(session: AsyncSession, bucket: int, limit: int) -> int:
    """How many details of quarters of an hour before ``bucket`` are removed, ``limit`` at most."""
    return await remove_some(session, "click_details", "level = 0 AND start < :bucket", limit, bucket=bucket)
