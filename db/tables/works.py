"""Work that is due: what takes longer than an answer may take, and what is to be done later."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import BigId, UtcDateTime


class Work(Base):
    """One piece of work of a registered kind. A process does it while it holds the lease."""

    __tablename__ = "works"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_works_state_due_at", "state", "due_at"),
        Index("ix_works_person_id_state", "person_id", "state"),
        # Results are kept under a work's number, so no number is ever given twice.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    # Asked for twice under one key, it is one work.
    key: Mapped[str] = mapped_column(String(128))
    # Whose work it is; null: the platform's own.
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    # Ids and choices, never what is secret.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    # due, done, failed or cancelled; one that is being done is due and leased.
    state: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # From which moment that was reckoned: where it lies in the future, the clock went back since.
    reckoned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Who does it, and until when nobody else may.
    lease: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    # Why it failed for good.
    reason: Mapped[str | None] = mapped_column(Text)
    # The message that shows how far it is.
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
