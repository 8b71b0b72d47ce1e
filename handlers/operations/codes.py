"""Promo codes: operators make and end them."""

from datetime import datetime, timedelta

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import ask, finish
from handlers.operations import codes_views as views
from handlers.operations.payment_callbacks import CodeAction, CodePress, CodesPress, DraftPress, DraftStep
from handlers.operations.rights import guarded, in_group, on_answer, on_press, words
from handlers.screen import show
from services.operations.tallies import WRONG_CODES
from services.payments.selling import CodeNotMade, Terms, check_percent, check_uses
from services.people import Person, Right
from services.services import Services

# The draft as its button has it, in the data of the question.
DRAFT = "draft"
# A number that can be looked at.
MOST_DIGITS = 9


class NewCode(StatesGroup):
    percent = State()
    uses = State()
    name = State()


def router() -> Router:
    router = guarded("operations.codes")
    typed = F.text | F.caption, ~F.text.startswith("/")
    on_answer(router, take_percent, Right.SELL, NewCode.percent, *typed)
    on_answer(router, take_uses, Right.SELL, NewCode.uses, *typed)
    on_answer(router, make_named, Right.SELL, NewCode.name, *typed)
    on_press(router, show_list, Right.SELL, CodesPress.filter())
    for action, handler in (
        (CodeAction.CARD, show_code),
        (CodeAction.END, ask_to_end),
        (CodeAction.END_SURELY, end),
    ):
        on_press(router, handler, Right.SELL, CodePress.filter(F.action == action))
    asking = {DraftStep.TYPE_PERCENT, DraftStep.TYPE_USES, DraftStep.TYPE_NAME}
    on_press(router, make_random, Right.SELL, DraftPress.filter(F.step == DraftStep.RANDOM_NAME))
    on_press(router, ask_for, Right.SELL, DraftPress.filter(F.step.in_(asking)))
    on_press(router, choose, Right.SELL, DraftPress.filter())
    return router


async def show_list(
    press: CallbackQuery, callback_data: CodesPress, services: Services, person: Person, now: datetime
) -> None:
    page = await services.promo.page(person, callback_data.page)
    wrong = await services.tallies.read(WRONG_CODES, now)
    await press.answer()
    await show(press, views.codes(page, wrong, now))


async def show_code(
    press: CallbackQuery, callback_data: CodePress, services: Services, person: Person, now: datetime
) -> None:
    code = await services.promo.find(person, callback_data.id)
    await press.answer()
    await show(press, views.code(code, person.zone, now))


async def ask_to_end(press: CallbackQuery, callback_data: CodePress, services: Services, person: Person) -> None:
    code = await services.promo.find(person, callback_data.id)
    await press.answer()
    await show(press, views.end_question(code))


async def end(
    press: CallbackQuery, callback_data: CodePress, services: Services, person: Person, now: datetime
) -> None:
    code = await services.promo.end(person, callback_data.id, now)
    await press.answer()
    await show(press, views.code(code, person.zone, now))


# A new one


async def choose(press: CallbackQuery, callback_data: DraftPress) -> None:
    await press.answer()
    await show(press, views.draft(callback_data))


async def ask_for(press: CallbackQuery, callback_data: DraftPress, state: FSMContext) -> None:
    steps = {
        DraftStep.TYPE_PERCENT: NewCode.percent,
        DraftStep.TYPE_USES: NewCode.uses,
        DraftStep.TYPE_NAME: NewCode.name,
    }
    await press.answer()
    question = views.question(callback_data, in_group=in_group(press))
    await ask(press, state, steps[callback_data.step], question, draft=callback_data.pack())


async def take_percent(message: Message, state: FSMContext) -> None:
    """Raises CodeNotMade."""
    draft = await _draft(state)
    percent = _number(message, "percent")
    check_percent(percent)
    await show(message, views.draft(draft.model_copy(update={"percent": percent, "step": DraftStep.ALL})))
    await finish(message, state)


async def take_uses(message: Message, state: FSMContext) -> None:
    """Raises CodeNotMade."""
    draft = await _draft(state)
    uses = _number(message, "uses")
    check_uses(uses)
    await show(message, views.draft(draft.model_copy(update={"uses": uses, "step": DraftStep.ALL})))
    await finish(message, state)


async def make_named(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime, cause: int
) -> None:
    """Raises CodeNotMade."""
    terms = _terms(await _draft(state), now)
    made = await services.promo.make(person, words(message), terms, now, cause=cause)
    await show(message, views.made(made, person.zone, now))
    await finish(message, state)


async def make_random(
    press: CallbackQuery, callback_data: DraftPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    """Raises CodeNotMade for a forged press."""
    made = await services.promo.make(person, None, _terms(callback_data, now), now, cause=cause)
    await press.answer()
    await show(press, views.made(made, person.zone, now))


async def _draft(state: FSMContext) -> DraftPress:
    """As it was when the question was asked; the usual one where a crash forgot it."""
    kept = (await state.get_data()).get(DRAFT)
    return DraftPress() if kept is None else DraftPress.unpack(kept)


def _terms(draft: DraftPress, now: datetime) -> Terms:
    expires_at = now + timedelta(days=draft.days) if draft.days else None
    return Terms(draft.percent, draft.uses or None, draft.each or None, expires_at)


def _number(message: Message, what: str) -> int:
    """Raises CodeNotMade for what is no number."""
    text = words(message).strip().removesuffix("%").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise CodeNotMade("percent" if what == "percent" else "uses", text[:MOST_DIGITS])
    return int(text)
