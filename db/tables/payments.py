"""Orders of guides, what was paid for them in Telegram Stars, and what makes them cheaper."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import BigId, UtcDateTime

_PENDING = text("state = 'pending'")
_DUE = text("state = 'due'")
_UNCONFIRMED = text("confirmed_at IS NULL")
_HOLDS_MATERIAL = text("material_id IS NOT NULL")


class GuideMaterial(Base):
    """What a guide is made of: an account and its posts, frozen before anybody was asked to pay for it."""

    __tablename__ = "guide_materials"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, index=True)
    username: Mapped[str] = mapped_column(String(32))
    # Posts from which findings can be made.
    usable: Mapped[int]
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # Compressed JSON: see services.guides.materials.
    content: Mapped[bytes] = mapped_column(LargeBinary, nullable=False, deferred=True)


class Order(Base):
    """One guide that somebody wants. Its number is in the payload of its invoice."""

    __tablename__ = "orders"
    __table_args__ = (
        # A person who presses twice has one order.
        Index(
            "uq_orders_pending", "person_id", "material_id",
            unique=True, sqlite_where=_PENDING, postgresql_where=_PENDING,
        ),
        Index("ix_orders_person_id_id", "person_id", "id"),
        Index("ix_orders_state_expires_at", "state", "expires_at"),
        Index("ix_orders_state_paid_at", "state", "paid_at"),
        Index("ix_orders_material_held", "ended_at", sqlite_where=_HOLDS_MATERIAL, postgresql_where=_HOLDS_MATERIAL),
        # Numbers stand in payloads that live for ever, so none is ever given twice.
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # Null: the person was erased.
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    # The chat that the invoice stands in.
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    material_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("guide_materials.id"), index=True)
    username: Mapped[str] = mapped_column(String(32))
    # pending, paid, fulfilled, refunding, refunded or expired: see services.payments.orders.
    state: Mapped[str] = mapped_column(String(16))
    # In Stars: what a guide costs, and what this one does.
    list_price: Mapped[int]
    amount: Mapped[int]
    code_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("promo_codes.id"), index=True)
    # Paid with one of the guides that the person was given for bringing others.
    by_credit: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Telegram's number of the payment; null: none yet, or it was free.
    charge_id: Mapped[str | None] = mapped_column(String(255), unique=True)


class OrderEvent(Base):
    """A step of an order: kept for as long as the order is."""

    __tablename__ = "order_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("orders.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Empty: it was made.
    old: Mapped[str] = mapped_column(String(16))
    new: Mapped[str] = mapped_column(String(16))
    # buy, charge, free, guide, expiry, replaced, failed, late, operator, refund, ledger, …
    cause: Mapped[str] = mapped_column(String(32))


class Charge(Base):
    """A payment that Telegram took, whatever became of its order."""

    __tablename__ = "charges"
    __table_args__ = (
        Index("ix_charges_person_id", "person_id"),
        # Few of them are, and each minute it is looked which.
        Index("ix_charges_due", "at", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    # telegram_payment_charge_id.
    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    # The order that its payload names; null: none of ours.
    order_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("orders.id"), index=True)
    # Null: the person was erased after it was settled.
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # kept (it pays for its order), due (to be refunded), refunded, or settled (by operators, outside of Telegram).
    state: Mapped[str] = mapped_column(String(16))
    # Why it is refunded: see services.payments.refunds.Why; and an operator's own words.
    why: Mapped[str] = mapped_column(String(16), default="", server_default="")
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    # update, or ledger where the update was lost.
    source: Mapped[str] = mapped_column(String(16))


class StarMovement(Base):
    """The ledger: every movement of Stars that we know of. Never removed."""

    __tablename__ = "star_movements"
    __table_args__ = (
        Index("ix_star_movements_at", "at"),
        Index("ix_star_movements_unconfirmed", "at", sqlite_where=_UNCONFIRMED, postgresql_where=_UNCONFIRMED),
    )

    # Telegram's key of a movement is the charge and the direction.
    charge_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    # in or out.
    direction: Mapped[str] = mapped_column(String(3), primary_key=True)
    amount: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it was seen in Telegram's own ledger.
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StarPosition(Base):
    """How far Telegram's ledger was compared with ours. One row."""

    __tablename__ = "star_positions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    # Movements from the oldest on that are compared.
    position: Mapped[int] = mapped_column(BigInteger)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PromoCode(Base):
    """What makes a guide cheaper. ``uses``: orders that hold it or used it."""

    __tablename__ = "promo_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # In capitals.
    code: Mapped[str] = mapped_column(String(32), unique=True)
    # Off the price; 100: free.
    percent: Mapped[int]
    # Null: without limit.
    most_uses: Mapped[int | None]
    most_each: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Switched off by an operator.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int] = mapped_column(BigInteger)


class PromoUse(Base):
    """An order holds a code, and has used it once it is paid. The row goes when the code is given back."""

    __tablename__ = "promo_uses"
    __table_args__ = (Index("ix_promo_uses_code_id_person_id", "code_id", "person_id"),)

    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("orders.id"), primary_key=True, autoincrement=False)
    code_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("promo_codes.id"))
    # Null: the person was erased.
    person_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReferralCode(Base):
    """What a person's own link to the bot ends in."""

    __tablename__ = "referral_codes"

    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(16), unique=True)


class Referral(Base):
    """Who brought whom. ``order_id``: the first bought order, for which the other has a guide for nothing."""

    __tablename__ = "referrals"

    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    referrer_id: Mapped[int] = mapped_column(BigInteger, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    order_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("orders.id"), index=True)


class GuideCredit(Base):
    """A guide for nothing that a person was given (1), spent or lost again (-1)."""

    __tablename__ = "guide_credits"

    # referral:ORDER, lost:ORDER, spent:ORDER, back:ORDER: each happens once.
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, index=True)
    amount: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Guide(Base):
    """A guide that was made, with all that stands in it: nothing of it is asked for again."""

    __tablename__ = "guides"
    # Numbers stand in addresses.
    __table_args__ = (Index("ix_guides_person_id_id", "person_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("orders.id"), unique=True)
    # Whose it is.
    person_id: Mapped[int] = mapped_column(BigInteger)
    username: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Which of the links that were given out to be read by anybody holds; null: none does.
    share: Mapped[int | None]
    shares: Mapped[int] = mapped_column(default=0, server_default="0")
    # Refunded: nobody reads it any more.
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Compressed JSON: see services.guides.content.
    content: Mapped[bytes] = mapped_column(LargeBinary, nullable=False, deferred=True)


class Ticket(Base):
    """A question about payments, until it is answered."""

    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_person_id_id", "person_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger)
    # As the person wrote it.
    question: Mapped[str] = mapped_column(Text)
    # open or closed.
    state: Mapped[str] = mapped_column(String(8), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TicketMessage(Base):
    """What was said about a question after it was asked: by the person, or by an operator to them."""

    __tablename__ = "ticket_messages"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Null: the person wrote it.
    operator_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    text: Mapped[str] = mapped_column(Text)
