"""/watch: whom a person watches, begun by a name or under a card, ended by a button."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers import screen
from handlers.dialogue import AnswersQuestion, ask, finish
from handlers.filters import PRIVATE, typed
from handlers.menu import MenuPress, Room
from handlers.tiktok import views as account_views
from handlers.tiktok import watch_views as views
from handlers.tiktok.card import show_card
from handlers.tiktok.pasted import show
from handlers.tiktok.watch_callbacks import AskWatchPress, WatchAction, WatchesPress, WatchPress
from services.people import Person
from services.services import Services
from services.throttles import STATS
from services.tiktok.errors import NotAUsername
from services.tiktok.names import ShortAddress, parse_username
from services.tiktok.stored import Asker


class Watching(StatesGroup):
    name = State()


def router() -> Router:
    router = Router(name="tiktok.watch")
    router.message.register(watch_command, PRIVATE, typed("watch"))
    answers = F.text | F.caption, ~F.text.startswith("/")
    router.message.register(watch_answer, PRIVATE, Watching.name, AnswersQuestion(), *answers)
    router.callback_query.register(open_watches, MenuPress.filter(F.room == Room.WATCHES))
    router.callback_query.register(show_watches, WatchesPress.filter())
    router.callback_query.register(ask_whom, AskWatchPress.filter())
    router.callback_query.register(begin, WatchPress.filter(F.action == WatchAction.BEGIN))
    router.callback_query.register(end, WatchPress.filter(F.action == WatchAction.END))
    router.callback_query.register(begin_here, WatchPress.filter(F.action == WatchAction.BEGIN_HERE))
    router.callback_query.register(end_here, WatchPress.filter(F.action == WatchAction.END_HERE))
    return router


async def watch_command(
    message: Message, command: CommandObject, services: Services, person: Person, now: datetime
) -> None:
    if command.args:
        await watch(message, command.args, services, person, now)
    else:
        await _show_list(message, 1, services, person)


async def watch_answer(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    await watch(message, message.text or message.caption or "", services, person, now)
    await finish(message, state)


async def watch(message: Message, text: str, services: Services, person: Person, now: datetime) -> None:
    """Watch whom the text names. One that nobody ever looked up is looked up as well, and its card follows.

    Raises NotAUsername, OtherSite, AccountRefused, TooManyWatches and TooFast.
    """
    named = parse_username(text)
    if isinstance(named, ShortAddress):
        raise NotAUsername(text, "short_address")
    known = await services.accounts.at_hand(named.name, now)
    if known is None:
        await services.throttle.require(person, STATS, now)
    account = await services.watches.begin(person, named.name, now)
    preferences = await services.notices.of(person.id)
    await show(message, views.begun(account, preferences, person.zone, now, invented=services.cards.invented))
    if known is None and account.fetched_at is None:
        shown = await show(message, account_views.looking(named.name))
        asker = Asker(person.id, shown.chat.id, shown.message_id)
        await services.accounts.look(named.name, asker=asker, now=now)


async def open_watches(press: CallbackQuery, services: Services, person: Person) -> None:
    await press.answer()
    await _show_list(press, 1, services, person)


async def show_watches(press: CallbackQuery, callback_data: WatchesPress, services: Services, person: Person) -> None:
    if callback_data.end:
        await services.watches.end(person.id, callback_data.end)
    await press.answer()
    await _show_list(press, callback_data.page, services, person)


async def ask_whom(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await ask(press, state, Watching.name, views.question())


async def begin(
    press: CallbackQuery, callback_data: WatchPress, services: Services, person: Person, now: datetime
) -> None:
    account = await services.watches.begin_by_id(person, callback_data.id, now)
    preferences = await services.notices.of(person.id)
    await press.answer()
    await show(press, views.begun(account, preferences, person.zone, now, invented=services.cards.invented))


async def end(press: CallbackQuery, callback_data: WatchPress, services: Services, person: Person) -> None:
    account = await services.watches.account(callback_data.id)
    await services.watches.end(person.id, callback_data.id)
    await press.answer()
    await show(press, views.ended(account))


async def begin_here(
    press: CallbackQuery, callback_data: WatchPress, services: Services, person: Person, now: datetime
) -> None:
    """The card stays, and its button ends the watch."""
    account = await services.watches.begin_by_id(person, callback_data.id, now)
    # Several lines, which nobody reads in the moment that a toast stays.
    await press.answer(views.begun_here(account, await services.notices.of(person.id)), show_alert=True)
    await show_card(press, callback_data.id, services, person, now)


async def end_here(
    press: CallbackQuery, callback_data: WatchPress, services: Services, person: Person, now: datetime
) -> None:
    account = await services.watches.account(callback_data.id)
    await services.watches.end(person.id, callback_data.id)
    await press.answer(views.ended_here(account))
    await show_card(press, callback_data.id, services, person, now)


async def _show_list(event: Message | CallbackQuery, page: int, services: Services, person: Person) -> None:
    watches = await services.watches.of(person.id)
    preferences = await services.notices.of(person.id)
    await screen.show(event, views.watches(watches, page, preferences, invented=services.cards.invented))
