"""/paysupport: a question about a payment goes to operators, and their answer comes back through the bot."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import AnswersQuestion, ask, finish
from handlers.filters import PRIVATE, typed
from handlers.payments import support_views as views
from handlers.payments.support_callbacks import SupportPress
from handlers.screen import show
from services.people import Person
from services.services import Services
from services.throttles import QUESTIONS

# Of the question that more is written about; 0: a new one.
TICKET = "ticket"


class Support(StatesGroup):
    words = State()


def router() -> Router:
    router = Router(name="payments.support")
    router.message.register(ask_support, PRIVATE, typed("paysupport"))
    router.message.register(
        take_words, PRIVATE, Support.words, AnswersQuestion(), F.text | F.caption, ~F.text.startswith("/")
    )
    router.callback_query.register(ask_by_button, SupportPress.filter(~F.id))
    router.callback_query.register(ask_for_more, SupportPress.filter())
    return router


async def ask_support(
    message: Message,
    command: CommandObject,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    """Raises TooManyQuestions, QuestionTooLong, TooFast."""
    if command.args:
        await services.throttle.require(person, QUESTIONS, now)
        ticket_id = await services.tickets.ask(person, command.args, now, cause=cause)
        await show(message, views.asked(ticket_id))
        return
    await services.tickets.require_room(person.id)
    await ask(message, state, Support.words, views.question(await services.tickets.orders_of(person.id)))


async def ask_by_button(press: CallbackQuery, state: FSMContext, services: Services, person: Person) -> None:
    """Raises TooManyQuestions."""
    await services.tickets.require_room(person.id)
    orders = await services.tickets.orders_of(person.id)
    await press.answer()
    await ask(press, state, Support.words, views.question(orders))


async def ask_for_more(
    press: CallbackQuery, callback_data: SupportPress, state: FSMContext, services: Services, person: Person
) -> None:
    """Beneath the answer, which stays to be read. Raises QuestionNotFound."""
    await services.tickets.require_own(person, callback_data.id)
    await press.answer()
    event = press.message if isinstance(press.message, Message) else press
    await ask(event, state, Support.words, views.more_question(callback_data.id), ticket=callback_data.id)


async def take_words(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    """Raises TooManyQuestions, QuestionTooLong, QuestionNotFound, TooFast."""
    text, ticket_id = message.text or message.caption or "", (await state.get_data()).get(TICKET, 0)
    await services.throttle.require(person, QUESTIONS, now)
    if ticket_id:
        await services.tickets.write_on(person, ticket_id, text, now, cause=cause)
    else:
        ticket_id = await services.tickets.ask(person, text, now, cause=cause)
    await show(message, views.asked(ticket_id))
    await finish(message, state)
