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
    # Null: its owner asked to be forgotten, or it was a draft that ended; its target is gone.
    owner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("people.id"))
    # Emptied by the clean-up some time after the deletion.
    target: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Switched off by an operator, who says why to everybody that clicks.
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    # Offered while its owner was typing elsewhere; null once it is chosen or clicked. Drafts are in no list.
    draft_since: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # Sums of click_counts, kept beside the link so that a list costs one query.
    clicks: Mapped[int] = mapped_column(BigInteger, default=0)
    visitors: Mapped[int] = mapped_column(BigInteger, default=0)
    bots: Mapped[int] = mapped_column(BigInteger, default=0)


class BlockedHost(Base):
    """No link may lead to ``host`` or below it; those that do are not followed."""

    __tablename__ = "blocked_hosts"

    # As addresses write it: lower case, punycode, no dot at its end.
    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    blocked_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
