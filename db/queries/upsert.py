"""INSERT … ON CONFLICT, which SQLite and PostgreSQL both have but SQLAlchemy names apart."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Base


def insert_for(session: AsyncSession, table: type[Base]) -> sqlite.Insert:
    """An insert of the session's dialect, with ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    # The two classes share the part of their interface that is used here.
    return postgresql.insert(table)  # type: ignore[return-value]
