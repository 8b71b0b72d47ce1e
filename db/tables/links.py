"""Short links, and the sequence that tells web processes what changed."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import BigId, UtcDateTime


class Link(Base):
    """A short link. The row outlives its deletion, so that no slug is ever given out again."""

    __tablename__ = "links"
    __table_args__ = (Index("ix_links_owner_id_id", "owner_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"))
    # Emptied by the clean-up some time after the deletion.
    target: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Sums of click_counts, kept beside the link so that a list costs one query.
    clicks: Mapped[int] = mapped_column(BigInteger, default=0)
    visitors: Mapped[int] = mapped_column(BigInteger, default=0)
    bots: Mapped[int] = mapped_column(BigInteger, default=0)


class LinkSequence(Base):
    """One row with the number of the newest change.

    A change takes its number by an UPDATE of this row and holds the row until it commits. So numbers have no gaps
    and appear in their order: who has read up to N has seen all up to N. (A database sequence promises neither.)
    """

    __tablename__ = "link_sequence"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(BigInteger)


class LinkChange(Base):
    """Link ``slug`` changed, as change number ``sequence``."""

    __tablename__ = "link_changes"

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
