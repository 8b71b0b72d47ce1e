"""/stats: an account's card, by name, by a pasted address, by a deep link or by the menu's question."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import CommandObject, CommandStart, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.addressing import MentionsBot, RepliesToBot
from handlers.dialogue import AnswersQuestion, ask, expect, finish
from handlers.filters import PRIVATE, typed
from handlers.links import views as link_views
from handlers.links.create import NewLink
from handlers.links.options.steps import LinkOption
from handlers.links.qr.qr import QrLook
from handlers.links.routing.asking import Asking
from handlers.menu import MenuPress, Room
from handlers.screen import NO_PREVIEW, Screen, show
from handlers.tiktok import views
from handlers.tiktok.addresses import PastedAccount, for_button, from_button, means_account
from handlers.tiktok.callbacks import ShortenPress
from handlers.tiktok.card import card_screen
from services.people import Person
from services.services import Services
from services.throttles import LINKS, STATS, TooFast
from services.tiktok.errors import AccountRefused, NotAUsername, OtherSite
from services.tiktok.names import ShortAddress, parse_username
from services.tiktok.stored import Asker, StoredAccount
from services.tiktok.watches import UnknownAccount

# Deep links: t.me/BOT?start=stats_NAME. A dot, which Telegram does not let through, is written as -, which no name has.
STATS_PAYLOAD = "stats_"


class Stats(StatesGroup):
    name = State()


def router() -> Router:
    router = Router(name="tiktok.stats")
    to_account = CommandStart(deep_link=True, ignore_case=True, magic=F.args.startswith(STATS_PAYLOAD))
    router.message.register(start_with_account, PRIVATE, to_account)
    router.message.register(stats_command, typed("stats"))
    router.message.register(
        look_up_answer, StateFilter(Stats.name), AnswersQuestion(), F.text | F.caption, ~F.text.startswith("/")
    )
    router.callback_query.register(ask_for_name, MenuPress.filter(F.room == Room.STATS))
    router.callback_query.register(shorten_instead, ShortenPress.filter())
    return router


def pasted_router() -> Router:
    """After all questions about accounts, some of whose answers are addresses."""
    router = Router(name="tiktok.pasted")
    # These ask for an address themselves.
    elsewhere = ~StateFilter(NewLink, LinkOption, Asking, QrLook)
    router.message.register(look_up_pasted, PRIVATE, elsewhere, PastedAccount())
    router.message.register(look_up_pasted, ~PRIVATE, MentionsBot(), PastedAccount())
    router.message.register(look_up_pasted, ~PRIVATE, RepliesToBot(), elsewhere, PastedAccount())
    return router


async def start_with_account(
    message: Message,
    command: CommandObject,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
) -> None:
    name = (command.args or "")[len(STATS_PAYLOAD) :].replace("-", ".")
    await look_up_or_ask(message, name, state, services, person, now)


async def stats_command(
    message: Message,
    command: CommandObject,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
) -> None:
    if command.args:
        await look_up_or_ask(message, command.args, state, services, person, now)
    elif message.chat.type == "private":
        await ask(message, state, Stats.name, views.question())
    else:
        await show(message, views.how_in_group())


async def ask_for_name(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await ask(press, state, Stats.name, views.question())


async def look_up_answer(
    message: Message, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    """An address that was pasted instead of a name is one that can be shortened."""
    text = message.text or message.caption or ""
    found = await PastedAccount()(message)
    pasted = for_button(found["address"]) if isinstance(found, dict) else ""
    if pasted:
        await look_up_or_ask(message, text, state, services, person, now, pasted=pasted)
    else:
        await look_up(message, text, services, person, now)
    await finish(message, state)


async def look_up_pasted(
    message: Message, address: str, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    """Whatever was asked about, the person has turned to this."""
    asked = await state.get_state()
    await look_up_or_ask(message, address, state, services, person, now, pasted=for_button(address))
    if message.chat.type == "private" and asked is not None and await state.get_state() == asked:
        await finish(message, state)


async def look_up_or_ask(
    message: Message,
    text: str,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
    *,
    pasted: str = "",
) -> None:
    """As :func:`look_up`; where there is no such account, another name is asked for at once.

    What was ``pasted`` can be shortened then, too, and by who has looked up too many.
    """
    try:
        await look_up(message, text, services, person, now, pasted=pasted)
    except (NotAUsername, OtherSite, AccountRefused, TooFast) as error:
        if message.chat.type == "private" and (pasted or not isinstance(error, TooFast)):
            await expect(state, Stats.name, views.question(pasted))
        raise


async def look_up(
    message: Message, text: str, services: Services, person: Person, now: datetime, *, pasted: str = ""
) -> None:
    """Answer with the card, or say at once that it is being looked for: then a work makes the card of that message.

    ``pasted``: what can be shortened instead, as ShortenPress has it. Raises NotAUsername, OtherSite, AccountRefused
    where TikTok said no within the last hour, and TooFast.
    """
    named = parse_username(text)
    address = pasted if message.chat.type == "private" else ""
    if isinstance(named, ShortAddress):
        await services.throttle.require(person, STATS, now)
        shown = await show(message, views.looking("", address))
        await services.accounts.ask_address(named.url, _asker(person, shown, address), now)
        return
    found = await services.accounts.at_hand(named.name, now)
    if found is not None:
        await show(message, await _card(found, services, person, message, now, address))
        return
    await services.throttle.require(person, STATS, now)
    shown = await show(message, views.looking(named.name, address))
    try:
        look = await services.accounts.look(named.name, asker=_asker(person, shown, address), now=now)
    except AccountRefused:
        # Somebody else's fetch ended within this moment.
        await shown.delete()
        raise
    if look.account is not None:
        card = await _card(look.account, services, person, message, now, address)
        await shown.edit_text(card.text, reply_markup=card.keyboard, link_preview_options=NO_PREVIEW)


def _asker(person: Person, shown: Message, address: str) -> Asker:
    return Asker(person.id, shown.chat.id, shown.message_id, address=address)


async def _card(
    account: StoredAccount, services: Services, person: Person, message: Message, now: datetime, address: str
) -> Screen:
    private = message.chat.type == "private"
    return await card_screen(await services.cards.of(account), services, person, now, address=address, private=private)


async def shorten_instead(
    press: CallbackQuery,
    callback_data: ShortenPress,
    services: Services,
    person: Person,
    now: datetime,
    cause: int,
) -> None:
    """The pasted address becomes a link after all; what was found of the account stays where it is."""
    address = from_button(callback_data.address)
    if not means_account(address):
        raise UnknownAccount
    await services.throttle.require(person, LINKS, now)
    link, target, is_new = await services.links.find_or_create(person.id, address, now, cause=cause)
    await press.answer()
    notes = link_views.notes_on(target)
    if is_new:
        screen = link_views.card(link, person.zone, now, notes=notes)
    else:
        screen = link_views.same_target(link, person.zone, notes)
    await show(press.message if isinstance(press.message, Message) else press, screen)
