"""Due work about accounts: who asked gets the card, or hears why there is none."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest

from handlers.error_texts import apology, error_text
from handlers.outgoing import as_outgoing
from handlers.screen import NO_PREVIEW, UNCHANGED, Screen
from handlers.tiktok import views
from handlers.tiktok.card import card_screen
from services.deliveries import Outgoing
from services.deliveries.kinds import ANSWER
from services.errors import UserError
from services.language import Catalogue, speaking
from services.people import Person
from services.services import Services
from services.tiktok.accounts import ACCOUNT, ADDRESS, AT_ONCE, DATABASE_ERRORS, WAITED_FOR
from services.tiktok.cards import Card, Cards
from services.tiktok.errors import TikTokSilent
from services.tiktok.stored import Asker, Outcome, StoredAccount
from services.works import Later, Progress, Work, WorkKind

# Between two questions to a silent TikTok.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)


def pause_after(waited: timedelta) -> timedelta:
    """Until a silent TikTok is asked again for somebody who has waited so long: for twice as long each time."""
    return min(max(waited, FIRST_PAUSE), LONGEST_PAUSE)


def work_kinds(bot: Bot, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> list[WorkKind]:
    works = AccountWorks(bot, services, catalogue, clock)
    return [
        WorkKind(ACCOUNT, works.fetch, cancellable=False, at_once=AT_ONCE),
        WorkKind(ADDRESS, works.follow, cancellable=False, at_once=AT_ONCE, regret=works.regret_address),
    ]


class Measured:
    """The card of what a fetch stored: made for the first who asked, and the same for all others."""

    def __init__(self, cards: Cards, account: StoredAccount | None) -> None:
        self._cards = cards
        self._account = account
        self._card: Card | None = None

    async def card(self) -> Card:
        assert self._account is not None
        if self._card is None:
            self._card = await self._cards.of(self._account)
        return self._card


class AccountWorks:
    """What the kinds do, in the language of each who asked."""

    def __init__(self, bot: Bot, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._services = services
        self._accounts = services.accounts
        self._catalogue = catalogue
        self._clock = clock

    async def fetch(self, work: Work, _progress: Progress) -> None:
        """Fetch an account once, and answer all who asked. Raises Later while somebody waits for a silent TikTok."""
        outcome = await self._accounts.fetch(work, self._clock())
        measured = Measured(self._services.cards, outcome.account)
        for asker in (*outcome.askers, *outcome.over):
            person = await self._services.people.find(asker.person_id)
            if person is None:
                await self._accounts.answered(asker)
                continue
            with speaking(self._catalogue, person.language):
                try:
                    await self._answer(asker, person, outcome, measured)
                except DATABASE_ERRORS:
                    raise
                except Exception as error:
                    await self._apologise(asker, error)
        if outcome.pause is not None:
            raise Later(outcome.pause)

    async def follow(self, work: Work, _progress: Progress) -> None:
        """Find out whose a short address is. Where its card is not at hand, the work that fetches it answers.

        Raises Later while TikTok is silent, for a day at most: they are told at once, and written to in the end.
        """
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None or work.chat_id is None or work.message_id is None:
            return
        with speaking(self._catalogue, person.language):
            asker = Asker(person.id, work.chat_id, work.message_id, address=work.facts["address"])
            asker, screen = await self._followed(work, asker, person)
            if screen is None:
                return
            is_told = asker.message_id == work.message_id and self._waited(work) >= FIRST_PAUSE
            if is_told:
                # It says that they will be written to: whatever comes now is a new message.
                await self._delete(asker.chat_id, asker.message_id)
            if is_told or not await self._edit(asker.chat_id, asker.message_id, screen):
                # The message is gone, or Telegram is away.
                key = f"tiktok-address:{work.id}"
                await self._services.deliveries.enqueue(ANSWER, key, asker.chat_id, as_outgoing(screen), self._clock())

    async def _followed(self, work: Work, asker: Asker, person: Person) -> tuple[Asker, Screen | None]:
        """By which message they wait now, and the card or why there is none; None: the account's fetch answers."""
        is_private, address, now = asker.chat_id == asker.person_id, asker.address, self._clock()
        try:
            username = await self._accounts.resolve(work.facts["url"])
            account = await self._accounts.at_hand(username, now)
            if account is None:
                # Before its fetch is asked for: that may end at once, and answers by the message that they wait by.
                asker = await self._waiting(work, asker, username)
                account = (await self._accounts.look(username, asker=asker, now=now)).account
        except UserError as error:
            return asker, views.refused(error_text(error), address=address, private=is_private)
        except TikTokSilent:
            await self._wait(work, views.awaited_address(address=address, private=is_private))
            return asker, views.address_gave_up(address=address, private=is_private)
        if account is None:
            return asker, None
        card = await self._services.cards.of(account)
        return asker, await card_screen(card, self._services, person, now, address=address, private=is_private)

    async def _waiting(self, work: Work, asker: Asker, username: str) -> Asker:
        """By which message they wait for the account: who was told that they will be written to, by a new one."""
        if self._waited(work) < FIRST_PAUSE:
            return asker
        await self._delete(asker.chat_id, asker.message_id)
        looking = views.looking(username, asker.address)
        try:
            shown = await self._bot.send_message(
                asker.chat_id, looking.text, reply_markup=looking.keyboard, link_preview_options=NO_PREVIEW
            )
        except AiogramError:
            # What comes is owed: the message that is to be edited is gone.
            return asker
        return replace(asker, message_id=shown.message_id)

    async def _wait(self, work: Work, screen: Screen) -> None:
        """Tell them so, and raise Later, for twice as long each time; return once a day has passed."""
        waited = self._waited(work)
        if waited >= WAITED_FOR:
            return
        if work.chat_id is not None and work.message_id is not None:
            # Where it cannot be told, they hear of the end all the same.
            await self._edit(work.chat_id, work.message_id, screen)
        raise Later(pause_after(waited))

    def _waited(self, work: Work) -> timedelta:
        return self._clock() - datetime.fromisoformat(work.facts["since"])

    async def regret_address(self, work: Work) -> Outgoing | None:
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None:
            return None
        with speaking(self._catalogue, person.language):
            is_private = work.chat_id == work.person_id
            return as_outgoing(views.silent_address(address=work.facts["address"], private=is_private))

    async def _answer(self, asker: Asker, person: Person, outcome: Outcome, measured: Measured) -> None:
        """The message that says that the account is being looked for tells what came of it; else a new one does."""
        now = self._clock()
        screen = await self._screen(asker, person, outcome, measured, now)
        must_wait = outcome.silence is not None and asker not in outcome.over
        if asker.told_at is not None or not await self._edit(asker.chat_id, asker.message_id, screen):
            await self._owe(asker, screen, now, must_wait=must_wait)
        elif must_wait:
            await self._accounts.told(asker, now)
        else:
            await self._accounts.answered(asker)

    async def _apologise(self, asker: Asker, error: Exception) -> None:
        """Operators hear of the error, the person that there is one; who asked beside them waits for neither."""
        now = self._clock()
        error_id = await self._services.errors.report("work", error, now, person_id=asker.person_id)
        is_private = asker.chat_id == asker.person_id
        sorry = views.refused(apology(error_id), address=asker.address, private=is_private)
        await self._accounts.owe(asker, as_outgoing(sorry), now)
        if asker.told_at is None:
            # It says that the account is being looked for, which is over.
            await self._delete(asker.chat_id, asker.message_id)

    async def _screen(
        self, asker: Asker, person: Person, outcome: Outcome, measured: Measured, now: datetime
    ) -> Screen:
        is_private, address = asker.chat_id == asker.person_id, asker.address
        if outcome.refusal is not None:
            return views.refused(error_text(outcome.refusal), address=address, private=is_private)
        if asker in outcome.over:
            return views.gave_up(outcome.username, address=address, private=is_private)
        if outcome.account is None:
            return views.silent(outcome.username, address=address, private=is_private)
        card = await measured.card()
        note = "" if outcome.silence is None else views.silent_note(card.fetched_at, person.zone, now)
        return await card_screen(card, self._services, person, now, note=note, address=address, private=is_private)

    async def _owe(self, asker: Asker, screen: Screen, now: datetime, *, must_wait: bool) -> None:
        """A message that cannot be edited is gone, or Telegram is away: what it was to say is owed."""
        if must_wait:
            await self._accounts.told(asker, now, as_outgoing(screen))
        else:
            await self._accounts.owe(asker, as_outgoing(screen), now)
        if asker.told_at is None:
            await self._delete(asker.chat_id, asker.message_id)

    async def _delete(self, chat_id: int, message_id: int) -> None:
        """As well as it can be done: what is gone already, or older than 48 hours, stays as it is."""
        with suppress(AiogramError):
            await self._bot.delete_message(chat_id, message_id)

    async def _edit(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        """Whether the message shows the screen now."""
        try:
            await self._bot.edit_message_text(
                screen.text,
                chat_id=chat_id,
                message_id=message_id,
                reply_markup=screen.keyboard,
                link_preview_options=NO_PREVIEW,
            )
        except TelegramBadRequest as error:
            return UNCHANGED in error.message
        except AiogramError:
            return False
        return True
