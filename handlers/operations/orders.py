"""Orders as operators look into them: found by whoever paid, by the charge or the number; sent again; given back."""

from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, MessageOriginUser

from handlers.dialogue import ask, finish
from handlers.operations import orders_views as views
from handlers.operations import payments_views
from handlers.operations.payment_callbacks import (
    OrderAction,
    OrderPress,
    PayerPress,
    PaymentsAction,
    PaymentsPress,
)
from handlers.operations.payments import below
from handlers.operations.rights import guarded, in_group, on_answer, on_press, reason_in, words
from handlers.screen import Screen, show
from services.operations.desk import NothingFound
from services.payments.desk import OrderFound
from services.people import Person, Right
from services.services import Services


class Orders(StatesGroup):
    which = State()
    reason = State()
    settled = State()


def router() -> Router:
    router = guarded("operations.orders")
    typed = F.text | F.caption, ~F.text.startswith("/")
    on_answer(
        router, find, Right.SEE_PAYMENTS, Orders.which, F.text | F.caption | F.forward_origin, ~F.text.startswith("/")
    )
    on_answer(router, refund, Right.REFUND, Orders.reason, *typed)
    on_answer(router, settle, Right.REFUND, Orders.settled, *typed)
    on_press(router, ask_which, Right.SEE_PAYMENTS, PaymentsPress.filter(F.action == PaymentsAction.FIND))
    on_press(router, show_payer, Right.SEE_PAYMENTS, PayerPress.filter())
    for action, handler, right in (
        (OrderAction.CARD, show_card, Right.SEE_PAYMENTS),
        (OrderAction.SEND_AGAIN, send_again, Right.SEE_PAYMENTS),
        (OrderAction.REFUND, ask_to_refund, Right.REFUND),
        (OrderAction.REFUND_SURELY, ask_reason, Right.REFUND),
        (OrderAction.SETTLE, ask_how_settled, Right.REFUND),
    ):
        on_press(router, handler, right, OrderPress.filter(F.action == action))
    return router


async def ask_which(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await ask(press, state, Orders.which, payments_views.find_question(in_group=in_group(press)))


async def find(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    """Raises NothingFound."""
    found = await services.payment_desk.search(person, _sought(message))
    if isinstance(found, OrderFound):
        screen = await order_screen(found.id, services, person, now)
    else:
        screen = views.page(await services.payment_desk.page(person, found.id, 1, now), person.zone)
    await show(message, screen)
    await finish(message, state)


async def show_payer(
    press: CallbackQuery, callback_data: PayerPress, services: Services, person: Person, now: datetime
) -> None:
    page = await services.payment_desk.page(person, callback_data.id, callback_data.page, now)
    await press.answer()
    await show(press, views.page(page, person.zone))


async def show_card(
    press: CallbackQuery, callback_data: OrderPress, services: Services, person: Person, now: datetime
) -> None:
    screen = await order_screen(callback_data.id, services, person, now)
    await press.answer()
    await show(below(press) if callback_data.below else press, screen)


async def send_again(
    press: CallbackQuery, callback_data: OrderPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    """Raises NoGuide."""
    await services.payment_desk.send_again(person, callback_data.id, now, cause=cause)
    card = await services.payment_desk.card(person, callback_data.id, now)
    await press.answer()
    await show(press, views.sent_again(card, person))


async def ask_to_refund(press: CallbackQuery, callback_data: OrderPress, services: Services, person: Person) -> None:
    """Raises NotRefundable."""
    order = await services.payment_desk.require_refundable(person, callback_data.id)
    await press.answer()
    await show(below(press) if callback_data.below else press, views.refund_asked(order))


async def ask_reason(
    press: CallbackQuery, callback_data: OrderPress, state: FSMContext, services: Services, person: Person
) -> None:
    """Raises NotRefundable."""
    order = await services.payment_desk.require_refundable(person, callback_data.id)
    await press.answer()
    await ask(press, state, Orders.reason, views.reason_question(order, in_group=in_group(press)), order=order.id)


async def refund(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    """Raises NotRefundable, ReasonTooLong."""
    order_id = (await state.get_data()).get("order", 0)
    await services.payment_desk.refund(person, order_id, reason_in(message), now, cause=cause)
    await show(message, await order_screen(order_id, services, person, now))
    await finish(message, state)


async def ask_how_settled(
    press: CallbackQuery, callback_data: OrderPress, state: FSMContext, services: Services, person: Person
) -> None:
    """Raises NotRefundable."""
    order = await services.payment_desk.require_due(person, callback_data.id)
    await press.answer()
    await ask(press, state, Orders.settled, views.settled_question(order, in_group=in_group(press)), order=order.id)


async def settle(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    """Raises NotRefundable, ReasonTooLong."""
    order_id = (await state.get_data()).get("order", 0)
    await services.payment_desk.settle_outside(person, order_id, reason_in(message), now, cause=cause)
    await show(message, await order_screen(order_id, services, person, now))
    await finish(message, state)


async def order_screen(order_id: int, services: Services, person: Person, now: datetime) -> Screen:
    """Raises NothingFound."""
    return views.card(await services.payment_desk.card(person, order_id, now), person)


def _sought(message: Message) -> str:
    """What was typed; of a forwarded message, whose it was. Raises NothingFound for somebody who hides it."""
    if message.forward_origin is None:
        return words(message)
    if isinstance(message.forward_origin, MessageOriginUser):
        return str(message.forward_origin.sender_user.id)
    raise NothingFound(words(message))
