"""All tables; their metadata is what migrations are held to."""

from db.tables.base import Base
from db.tables.clicks import Click, ClickCount, JournalPosition
from db.tables.inbox import Effect, InboxUpdate
from db.tables.links import Link, LinkChange, LinkSequence
from db.tables.people import Dialogue, Person

__all__ = [
    "Base",
    "Click",
    "ClickCount",
    "Dialogue",
    "Effect",
    "InboxUpdate",
    "JournalPosition",
    "Link",
    "LinkChange",
    "LinkSequence",
    "Person",
]
