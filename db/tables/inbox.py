"""Updates as Telegram brought them, until they are handled; and what they changed, so that they change it once."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import BigId, UtcDateTime


class InboxUpdate(Base):
    """One update. Recorded before Telegram is told that it arrived."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_state_lane_id", "state", "lane", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    # Updates of one lane are handled in their order: a chat's, or a person's own in a group.
    lane: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(64))
    # Encrypted; emptied once done.
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # waiting, done, or aside: it failed for good.
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]
    # Of the last failure, without secrets.
    traceback: Mapped[str | None] = mapped_column(Text)


class Effect(Base):
    """What update ``update_id`` did under ``name``, kept in the transaction that did it."""

    __tablename__ = "effects"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
