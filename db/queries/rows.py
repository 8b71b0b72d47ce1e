"""Many rows in one statement.

A statement for each row would hand the interpreter's lock to and fro a thousand times a batch, and SQLAlchemy would
look at each value. Here rows go over as one parameter (JSON on SQLite) or one for each column (arrays on PostgreSQL),
and the statement reads them as a table.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Dialect,
    FromClause,
    Insert,
    String,
    Update,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from db.types import UtcDateTime

DIALECTS = ("sqlite", "postgresql")
_MOMENT = UtcDateTime()


def given_rows(dialect: str, columns: Mapping[str, type[TypeEngine[Any]]]) -> FromClause:
    """The rows that :func:`execute_rows` is given, as a table with these columns."""
    if dialect == "sqlite":
        each = func.json_each(bindparam("rows", type_=String)).table_valued("value")
        return select(
            *(
                func.json_extract(each.c.value, literal_column(f"'$[{place}]'")).label(name)
                for place, name in enumerate(columns)
            )
        ).subquery("given")
    arrays = [cast(bindparam(name), postgresql.ARRAY(kind)) for name, kind in columns.items()]
    shape = (column(name, kind) for name, kind in columns.items())
    return func.unnest(*arrays).table_valued(*shape).render_derived(name="given")


def is_one_of(
    dialect: str, column: InstrumentedAttribute[Any], name: str, kind: type[TypeEngine[Any]]
) -> ColumnElement[bool]:
    """Whether the column is one of the values of the parameter ``name``, which takes what :func:`as_one` makes.

    However many values, it is one statement: a list of parameters would be rendered and prepared anew for each length.
    """
    if dialect == "sqlite":
        each = func.json_each(bindparam(name, type_=String)).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(bindparam(name, type_=postgresql.ARRAY(kind)))


def as_one(dialect: str, values: Collection[Any]) -> str | list[Any]:
    """Many values as one parameter for :func:`is_one_of`."""
    return json.dumps(list(values)) if dialect == "sqlite" else list(values)


async def execute_rows(
    session: AsyncSession, statement: Insert | Update | Delete, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Execute a statement over :func:`given_rows` of these ``names``.

    The values go to the driver as they are: what a column type would convert, the caller has converted.
    The statement is compiled once, so it must be one that stays: made once for a module, not for each call.
    """
    if not rows:
        return
    connection = await session.connection()
    compiled, order = _compiled(statement, connection.dialect)
    if connection.dialect.name == "sqlite":
        values: tuple[Any, ...] = (json.dumps(rows),)
    else:
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        values = tuple(columns[name] for name in order)
    await connection.exec_driver_sql(compiled, values)


async def postgres(session: AsyncSession) -> Any:
    """The asyncpg connection of a session that is in its transaction already: for COPY, and for thousands of rows."""
    connection = await (await session.connection()).get_raw_connection()
    assert connection.driver_connection is not None
    return connection.driver_connection


async def remove_some(session: AsyncSession, table: str, which: str, limit: int, **facts: Any) -> int:
    """How many rows of ``table`` are removed that ``which`` (a condition in SQL) is true of, ``limit`` at most.

    By where they lie: as fast in a table of many millions, whose key has several columns.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    some = f"SELECT {'rowid' if sqlite else 'ctid'} FROM {table} WHERE {which} LIMIT :limit"  # noqa: S608
    place = f"rowid IN ({some})" if sqlite else f"ctid = ANY (ARRAY({some}))"
    connection = await session.connection()
    gone = await connection.execute(text(f"DELETE FROM {table} WHERE {place}"), {"limit": limit, **facts})  # noqa: S608
    return gone.rowcount


def stored_moments(session: AsyncSession) -> Callable[[datetime], Any]:
    """How the session's driver takes an aware time for a :class:`db.types.UtcDateTime` column."""
    return _stored_moments(session.get_bind().dialect)


@lru_cache(maxsize=64)
def _compiled(statement: Insert | Update | Delete, dialect: Dialect) -> tuple[str, Sequence[str]]:
    """The driver's SQL, and the names of its parameters in their order."""
    compiled = statement.compile(dialect=dialect)
    return compiled.string, tuple(compiled.positiontup or ())


@lru_cache(maxsize=8)
def _stored_moments(dialect: Dialect) -> Callable[[datetime], Any]:
    convert = _MOMENT.dialect_impl(dialect).bind_processor(dialect)
    assert convert is not None
    # Clicks of one turn of the event loop share their moment.
    return lru_cache(maxsize=2048)(convert)
