"""/report: the offer of a guide, by name, by address, by deep link or from a card; its code, and the press on Buy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import AnswersQuestion, ask, expect, finish
from handlers.filters import PRIVATE, typed
from handlers.menu import MenuPress, Room
from handlers.payments import views
from handlers.payments.callbacks import BuyAct, BuyPress
from handlers.payments.works import OFFER
from handlers.screen import Screen, show
from handlers.tiktok.callbacks import CardAction, CardPress
from handlers.tiktok.pasted import address_of
from handlers.tiktok.pasted import show as show_pasted
from services.operations.tallies import WRONG_CODES
from services.payments.model import CURRENCY, AlreadyBought, CodeRefused, MaterialGone, Order, OrderState
from services.people import Person
from services.services import Services
from services.throttles import PROMO_CODES, STATS
from services.tiktok.errors import NotAUsername, OtherSite
from services.tiktok.names import ShortAddress, parse_username
from services.tiktok.watches import UnknownAccount

# Deep links: t.me/BOT?start=report_7 offers the guide about account 7.
PAYLOAD = "report_"


class Offering(StatesGroup):
    name = State()
    code = State()


def router() -> Router:
    router = Router(name="payments.offering")
    to_offer = CommandStart(deep_link=True, ignore_case=True, magic=F.args.startswith(PAYLOAD))
    router.message.register(start_with_account, PRIVATE, to_offer)
    router.message.register(report_command, PRIVATE, typed("report"))
    answers = (PRIVATE, AnswersQuestion(), F.text | F.caption, ~F.text.startswith("/"))
    router.message.register(name_answer, Offering.name, *answers)
    router.message.register(code_answer, Offering.code, *answers)
    router.callback_query.register(ask_for_name, MenuPress.filter(F.room == Room.REPORT))
    router.callback_query.register(offer_account, CardPress.filter(F.action == CardAction.GUIDE))
    router.callback_query.register(ask_for_code, BuyPress.filter(F.act == BuyAct.CODE))
    router.callback_query.register(buy, BuyPress.filter(F.act == BuyAct.BUY))
    router.callback_query.register(buy_for_nothing, BuyPress.filter(F.act == BuyAct.FREE))
    return router


# Whose guide


async def report_command(
    message: Message, command: CommandObject, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    if not command.args:
        await ask(message, state, Offering.name, views.question())
        return
    try:
        await look_through(message, command.args, services, person, now)
    except (NotAUsername, OtherSite):
        await expect(state, Offering.name, views.question())
        raise


async def start_with_account(
    message: Message, command: CommandObject, services: Services, person: Person, now: datetime
) -> None:
    number = (command.args or "").removeprefix(PAYLOAD)
    # At most 18 digits: the database has no room for greater numbers.
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        raise UnknownAccount
    await look_through(message, await _username(int(number), services), services, person, now)


async def ask_for_name(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await ask(press, state, Offering.name, views.question())


async def name_answer(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    await look_through(message, message.text or message.caption or "", services, person, now)
    await finish(message, state)


async def offer_account(
    press: CallbackQuery, callback_data: CardPress, services: Services, person: Person, now: datetime
) -> None:
    """The card, or a question about the offer, becomes the offer."""
    username = await _username(callback_data.id, services)
    await services.throttle.require(person, STATS, now)
    await press.answer()
    # What was pasted goes on to be offered as a short link, too.
    whose = {"name": username, "address": address_of(press)}
    await _prepare(await show_pasted(press, views.gathering(username)), whose, services, person, now)


async def look_through(message: Message, text: str, services: Services, person: Person, now: datetime) -> None:
    """Say that the account is being looked through; a work makes the offer of that message.

    Raises NotAUsername, OtherSite and TooFast.
    """
    named = parse_username(text)
    await services.throttle.require(person, STATS, now)
    if isinstance(named, ShortAddress):
        await _prepare(await show(message, views.gathering("")), {"url": named.url}, services, person, now)
    else:
        await _prepare(await show(message, views.gathering(named.name)), {"name": named.name}, services, person, now)


async def _prepare(shown: Message, whose: dict[str, str], services: Services, person: Person, now: datetime) -> None:
    await services.works.enqueue(
        OFFER,
        f"{shown.chat.id}:{shown.message_id}",
        person_id=person.id,
        facts={**whose, "since": now.isoformat()},
        now=now,
        chat_id=shown.chat.id,
        message_id=shown.message_id,
    )


async def _username(account_id: int, services: Services) -> str:
    """Raises UnknownAccount: anybody can forge an id."""
    account = await services.accounts.by_id(account_id)
    if account is None:
        raise UnknownAccount
    return account.username


# A code


async def ask_for_code(press: CallbackQuery, callback_data: BuyPress, state: FSMContext, services: Services) -> None:
    frozen = await services.offers.find(callback_data.id)
    await press.answer()
    await ask(press, state, Offering.code, views.code_question(frozen.account_id), material=frozen.id)


async def code_answer(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    """The offer with the new price. A wrong code leaves the question open."""
    material_id = (await state.get_data()).get("material")
    if material_id is None:
        # A crash forgot what was offered.
        await finish(message, state)
        raise MaterialGone
    async with _trying(services, person, now):
        terms = await services.offers.terms(person.id, material_id, message.text or message.caption or "", now)
    frozen = await services.offers.find(material_id)
    content = await services.offers.content(frozen, person.time_zone)
    await show(message, views.offer(frozen, content, terms))
    await finish(message, state)


@asynccontextmanager
async def _trying(services: Services, person: Person, now: datetime) -> AsyncIterator[None]:
    """Raises TooFast for who tries too many codes: each try counts, and is counted where there is no such code."""
    await services.throttle.require(person, PROMO_CODES, now)
    try:
        yield
    except CodeRefused as error:
        if error.reason == "unknown":
            await services.tallies.count(WRONG_CODES, now)
        raise


# Buying


async def buy(
    press: CallbackQuery, callback_data: BuyPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    """The invoice, or the guide at once where it costs nothing."""
    if not callback_data.code:
        await _order(press, callback_data, services, person, now, cause)
        return
    # A press can be forged: what it holds is a try as any other.
    async with _trying(services, person, now):
        await _order(press, callback_data, services, person, now, cause)


async def buy_for_nothing(
    press: CallbackQuery, callback_data: BuyPress, services: Services, person: Person, now: datetime, cause: int
) -> None:
    await _order(press, callback_data, services, person, now, cause, by_credit=True)


async def _order(
    press: CallbackQuery,
    wanted: BuyPress,
    services: Services,
    person: Person,
    now: datetime,
    cause: int,
    *,
    by_credit: bool = False,
) -> None:
    try:
        # Into the private chat, wherever the press came from.
        order = await services.orders.buy(
            person.id, person.id, wanted.id, now=now, cause=cause, code=wanted.code, by_credit=by_credit
        )
    except AlreadyBought as error:
        await press.answer()
        await show(press, await _owned(error, services, person))
        return
    await press.answer()
    if order.amount:
        await _send_invoice(press, order, services, now, cause)
    elif order.state is not OrderState.REFUNDED:
        await show(press, views.taken_free(order))


async def _send_invoice(press: CallbackQuery, order: Order, services: Services, now: datetime, cause: int) -> None:
    if await services.offers.is_sent(cause):
        return
    assert press.bot is not None
    # Without a start parameter: a copy that is passed on keeps its button, and a stranger who presses it is told why.
    await press.bot.send_invoice(
        press.from_user.id,
        title=views.invoice_title(),
        description=views.invoice_description(order),
        payload=order.payload,
        currency=CURRENCY,
        provider_token="",
        prices=views.invoice_prices(order),
    )
    await services.offers.sent(order, cause, now)


async def _owned(error: AlreadyBought, services: Services, person: Person) -> Screen:
    opened = await services.handing.guide_of(person.id, error.order_id)
    if opened is None:
        return views.being_made(error.username)
    return views.owned(error.username, opened.guide.id, services.guides.address(opened.guide.id))
