"""A Telegram that tells the bot of payments and refunds by updates, which come late, twice, or never."""

from collections.abc import Callable
from datetime import datetime

from services.payments.model import Payment
from services.payments.reconciling import Transaction
from services.payments.refunds import AlreadyRefunded
from tests.services.payments.till import Telegram


class TalkativeTelegram(Telegram):
    """Its clock is the caller's."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.clock = clock
        # Not told yet: a payment, and whether it is its refund that is told.
        self.on_the_way: list[tuple[Payment, bool]] = []
        self.paid: dict[str, Payment] = {}

    def take(self, person_id: int, amount: int, payload: str) -> Payment:
        """Somebody pays so many Stars, whatever for."""
        payment = Payment(f"stx{next(self.numbers)}", person_id, amount, "XTR", payload, self.clock())
        self.paid[payment.charge_id] = payment
        self.ledger.append(Transaction(payment.charge_id, "in", amount, payment.at, person_id, payload))
        self.on_the_way.append((payment, False))
        return payment

    async def refund(self, person_id: int, charge_id: str) -> None:
        payment = self.paid[charge_id]
        assert payment.person_id == person_id
        if charge_id not in self.kept():
            raise AlreadyRefunded
        self.ledger.append(Transaction(charge_id, "out", payment.amount, self.clock(), person_id, payment.payload))
        self.on_the_way.append((payment, True))
