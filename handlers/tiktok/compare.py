"""/compare: two to four accounts side by side, as a table and one chart."""

from collections.abc import Sequence
from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.filters import CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.dialogue import AnswersQuestion, ask, expect, finish
from handlers.filters import typed
from handlers.screen import Screen, announce_picture, show
from handlers.tiktok import compare_views as views
from handlers.tiktok import views as account_views
from handlers.tiktok.card import known_account
from handlers.tiktok.drawing import allowed, drawn
from handlers.tiktok.picture import signature
from handlers.tiktok.presses import CompareAct, ComparePress
from services.errors import UserError
from services.people import Person
from services.pictures.comparison import ComparisonChart, comparison_chart
from services.services import Services
from services.throttles import STATS
from services.tiktok.asking import fresh_for, is_fresh
from services.tiktok.cards import Card
from services.tiktok.comparing import COMPARE, LEAST, NotComparable, parse_names
from services.tiktok.stored import StoredAccount

FIRST = "first"


class Compare(StatesGroup):
    names = State()


def router() -> Router:
    router = Router(name="tiktok.compare")
    router.message.register(compare_command, typed("compare"))
    router.message.register(
        compare_answer, StateFilter(Compare.names), AnswersQuestion(), F.text | F.caption, ~F.text.startswith("/")
    )
    router.callback_query.register(ask_with_whom, ComparePress.filter(F.act == CompareAct.ASK))
    router.callback_query.register(compare_again, ComparePress.filter(F.act == CompareAct.SHOW))
    return router


async def compare_command(
    message: Message,
    command: CommandObject,
    state: FSMContext,
    bot: Bot,
    services: Services,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    if command.args:
        try:
            await compare(message, command.args, bot, services, person, now, cause)
        except UserError:
            # Of whatever was wrong with the names, other ones are asked for at once.
            if message.chat.type == "private":
                await expect(state, Compare.names, views.question(None))
            raise
    elif message.chat.type == "private":
        await ask(message, state, Compare.names, views.question(None))
    else:
        await show(message, views.how_in_group())


async def ask_with_whom(
    press: CallbackQuery, callback_data: ComparePress, state: FSMContext, services: Services
) -> None:
    """From a card its account is the first one, and the others are asked for; else all are."""
    ids = _ids(callback_data)
    account = await known_account(ids[0], services) if ids else None
    await press.answer()
    await ask(press, state, Compare.names, views.question(account), first=account.username if account else "")


async def compare_answer(
    message: Message,
    state: FSMContext,
    bot: Bot,
    services: Services,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    first = str((await state.get_data()).get(FIRST, ""))
    await compare(message, f"{first} {message.text or message.caption or ''}", bot, services, person, now, cause)
    await finish(message, state)


async def compare_again(
    press: CallbackQuery,
    callback_data: ComparePress,
    bot: Bot,
    services: Services,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    """Accounts that were compared before: TikTok is asked anew of those of which it may be, as on their cards."""
    accounts = [await known_account(each, services) for each in _ids(callback_data)]
    if len(accounts) < LEAST:
        raise NotComparable(len(accounts))
    if await services.works.has_caused(COMPARE, cause):
        return
    too_soon = ""
    if all(is_fresh(account, now, force=True) for account in accounts):
        # What the message shows may be older than what is known by now.
        too_soon = _too_soon(accounts, person, now)
    else:
        names = [account.username for account in accounts]
        for name in names:
            # Where TikTok refused one a moment ago, that is said, and the comparison stays.
            await services.accounts.at_hand(name, now)
        await services.throttle.require(person, STATS, now)
        gathered = await services.comparing.ask(names, now, force=True)
        if gathered.waiting:
            await press.answer()
            await _wait(press, names, services, person, now, cause, force=True)
            return
        accounts = list(gathered.accounts)
    cards = [await services.cards.of(account) for account in accounts]
    chart = views.chart(cards, await signature(bot), person.zone)
    await allowed(services, person, comparison_chart, chart, now)
    await press.answer(too_soon or None, show_alert=bool(too_soon))
    await announce_picture(press)
    await show(press, views.comparison(cards, await drawn(services, comparison_chart, chart), person.zone, now))


def _too_soon(accounts: Sequence[StoredAccount], person: Person, now: datetime) -> str:
    """Of the first one that may be asked for anew."""
    until = {
        account.fetched_at + fresh_for(account, force=True): account.fetched_at
        for account in accounts
        if account.fetched_at is not None
    }
    first = min(until)
    return account_views.too_soon(until[first], first - now, person.zone, now)


def _ids(press: ComparePress) -> list[int]:
    """Each once."""
    return list(dict.fromkeys(int(each) for each in press.ids.split(".") if each))


async def compare(
    message: Message, text: str, bot: Bot, services: Services, person: Person, now: datetime, cause: int
) -> None:
    """Answer with the comparison, or say that accounts are being fetched: then a work delivers it.

    Raises what ``parse_names`` raises, AccountRefused where TikTok said no within the last hour, and TooFast.
    """
    names = parse_names(text)
    if await services.works.has_caused(COMPARE, cause):
        # Handled again after a crash: its message says so already, and the work answers.
        return
    await services.throttle.require(person, STATS, now)
    if not any("/" in name for name in names):
        gathered = await services.comparing.ask(names, now)
        if not gathered.waiting:
            await show(message, await comparison_of(gathered.accounts, bot, services, person, now, message))
            return
    await _wait(message, names, services, person, now, cause, private=message.chat.type == "private")


async def _wait(
    event: Message | CallbackQuery,
    names: Sequence[str],
    services: Services,
    person: Person,
    now: datetime,
    cause: int,
    *,
    private: bool = True,
    force: bool = False,
) -> None:
    """Say that accounts are being fetched; a work delivers the comparison. ``force``: they were asked for by it."""
    shown = await show(event, views.gathering(0, len(names)))
    await services.works.enqueue(
        COMPARE,
        f"{shown.chat.id}:{shown.message_id}",
        person_id=person.id,
        facts={"names": list(names), "since": now.isoformat(), "private": private, "force": force},
        now=now,
        chat_id=shown.chat.id,
        message_id=shown.message_id,
        cause=cause,
    )


async def comparison_of(
    accounts: tuple[StoredAccount, ...],
    bot: Bot,
    services: Services,
    person: Person,
    now: datetime,
    message: Message | None = None,
    *,
    is_silent: bool = False,
    private: bool = True,
) -> Screen:
    """With its chart, where it can be drawn. ``is_silent``: TikTok does not answer about some, which are old."""
    cards: list[Card] = [await services.cards.of(account) for account in accounts]
    chart: ComparisonChart = views.chart(cards, await signature(bot), person.zone)
    is_private = private if message is None else message.chat.type == "private"
    png = await drawn(services, comparison_chart, chart)
    return views.comparison(cards, png, person.zone, now, is_silent=is_silent, private=is_private)
