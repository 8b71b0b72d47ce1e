"""Short links, and the sequence that tells web processes what changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import BigId, UtcDateTime


class Link(Base):
    """A short link. The row outlives its deletion, so that no slug is ever given out again."""

    __tablename__ = "links"
    __table_args__ = (
        Index("ix_links_owner_id_id", "owner_id", "id"),
        Index("ix_links_skeleton", "skeleton"),
        # Few links have either: what looks for them need not read the others.
        Index(
            "ix_links_limited", "id",
            sqlite_where=text("click_limit IS NOT NULL"), postgresql_where=text("click_limit IS NOT NULL"),
        ),
        Index(
            "ix_links_valid_until", "valid_until",
            sqlite_where=text("valid_until IS NOT NULL"), postgresql_where=text("valid_until IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # The one that is shown; those that were shown before are in link_slugs.
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    # How the slug looks to an eye: none is given out that looks like another's.
    skeleton: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # Null: its owner asked to be forgotten, or it was a draft that ended; its target is gone.
    owner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("people.id"))
    # Emptied by the clean-up some time after the deletion.
    target: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What its owner calls it; empty: nothing.
    name: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # Switched off by its owner, and since when; they alone switch it on again.
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # At most so many clicks of people lead on, in the link's whole life. ``passed`` of them were let through: it
    # grows only while there is a limit, by a conditional UPDATE, before the redirect is answered.
    click_limit: Mapped[int | None]
    passed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # It leads on from the one moment (inclusive) until the other (exclusive).
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Where people go once its time is over or its clicks are used up; null: they read that on a page.
    fallback_url: Mapped[str | None] = mapped_column(Text)
    # Fields that the target gets: any of source, medium, campaign, term, content.
    utm: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    # In their order: {"kind": "country" | "device" | "language", "values": […], "target": address}. The first that
    # fits decides; where none does, the variants, and then the target.
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    # {"key": "A", "weight": 1 to 100, "target": address, or null for the link's own}; none, or two and more.
    variants: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    # On phones a page opens the app that the target's host has.
    opens_app: Mapped[bool] = mapped_column(default=False, server_default=false())
    # How its QR looks: any of colour ("#rrggbb"), size (pixels), logo (true: the one in link_logos).
    qr_style: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    # Its clicks are told to an address of its owner's; see LinkWebhook.
    has_webhook: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Kinds of notices that its owner does not want about this link, divided by spaces.
    muted: Mapped[str] = mapped_column(String(128), default="", server_default="")
    # Switched off by an operator, who says why to everybody that clicks.
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    # Offered while its owner was typing elsewhere; null once it is chosen or clicked. Drafts are in no list.
    draft_since: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # When a person first clicked it; null: nobody did.
    first_click_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Sums of click_counts, kept beside the link so that a list costs one query.
    clicks: Mapped[int] = mapped_column(BigInteger, default=0)
    visitors: Mapped[int] = mapped_column(BigInteger, default=0)
    bots: Mapped[int] = mapped_column(BigInteger, default=0)


class LinkSlug(Base):
    """A slug that a link had before its owner chose another. It goes on leading: somebody may have printed it."""

    __tablename__ = "link_slugs"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("links.id"), index=True)
    skeleton: Mapped[str] = mapped_column(String(64), index=True)


class LinkTag(Base):
    """A tag of a link, as its owner wrote it but in small letters."""

    __tablename__ = "link_tags"

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("links.id"), primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(String(32), primary_key=True)


class LinkLogo(Base):
    """The picture in the middle of a link's QR: a square PNG of at most 512 pixels."""

    __tablename__ = "link_logos"

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("links.id"), primary_key=True, autoincrement=False)
    picture: Mapped[bytes] = mapped_column(LargeBinary)


class UtmTemplate(Base):
    """UTM fields that a person gives to many links; ``fields`` as in links.utm."""

    __tablename__ = "utm_templates"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(64))
    fields: Mapped[dict[str, str]] = mapped_column(JSON)


class LinkHealth(Base):
    """What the last looks at a link's target found."""

    __tablename__ = "link_health"

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("links.id"), primary_key=True, autoincrement=False)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # Looks in a row that found it broken; what the last one of them found, in a word: an HTTP status, or "timeout".
    failures: Mapped[int]
    reason: Mapped[str] = mapped_column(String(64))
    # Since when it counts as broken; null: it does not.
    broken_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LinkNotice(Base):
    """What a link's owner was told last of a kind, or knows since they chose it so: nobody tells them again.

    ``value``: what it was about, such as the limit that is nearly reached, or the day.
    """

    __tablename__ = "link_notices"

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("links.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkWebhook(Base):
    """An address of a link's owner that is told of its clicks, in signed batches."""

    __tablename__ = "link_webhooks"

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("links.id"), primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(Text)
    # What batches are signed under, encrypted.
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the last batch was taken, since when none is, and what the last try came to.
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str | None] = mapped_column(String(128))
    # Switched off after a day of failures, or by its owner; null: it is told.
    off_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The batch on its way, to the letter, until it is taken: tried again, it is the same one.
    batch: Mapped[str | None] = mapped_column(Text)
    # Clicks that waited for too long and were left out since the last batch was made.
    dropped: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


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
