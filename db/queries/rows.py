"""Many rows at once, past the work that SQLAlchemy does on each value: half of what counting clicks would cost."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Delete, Dialect, Insert, Update
from sqlalchemy.ext.asyncio import AsyncSession

from db.types import UtcDateTime

_MOMENT = UtcDateTime()


async def execute_rows(
    session: AsyncSession, statement: Insert | Update | Delete, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Execute ``statement`` once for each of ``rows``, in order; ``names`` are the parameters that a row gives.

    The values go to the driver as they are: what a column type would convert, the caller has converted.
    The statement is compiled once, so it must be one that stays: made once for a module, not for each call.
    """
    if not rows:
        return
    connection = await session.connection()
    sql, order = _compiled(statement, names, connection.dialect)
    if order != tuple(range(len(names))):
        rows = [tuple(row[place] for place in order) for row in rows]
    await connection.exec_driver_sql(sql, list(rows))


def stored_moments(session: AsyncSession) -> Callable[[datetime], Any]:
    """How the session's driver takes an aware time for a :class:`db.types.UtcDateTime` column."""
    return _stored_moments(session.get_bind().dialect)


@lru_cache(maxsize=64)
def _compiled(
    statement: Insert | Update | Delete, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[int, ...]]:
    """The driver's SQL, and which value of a row stands in which place of it."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    return compiled.string, tuple(names.index(name) for name in compiled.positiontup or ())


@lru_cache(maxsize=8)
def _stored_moments(dialect: Dialect) -> Callable[[datetime], Any]:
    convert = _MOMENT.dialect_impl(dialect).bind_processor(dialect)
    assert convert is not None
    # Clicks of one turn of the event loop share their moment.
    return lru_cache(maxsize=2048)(convert)
