"""Alembic's entry: runs the migrations on the connection that db.migrate hands over."""

from typing import Any, Literal

from alembic import context

from db.tables import Base
from db.types import UtcDateTime


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our own types by their own names; the template imports them."""
    return "UtcDateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render,
)
# The transaction is that of db.migrate.
context.run_migrations()
