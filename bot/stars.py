"""Telegram's side of Stars: refunds, and the bot's ledger."""

from collections.abc import Sequence

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import TransactionPartnerUser

from services.payments.reconciling import PAGE, Transaction
from services.payments.refunds import AlreadyRefunded

ALREADY = "CHARGE_ALREADY_REFUNDED"
INVOICE = "invoice_payment"


class TelegramStars:
    """As services.payments wants it."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def refund(self, person_id: int, charge_id: str) -> None:
        """Raises AlreadyRefunded, and what aiogram raises."""
        try:
            await self._bot.refund_star_payment(person_id, charge_id)
        except TelegramBadRequest as error:
            if ALREADY in error.message:
                raise AlreadyRefunded from error
            raise

    async def transactions(self, offset: int, limit: int = PAGE) -> Sequence[Transaction]:
        """Lines of the ledger from the oldest on; raises what aiogram raises."""
        page = await self._bot.get_star_transactions(offset=offset, limit=limit)
        lines = []
        for line in page.transactions:
            paid = line.source is not None
            partner = line.source or line.receiver
            # Other lines (gifts, withdrawals, paid media) have partners of other kinds, and are not ours to compare.
            person = partner if isinstance(partner, TransactionPartnerUser) else None
            is_invoice = person is not None and person.transaction_type == INVOICE
            lines.append(
                Transaction(
                    charge_id=line.id,
                    direction="in" if paid else "out",
                    amount=line.amount,
                    at=line.date,
                    person_id=person.user.id if person is not None and is_invoice else None,
                    payload=(person.invoice_payload or "") if person is not None else "",
                )
            )
        return lines
