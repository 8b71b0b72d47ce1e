"""What Telegram says of payments: may it be made, was it made, was it given back."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import Message, PreCheckoutQuery

from handlers.outgoing import as_outgoing
from handlers.payments import views
from handlers.payments.error_texts import checkout_refused
from services.deliveries.kinds import ANSWER
from services.payments.model import CheckoutRefused, OrderState, Payment
from services.payments.refunds import key
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="payments.paying")
    router.pre_checkout_query.register(check)
    router.message.register(paid, F.successful_payment)
    router.message.register(given_back, F.refunded_payment)
    return router


async def check(query: PreCheckoutQuery, services: Services, person: Person, now: datetime) -> None:
    """Answered at once: Telegram waits for ten seconds, and people for less."""
    try:
        await services.orders.check(query.invoice_payload, person.id, query.total_amount, query.currency, now)
    except CheckoutRefused as error:
        await query.answer(ok=False, error_message=checkout_refused(error))
    else:
        await query.answer(ok=True)


async def paid(message: Message, services: Services, person: Person, now: datetime) -> None:
    """Told again, however often, nothing changes and nothing more is said."""
    told = message.successful_payment
    assert told is not None
    charge_id = told.telegram_payment_charge_id
    payment = Payment(charge_id, person.id, told.total_amount, told.currency, told.invoice_payload, message.date)
    order = await services.orders.charged(payment, now)
    if order is None:
        answer, name = views.comes_back(), f"comes-back:{key(charge_id)}"
    elif order.state is OrderState.PAID:
        answer, name = views.paid(order), f"paid:{order.id}"
    else:
        # Its guide, or its refund, has come already.
        return
    await services.deliveries.enqueue(ANSWER, name, person.id, as_outgoing(answer), now)


async def given_back(message: Message, services: Services, now: datetime) -> None:
    told = message.refunded_payment
    assert told is not None
    await services.refunds.refunded(told.telegram_payment_charge_id, message.date, now)
