"""What an order is, what it costs, and what can be wrong with it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from db import tables
from services.errors import UserError

CURRENCY = "XTR"
PAYLOAD = re.compile(r"guide:([1-9][0-9]{0,17})", re.ASCII)
EXPIRES_AFTER = timedelta(minutes=30)
# A guide that is not there by then is refunded.
MADE_WITHIN = timedelta(minutes=10)


class OrderState(StrEnum):
    """pending → paid → fulfilled; paid, fulfilled → refunding → refunded; pending → expired.

    A charge that comes after all makes an expired order a paid one.
    """

    PENDING = "pending"
    PAID = "paid"
    FULFILLED = "fulfilled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    EXPIRED = "expired"


class Why(StrEnum):
    """Why a charge is given back."""

    # The order was paid already, or its person has the very same guide.
    SURPLUS = "surplus"
    # Its payload names no order of ours, or somebody else's.
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    AMOUNT = "amount"
    BANNED = "banned"
    # The guide could not be made.
    FAILED = "failed"
    # An operator gives it back.
    OPERATOR = "operator"
    # Telegram, or the person by Telegram, gave it back without us.
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class Order:
    """One guide that somebody wants. ``list_price`` and ``amount`` in Stars; amount 0: free, and never charged.

    ``person_id`` None: erased. ``charge_id``: Telegram's number of the payment. ``by_credit``: for bringing somebody.
    """

    id: int
    person_id: int | None
    chat_id: int | None
    material_id: int | None
    username: str
    state: OrderState
    list_price: int
    amount: int
    by_credit: bool
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    charge_id: str | None

    @property
    def payload(self) -> str:
        """What its invoice carries: nobody but Telegram and we see it, and anybody can pay it."""
        return f"guide:{self.id}"


@dataclass(frozen=True, slots=True)
class Payment:
    """A charge as Telegram tells it. ``at``: when it was paid."""

    charge_id: str
    person_id: int
    amount: int
    currency: str
    payload: str
    at: datetime


class CheckoutRefused(UserError):
    """A payment that must not be made."""

    def __init__(self, reason: Literal["unknown", "foreign", "amount", "paid", "expired", "banned", "erasing"]) -> None:
        super().__init__(reason)
        self.reason = reason


class MaterialGone(UserError):
    """What was offered is too old to be bought, or never was: it is to be asked for anew."""


class AlreadyBought(UserError):
    """The person has this very guide, or it is being made: ``order_id``."""

    def __init__(self, order_id: int, username: str) -> None:
        super().__init__(order_id, username)
        self.order_id, self.username = order_id, username


class CodeRefused(UserError):
    """``code`` makes nothing cheaper: there is none, it is over, used up, or used by this person as often as it may."""

    def __init__(self, code: str, reason: Literal["unknown", "over", "used-up", "used"]) -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class NoCredit(UserError):
    """The person has no guide for nothing."""


class NotRefundable(UserError):
    """The order or charge is given back already, or there is nothing to give back."""


def order_of(row: tables.Order) -> Order:
    return Order(
        row.id,
        row.person_id,
        row.chat_id,
        row.material_id,
        row.username,
        OrderState(row.state),
        row.list_price,
        row.amount,
        row.by_credit,
        row.created_at,
        row.expires_at,
        row.paid_at,
        row.charge_id,
    )


def order_number(payload: str) -> int | None:
    """The order that a payload names; None: it is none of ours."""
    found = PAYLOAD.fullmatch(payload)
    return int(found[1]) if found else None


def reduced(price: int, percent: int) -> int:
    """What is left of a price in Stars, ``percent`` (0 to 100) off it, rounded down, and free only at 100."""
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} percent")
    return max(price * (100 - percent) // 100, 0 if percent == 100 else 1)
