"""Messages that the product owes, and where chats have moved."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from db.tables.base import Base
from db.types import BigId, UtcDateTime

_REFUSED_GUIDE = text("state = 'failed' AND kind = 'guide'")


class Delivery(Base):
    """One message to one chat."""

    __tablename__ = "deliveries"
    __table_args__ = (
        # The next chats are found by this alone, …
        Index("ix_deliveries_turn", "state", "urgency", "due_at", "id", "chat_id"),
        # … and by this what is next in each of them.
        Index("ix_deliveries_chat_id_state_id", "chat_id", "state", "id"),
        # Guides' files that Telegram refused: looked for each minute.
        Index(
            "ix_deliveries_refused_guides", "state", "finished_at",
            sqlite_where=_REFUSED_GUIDE, postgresql_where=_REFUSED_GUIDE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # Owed twice under one key, it is one message.
    key: Mapped[str] = mapped_column(String(128), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    # Which goes first: 0 alerts, 1 what somebody waits for, 2 notices.
    urgency: Mapped[int] = mapped_column(SmallInteger)
    # What is sent, encrypted; emptied once it is settled.
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    # A picture or a document, encrypted; emptied with the payload. Read only when it is sent.
    file: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    # due, sending, sent, unknown or failed.
    state: Mapped[str] = mapped_column(String(8))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # From which moment that was reckoned: where it lies in the future, the clock went back since.
    reckoned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    # Sent again where nobody knows whether it arrived: better twice than never.
    may_repeat: Mapped[bool]
    # Kept for the return of a person who blocked the bot.
    waits: Mapped[bool]
    # Why it failed.
    reason: Mapped[str | None] = mapped_column(Text)
    # Telegram's number of the message that was sent.
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it was tried for the first time.
    sending_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class ChatMove(Base):
    """A group became a supergroup and has another id since."""

    __tablename__ = "chat_moves"

    old_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    new_id: Mapped[int] = mapped_column(BigInteger)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
