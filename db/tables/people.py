"""People, and the dialogues they are in the middle of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime


class Person(Base):
    """Somebody who wrote to the bot. ``id`` is Telegram's."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # Null until chosen: Telegram's own language of the person holds.
    language: Mapped[str | None] = mapped_column(String(8))
    # An IANA name or UTC±HH:MM; null until chosen: DEFAULT_TIMEZONE holds.
    time_zone: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Dialogue(Base):
    """Where a person is in a dialogue, so that a restart in its middle loses nothing."""

    __tablename__ = "dialogues"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    state: Mapped[str | None] = mapped_column(String(128))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
