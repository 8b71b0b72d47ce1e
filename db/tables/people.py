"""People, and the dialogues they are in the middle of."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime


class Person(Base):
    """Somebody who wrote to the bot. ``id`` is Telegram's."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # Null until chosen: Telegram's own language of the person holds.
    language: Mapped[str | None] = mapped_column(String(8))
    # The language of their Telegram as it last was: what is sent unasked speaks it until they choose one.
    telegram_language: Mapped[str | None] = mapped_column(String(16))
    # An IANA name or UTC±HH:MM; null until chosen: DEFAULT_TIMEZONE holds.
    time_zone: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # The last day, in DEFAULT_TIMEZONE, on which they wrote or pressed something: each day counts them once.
    seen_on: Mapped[date | None]
    # As Telegram last told them: operators find people by them.
    username: Mapped[str | None] = mapped_column(String(64), index=True)
    first_name: Mapped[str | None] = mapped_column(String(128))
    # support or operator; null: neither. Owners stand in ADMIN_IDS alone.
    role: Mapped[str | None] = mapped_column(String(16))
    banned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ban_reason: Mapped[str | None] = mapped_column(Text)
    # Since when Telegram refuses what is sent to them, and why: blocked or deactivated.
    unreachable_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unreachable_reason: Mapped[str | None] = mapped_column(String(16))
    # Hours of the person's own day, 0 to 23; null: the default.
    notice_hour: Mapped[int | None]
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    # Kinds of notices they switched off, divided by spaces.
    muted: Mapped[str] = mapped_column(String(256), default="")


class Dialogue(Base):
    """Where a person is in a dialogue, so that a restart in its middle loses nothing."""

    __tablename__ = "dialogues"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    state: Mapped[str | None] = mapped_column(String(128))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
