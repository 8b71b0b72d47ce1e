"""Telegram Stars: invoices, checkouts that wait for the bot, charges, and the bot's ledger."""

import asyncio
import base64
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sandbox.errors import bad_request
from sandbox.limits import CHECKOUT_ANSWER, KEPT_INVOICES, KEPT_QUERIES
from sandbox.people import Account
from sandbox.queries import TOO_OLD
from sandbox.text import Json

CURRENCY: Final = "XTR"
INVOICE_LINK: Final = "https://t.me/$"


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a bot sells, for `amount` Stars; the `payload` is its own and nobody else sees it."""

    title: str
    description: str
    payload: str
    amount: int
    start_parameter: str = ""

    def json(self) -> Json:
        """The Bot API's Invoice object."""
        return {
            "title": self.title,
            "description": self.description,
            "start_parameter": self.start_parameter,
            "currency": CURRENCY,
            "total_amount": self.amount,
        }


@dataclass(slots=True)
class Charge:
    """One payment that went through; `chat_id` is where its service message stands."""

    id: str
    provider_id: str
    invoice: Invoice
    person_id: int
    chat_id: int
    refunded: bool = False

    def json(self) -> Json:
        """The fields that SuccessfulPayment and RefundedPayment share."""
        return {
            "currency": CURRENCY,
            "total_amount": self.invoice.amount,
            "invoice_payload": self.invoice.payload,
            "telegram_payment_charge_id": self.id,
            "provider_payment_charge_id": self.provider_id,
        }


@dataclass(frozen=True, slots=True)
class Transaction:
    """A line of the ledger; a refund carries its charge's id."""

    charge: Charge
    at: datetime
    is_refund: bool

    def json(self, person: Account) -> Json:
        """The Bot API's StarTransaction object."""
        partner: Json = {
            "type": "user",
            "transaction_type": "invoice_payment",
            "user": person.user(),
            "invoice_payload": self.charge.invoice.payload,
        }
        return {
            "id": self.charge.id,
            "amount": self.charge.invoice.amount,
            "date": int(self.at.timestamp()),
            "receiver" if self.is_refund else "source": partner,
        }


@dataclass(slots=True)
class Checkout:
    """A payment that waits for the bot's word: "" for yes, else why not."""

    query_id: str
    person_id: int
    asked_at: datetime
    verdict: asyncio.Future[str]
    answers: int = 0


class Stars:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._links: OrderedDict[str, Invoice] = OrderedDict()
        self._places: OrderedDict[tuple[int, int], Invoice] = OrderedDict()
        self._checkouts: OrderedDict[str, Checkout] = OrderedDict()
        self._count = 0
        self.charges: dict[str, Charge] = {}
        # Chronological.
        self.ledger: list[Transaction] = []

    @property
    def balance(self) -> int:
        """What the bot has."""
        return sum(line.charge.invoice.amount * (-1 if line.is_refund else 1) for line in self.ledger)

    # Invoices

    def place(self, chat_id: int, message_id: int, invoice: Invoice) -> None:
        """Remember what the Pay button of a message sells."""
        self._places[chat_id, message_id] = invoice
        if len(self._places) > KEPT_INVOICES:
            self._places.popitem(last=False)

    def at(self, chat_id: int, message_id: int) -> Invoice | None:
        return self._places.get((chat_id, message_id))

    def link(self, invoice: Invoice) -> str:
        """An address that anybody can pay by, as often as they like."""
        slug = self._token("link")[:32]
        self._links[slug] = invoice
        if len(self._links) > KEPT_INVOICES:
            self._links.popitem(last=False)
        return INVOICE_LINK + slug

    def linked(self, address: str) -> Invoice | None:
        """The invoice of a link, or of its slug alone."""
        return self._links.get(address.removeprefix(INVOICE_LINK))

    # Checkouts

    def ask(self, person_id: int) -> Checkout:
        self._count += 1
        query_id = str(6_000_000_000_000_000 + self._count)
        verdict: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        checkout = Checkout(query_id, person_id, self._now(), verdict)
        self._checkouts[query_id] = checkout
        if len(self._checkouts) > KEPT_QUERIES:
            self._checkouts.popitem(last=False)
        return checkout

    def checkout(self, query_id: str) -> Checkout | None:
        return self._checkouts.get(query_id)

    def answer(self, query_id: str, error_message: str) -> None:
        """Take the bot's word; raises BotApiError 400 for an unknown, an old and an answered query."""
        checkout = self._checkouts.get(query_id)
        if checkout is None:
            raise bad_request(TOO_OLD)
        checkout.answers += 1
        if checkout.verdict.done() or self._now() - checkout.asked_at >= CHECKOUT_ANSWER:
            raise bad_request(TOO_OLD)
        checkout.verdict.set_result(error_message)

    def close(self) -> None:
        """Let go of everybody who still waits."""
        for checkout in self._checkouts.values():
            checkout.verdict.cancel()

    # Charges

    def charge(self, invoice: Invoice, person: Account, chat_id: int) -> Charge:
        """Take the Stars of a person who has them."""
        person.stars -= invoice.amount
        charge = Charge("stx" + self._token("charge"), f"{person.id}_{self._count}", invoice, person.id, chat_id)
        self.charges[charge.id] = charge
        self.ledger.append(Transaction(charge, self._now(), is_refund=False))
        return charge

    def refund(self, charge_id: str, person: Account) -> Charge:
        """Give the Stars back, once; raises BotApiError 400."""
        charge = self.charges.get(charge_id)
        if charge is None or charge.person_id != person.id:
            raise bad_request("CHARGE_NOT_FOUND")
        if charge.refunded:
            raise bad_request("CHARGE_ALREADY_REFUNDED")
        charge.refunded = True
        person.stars += charge.invoice.amount
        self.ledger.append(Transaction(charge, self._now(), is_refund=True))
        return charge

    def _token(self, what: str) -> str:
        """Long and opaque as Telegram's own, and the same in every run."""
        self._count += 1
        digest = hashlib.sha512(f"{what} {self._count}".encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
