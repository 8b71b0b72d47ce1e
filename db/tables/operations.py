"""What operators see and do: errors, alerts, acts, who runs, and who leads."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import BigId, UtcDateTime


class ErrorReport(Base):
    """An error that nobody foresaw, under the id that the person was told. Kept for 30 days."""

    __tablename__ = "error_reports"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    # Where it happened: update, work, delivery, job.
    source: Mapped[str] = mapped_column(String(16))
    # The class of the exception.
    name: Mapped[str] = mapped_column(String(128))
    # Errors with one fingerprint are equal.
    fingerprint: Mapped[str] = mapped_column(String(64))
    # Without secrets.
    traceback: Mapped[str] = mapped_column(Text)


class Alert(Base):
    """Something that operators must know of; equal things within its time are one alert with a counter."""

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # While it stands: its fingerprint. Emptied when it is over, so that the next one is a new alert.
    standing: Mapped[str | None] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    # Which sentence it is, and the facts in it; texts are made where they are shown.
    kind: Mapped[str] = mapped_column(String(32))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    count: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The count that the message shows, and since when; the moment is emptied at the end, until that is shown.
    shown_count: Mapped[int]
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    over_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class Silence(Base):
    """Alerts with this fingerprint say nothing until then."""

    __tablename__ = "silences"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class Act(Base):
    """What an operator did, to whom or what, and when. Never removed; who is erased is taken out of it."""

    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int] = mapped_column(BigInteger)
    # ban, unban, disable-link, …
    name: Mapped[str] = mapped_column(String(32))
    # person:1001, link:7, host:example.com, …
    subject: Mapped[str] = mapped_column(String(300), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class Tally(Base):
    """How often something happened on a day (in DEFAULT_TIMEZONE), where only the number matters."""

    __tablename__ = "tallies"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class Heartbeat(Base):
    """A process that runs, and how it fares."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(String(36), primary_key=True)
    roles: Mapped[str] = mapped_column(String(64))
    host: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class Lease(Base):
    """Who leads under a name. ``term`` grows at each renewal: who sees it stand still knows the holder is gone."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(128))
    term: Mapped[int] = mapped_column(BigInteger)
