"""What Telegram says of payments: may it be made, was it made, was it given back."""

from datetime import datetime
from functools import partial

import structlog
from aiogram import F, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import Message, PreCheckoutQuery

from handlers.outgoing import as_outgoing
from handlers.payments import views
from handlers.payments.error_texts import checkout_refused
from handlers.presses import TOO_OLD
from services.payments.handing import Told
from services.payments.model import CURRENCY, CheckoutRefused, Order, OrderState, Payment
from services.payments.refunds import key
from services.people import Person
from services.services import Services

log = structlog.get_logger()


def router() -> Router:
    router = Router(name="payments.paying")
    router.pre_checkout_query.register(check)
    router.message.register(paid, F.successful_payment)
    router.message.register(given_back, F.refunded_payment)
    return router


async def check(query: PreCheckoutQuery, services: Services, person: Person, now: datetime) -> None:
    """Answered at once: Telegram waits for ten seconds, and people for less."""
    refusal = None
    try:
        await services.orders.check(query.invoice_payload, person.id, query.total_amount, query.currency, now)
    except CheckoutRefused as error:
        refusal = checkout_refused(error)
    try:
        await query.answer(ok=refusal is None, error_message=refusal)
    except TelegramBadRequest as error:
        if TOO_OLD not in error.message:
            raise
        # Nobody waits for it any more, and nothing was paid.
        log.warning("a payer was answered too late")


async def paid(message: Message, services: Services, person: Person, now: datetime) -> None:
    """Told again, however often, nothing changes and nothing more is said."""
    told = message.successful_payment
    assert told is not None
    charge_id = told.telegram_payment_charge_id
    payment = Payment(charge_id, person.id, told.total_amount, told.currency, told.invoice_payload, message.date)
    await services.handing.charged(payment, partial(_words, payment), now)


def _words(payment: Payment, order: Order | None) -> Told | None:
    charge = key(payment.charge_id)
    if payment.currency != CURRENCY:
        return Told(f"not-stars:{charge}", as_outgoing(views.not_stars()))
    if order is None:
        return Told(f"comes-back:{charge}", as_outgoing(views.comes_back()))
    if order.state is OrderState.PAID:
        return Told(f"paid:{order.id}", as_outgoing(views.paid(order)))
    # Its guide, or its refund, has come already.
    return None


async def given_back(message: Message, services: Services, now: datetime) -> None:
    """It may be told before its payment, or instead of it: then nothing is bought for that."""
    told = message.refunded_payment
    assert told is not None
    charge_id, payer = told.telegram_payment_charge_id, message.from_user
    # In private it may be told in the bot's own name; the chat is the payer's.
    payer_id = message.chat.id if payer is None or payer.is_bot else payer.id
    payment = Payment(charge_id, payer_id, told.total_amount, told.currency, told.invoice_payload, message.date)
    # Of another chat nobody knows who paid there.
    await services.refunds.refunded(charge_id, message.date, now, payment=payment if payer_id > 0 else None)
