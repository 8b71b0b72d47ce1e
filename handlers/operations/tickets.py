"""Questions about payments as operators read and answer them; what they write goes to the person through the bot."""

from contextlib import suppress
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import BaseFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask, finish
from handlers.operations import tickets_views as views
from handlers.operations.payment_callbacks import PaymentsAction, PaymentsPress, QuestionAction, QuestionPress
from handlers.operations.payments import below
from handlers.operations.people import known
from handlers.operations.rights import guarded, in_group, on_answer, on_message, on_press, words
from handlers.outgoing import as_outgoing
from handlers.payments import support_views
from handlers.screen import show
from services.language import Catalogue, speaking
from services.people import Person, Right
from services.services import Services


class Answer(StatesGroup):
    words = State()


class RepliesToQuestion(BaseFilter):
    """A reply to a question's own message is its answer, as one answers everywhere in Telegram.

    Handlers get ``ticket_id``.
    """

    async def __call__(self, message: Message) -> bool | dict[str, int]:
        replied = message.reply_to_message
        if replied is None or replied.reply_markup is None:
            return False
        for button in (each for line in replied.reply_markup.inline_keyboard for each in line):
            with suppress(TypeError, ValueError):  # another button's data
                press = QuestionPress.unpack(button.callback_data or "")
                if press.action is QuestionAction.ANSWER:
                    return {"ticket_id": press.id}
        return False


def router() -> Router:
    router = guarded("operations.tickets")
    typed = F.text | F.caption, ~F.text.startswith("/")
    on_answer(router, answer, Right.ANSWER_QUESTIONS, Answer.words, *typed)
    on_message(router, reply, Right.ANSWER_QUESTIONS, RepliesToQuestion(), *typed)
    on_press(router, show_list, Right.ANSWER_QUESTIONS, PaymentsPress.filter(F.action == PaymentsAction.QUESTIONS))
    for action, handler in (
        (QuestionAction.CARD, show_question),
        (QuestionAction.ANSWER, ask_for_answer),
        (QuestionAction.CLOSE, close),
    ):
        on_press(router, handler, Right.ANSWER_QUESTIONS, QuestionPress.filter(F.action == action))
    return router


async def show_list(press: CallbackQuery, services: Services, person: Person, now: datetime) -> None:
    found = await services.tickets.listed(person, now)
    await press.answer()
    await show(press, views.listed(found))


async def show_question(
    press: CallbackQuery, callback_data: QuestionPress, services: Services, person: Person, now: datetime
) -> None:
    question = await services.tickets.read(person, callback_data.id, now)
    await press.answer()
    await show(press, views.card(question, person))


async def ask_for_answer(
    press: CallbackQuery,
    callback_data: QuestionPress,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
) -> None:
    question = await services.tickets.read(person, callback_data.id, now)
    await press.answer()
    event = below(press) if callback_data.below else press
    asked = views.answer_question(question, in_group=in_group(press))
    await ask(event, state, Answer.words, asked, ticket=question.id)


async def answer(
    message: Message,
    state: FSMContext,
    services: Services,
    catalogue: Catalogue,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    """Raises QuestionNotFound, QuestionTooLong."""
    ticket_id = (await state.get_data()).get("ticket", 0)
    await reply(message, ticket_id, services, catalogue, person, now, cause)
    await finish(message, state)


async def reply(
    message: Message,
    ticket_id: int,
    services: Services,
    catalogue: Catalogue,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    """Raises QuestionNotFound, QuestionTooLong."""
    question = await services.tickets.read(person, ticket_id, now)
    asker = await known(question.person_id, services)
    with speaking(catalogue, asker.language):
        notice = as_outgoing(support_views.answered(question.id, words(message)))
    await services.tickets.answer(person, question.id, words(message), notice, now, cause=cause)
    told = await services.tickets.read(person, question.id, now)
    await show(message, views.sent(told, person, waits=asker.unreachable is not None))


async def close(
    press: CallbackQuery, callback_data: QuestionPress, services: Services, person: Person, now: datetime
) -> None:
    """Raises QuestionNotFound."""
    await services.tickets.close(person, callback_data.id, now)
    question = await services.tickets.read(person, callback_data.id, now)
    await press.answer()
    await show(press, views.told(question) if callback_data.below else views.card(question, person))
