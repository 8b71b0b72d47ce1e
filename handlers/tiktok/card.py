"""The card of a stored account: opened from anywhere, and fetched anew."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from handlers.screen import Screen
from handlers.tiktok import card_views, views
from handlers.tiktok.callbacks import CardAction, CardPress
from handlers.tiktok.pasted import address_of, show
from services.people import Person
from services.services import Services
from services.throttles import STATS
from services.tiktok.asking import fresh_for, is_fresh
from services.tiktok.cards import Card
from services.tiktok.errors import AccountRefused
from services.tiktok.stored import Asker, StoredAccount
from services.tiktok.watches import UnknownAccount


def router() -> Router:
    router = Router(name="tiktok.card")
    router.callback_query.register(open_card, CardPress.filter(F.action == CardAction.SHOW))
    router.callback_query.register(refresh, CardPress.filter(F.action == CardAction.REFRESH))
    return router


async def open_card(
    press: CallbackQuery, callback_data: CardPress, services: Services, person: Person, now: datetime
) -> None:
    account = await known_account(callback_data.id, services)
    await press.answer()
    await _show(press, account, services, person, now)


async def show_card(
    event: Message | CallbackQuery, account_id: int, services: Services, person: Person, now: datetime
) -> None:
    """Show the card of a stored account. Raises UnknownAccount."""
    await _show(event, await known_account(account_id, services), services, person, now)


async def refresh(
    press: CallbackQuery, callback_data: CardPress, services: Services, person: Person, now: datetime
) -> None:
    """The card says that TikTok is asked anew, and becomes the new one; some time must lie between."""
    account = await known_account(callback_data.id, services)
    assert account.fetched_at is not None
    if is_fresh(account, now, force=True):
        wait = account.fetched_at + fresh_for(account, force=True) - now
        await press.answer(views.too_soon(account.fetched_at, wait, person.zone, now), show_alert=True)
        return
    # Where TikTok refused it a moment ago, that is said, and the card stays.
    await services.accounts.at_hand(account.username, now)
    await services.throttle.require(person, STATS, now)
    await press.answer()
    card = await services.cards.of(account)
    # Before the fetch is asked for: it may end at once, and edits the same message.
    shown = await show(press, card_views.refreshing(card, person.zone))
    asker = Asker(person.id, shown.chat.id, shown.message_id, address=address_of(press))
    try:
        look = await services.accounts.look(account.username, asker=asker, now=now, force=True)
    except AccountRefused:
        # Somebody else's fetch ended within this moment: the card has its buttons again.
        await show(press, await card_screen(card, services, person, now))
        raise
    if look.account is not None:
        # Somebody else's fetch ended a moment ago.
        await _show(press, look.account, services, person, now)


async def card_screen(
    card: Card,
    services: Services,
    person: Person,
    now: datetime,
    *,
    note: str = "",
    address: str = "",
    private: bool = True,
) -> Screen:
    """The card as this person sees it: whether they watch it, and whether a link of theirs stands in the bio.

    ``note``, ``address`` and ``private`` as in handlers.tiktok.card_views.card.
    """
    if not private:
        return card_views.card(card, person.zone, now, note=note, private=False)
    return card_views.card(
        card,
        person.zone,
        now,
        note=note,
        address=address,
        watched=await services.watches.is_watching(person.id, card.account_id),
        offered=await services.bio_links.offered(person.id, card.account_id),
    )


async def known_card(account_id: int, services: Services) -> Card:
    """Raises UnknownAccount."""
    return await services.cards.of(await known_account(account_id, services))


async def known_account(account_id: int, services: Services) -> StoredAccount:
    """An account that was fetched at least once. Raises UnknownAccount: anybody can forge an id."""
    account = await services.accounts.by_id(account_id)
    if account is None or account.fetched_at is None:
        raise UnknownAccount
    return account


async def _show(
    event: Message | CallbackQuery, account: StoredAccount, services: Services, person: Person, now: datetime
) -> None:
    await show(event, await card_screen(await services.cards.of(account), services, person, now))
