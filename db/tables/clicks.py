"""Clicks: raw ones for a month, counters for good, and how far each journal is counted.

No foreign keys here: a journal may hold clicks of a link that was erased meanwhile, and must go on being counted.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, String, Text, false, text
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
    # Empty where it is not known, or where there is none. Each is a dimension of services.clicks.dimensions.
    country: Mapped[str] = mapped_column(String(2), default="", server_default="")
    device: Mapped[str] = mapped_column(String(16), default="", server_default="")
    system: Mapped[str] = mapped_column(String(64), default="", server_default="")
    browser: Mapped[str] = mapped_column(String(64), default="", server_default="")
    app: Mapped[str] = mapped_column(String(16), default="", server_default="")
    referrer: Mapped[str] = mapped_column(String(255), default="", server_default="")
    language: Mapped[str] = mapped_column(String(8), default="", server_default="")
    # Came by a scan of the link's QR.
    qr: Mapped[bool] = mapped_column(default=False, server_default=false())
    variant: Mapped[str] = mapped_column(String(1), default="", server_default="")


class ClickCount(Base):
    """Clicks of a link in 15 minutes: the grain that fits every time zone on earth.

    ``bucket`` counts quarters of an hour since 1970-01-01T00:00Z. clicks = visitors (first visits) + repeats;
    ``bots`` are apart.
    """

    __tablename__ = "click_counts"
    # What looks for bursts asks for all links of an hour.
    __table_args__ = (Index("ix_click_counts_bucket", "bucket"),)

    link_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    clicks: Mapped[int]
    visitors: Mapped[int]
    bots: Mapped[int]


class ClickDetail(Base):
    """Where the clicks of a link in one span of time came from: people's, not crawlers'.

    ``level`` is how long spans are, ``start`` which one it is: 0, quarters of an hour since 1970-01-01T00:00Z (kept
    for 62 days); 1, days since then in UTC; 2, the link's whole life (0). A period in any time zone is whole days and
    the quarters at its two ends. Each span has the same clicks as the spans within it.

    ``values``: JSON, for each dimension of services.clicks.dimensions how many clicks each value had, as in
    ``{"country": {"RU": 7, "": 1}}``. One row and not one for each value: a batch of clicks then costs three rows a
    link, however many dimensions they have.
    """

    __tablename__ = "click_details"
    # What clears old quarters away looks for them alone.
    __table_args__ = (
        Index(
            "ix_click_details_quarters", "start",
            sqlite_where=text("level = 0"), postgresql_where=text("level = 0"),
        ),
    )  # fmt: skip

    link_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    values: Mapped[str] = mapped_column(Text)


class VisitorKey(Base):
    """The random key of a day in UTC (days since 1970), under which visitors without a cookie are hashed.

    Deleted after the day: nobody can tell any more whose hashes those were.
    """

    __tablename__ = "visitor_keys"

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(LargeBinary)


class DailyVisitor(Base):
    """A visitor without a cookie was at the link on this day, as a hash under the day's key."""

    __tablename__ = "daily_visitors"

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    link_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    visitor: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)


class LinkEvent(Base):
    """Something about a link's clicks that its owner may be told of; noted by who counts, removed by who tells."""

    __tablename__ = "link_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(BigInteger)
    # "milestone"; ``number``: the clicks that were reached (1, 100, 1 000, …).
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookClick(Base):
    """A click that a webhook is still to be told of; ``click`` is the JSON of it, as it is sent."""

    __tablename__ = "webhook_clicks"
    __table_args__ = (Index("ix_webhook_clicks_link_id_id", "link_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(BigInteger)
    click: Mapped[str] = mapped_column(Text)


class JournalPosition(Base):
    """Rows of the journal ``uuid`` up to ``position`` are counted. Moves in the transaction that counts them."""

    __tablename__ = "journal_positions"

    uuid: Mapped[str] = mapped_column(String(36), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
