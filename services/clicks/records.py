"""What is recorded of a click, and how a journal file stores it."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any


@dataclass(frozen=True, slots=True)
class RecordedClick:
    """One click as the redirect server saw it. Never the visitor's address.

    A journal has one column for each field, of the same name: a field more needs a step in :data:`UPGRADES`.
    """

    link_id: int
    # Milliseconds since 1970-01-01T00:00Z.
    at: int
    # A preview, a crawler or a prefetch: nobody's click.
    bot: bool
    # The first visit of this visitor to this link; never true for a bot.
    first_visit: bool


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(RecordedClick))
values_of: Callable[[RecordedClick], tuple[Any, ...]] = attrgetter(*COLUMNS)

# UPGRADES[n] takes a journal of format n (PRAGMA user_version) to format n + 1. A step that was released never
# changes: files of that format may stand on somebody's disk.
UPGRADES: tuple[tuple[str, ...], ...] = (
    (
        # One row: whose journal it is, and up to which click it has forgotten what was counted.
        "CREATE TABLE journal (uuid TEXT NOT NULL, forgotten INTEGER NOT NULL)",
        "CREATE TABLE clicks (id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL, at INTEGER NOT NULL,"
        " bot INTEGER NOT NULL, first_visit INTEGER NOT NULL)",
    ),
)
FORMAT = len(UPGRADES)

INSERT = f"INSERT INTO clicks (id, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"  # noqa: S608
SELECT = f"SELECT id, {', '.join(COLUMNS)} FROM clicks WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608
