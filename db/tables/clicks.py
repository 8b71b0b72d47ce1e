"""Clicks: raw ones for a month, counters for good, and how far each journal is counted.

No foreign keys here: a journal may hold clicks of a link that was erased meanwhile, and must go on being counted.
"""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import BigId, UtcDateTime


class Click(Base):
    """One click as it came. Never the visitor's address. Deleted after 30 days."""

    __tablename__ = "clicks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    bot: Mapped[bool]
    first_visit: Mapped[bool]


class ClickCount(Base):
    """Clicks of a link in 15 minutes: the grain that fits every time zone on earth.

    ``bucket`` counts quarters of an hour since 1970-01-01T00:00Z. clicks = visitors (first visits) + repeats;
    ``bots`` are apart.
    """

    __tablename__ = "click_counts"

    link_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    clicks: Mapped[int]
    visitors: Mapped[int]
    bots: Mapped[int]


class JournalPosition(Base):
    """Rows of the journal ``uuid`` up to ``position`` are counted. Moves in the transaction that counts them."""

    __tablename__ = "journal_positions"

    uuid: Mapped[str] = mapped_column(String(36), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
