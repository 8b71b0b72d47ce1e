"""Due work of selling: an offer, a guide that is paid for, its file again, and a refund."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest

from handlers.error_texts import error_text
from handlers.outgoing import as_outgoing
from handlers.payments import views
from handlers.payments.reports_views import guide_screen, pdf_note
from handlers.payments.reports_works import guide_file
from handlers.screen import NO_PREVIEW, UNCHANGED, Screen
from handlers.tiktok.pasted import offering
from services.deliveries import Outgoing
from services.deliveries.kinds import ANSWER
from services.errors import UserError
from services.guides.facts import GuideContent
from services.guides.making import guide_content
from services.guides.materials import pack, unpack
from services.language import Catalogue, speaking
from services.payments.handing import GUIDE_FILE, LINK, Handed, is_of_gist
from services.payments.model import NotRefundable, Order, OrderState, Why
from services.payments.orders import GUIDE
from services.payments.refunds import REFUND, Stars
from services.people import Person
from services.pictures.errors import PictureError
from services.services import Services
from services.tiktok.errors import TikTokSilent
from services.works import GiveUp, Later, Progress, Work, WorkKind

# The kind of work that looks an account through before anybody pays; its key is the chat and the message that says so.
OFFER = "guide-offer"
OFFERS_AT_ONCE = 4
# Between two questions while TikTok is silent, until who asked has waited for a day.
FIRST_PAUSE, LONGEST_PAUSE, WAITED_FOR = timedelta(seconds=30), timedelta(hours=1), timedelta(days=1)
MOST_ATTEMPTS = 3
PAUSES = (timedelta(seconds=10), timedelta(minutes=1))
# Telegram may be away for long: some four days, and then the clock asks for the work anew.
REFUND_ATTEMPTS = 100
REFUND_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3_600))


def work_kinds(
    bot: Bot, services: Services, catalogue: Catalogue, clock: Callable[[], datetime], stars: Stars
) -> list[WorkKind]:
    offers, guides = OfferWorks(bot, services, catalogue, clock), GuideWorks(services, catalogue, clock)

    async def give_back(work: Work, _progress: Progress) -> None:
        try:
            await services.refunds.give_back(work, stars, clock())
        except Exception:
            if work.attempts >= REFUND_ATTEMPTS:
                await services.refunds.tell_stuck(work, clock())
            raise

    return [
        WorkKind(OFFER, offers.offer, at_once=OFFERS_AT_ONCE, regret=offers.regret),
        WorkKind(GUIDE, guides.make, most_attempts=MOST_ATTEMPTS, pauses=PAUSES, cancellable=False),
        WorkKind(GUIDE_FILE, guides.send_file, most_attempts=MOST_ATTEMPTS, pauses=PAUSES, cancellable=False),
        WorkKind(REFUND, give_back, most_attempts=REFUND_ATTEMPTS, pauses=REFUND_PAUSES, cancellable=False),
    ]


class OfferWorks:
    """Turns the message that says that an account is being looked through into the offer, or into why there is none."""

    def __init__(self, bot: Bot, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._services = services
        self._catalogue = catalogue
        self._clock = clock

    async def offer(self, work: Work, _progress: Progress) -> None:
        """Raises Later while TikTok is silent, for a day at most: they are told at once, and written to in the end."""
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None or work.chat_id is None or work.message_id is None:
            return
        with speaking(self._catalogue, person.language):
            screen = offering(await self._screen(work, person), str(work.facts.get("address", "")))
            is_late = self._waited(work) >= FIRST_PAUSE
            if is_late:
                # It says that they will be written to: the offer is a new message.
                with suppress(AiogramError):
                    await self._bot.delete_message(work.chat_id, work.message_id)
            if is_late or not await self._edit(work.chat_id, work.message_id, screen):
                key = f"guide-offer:{work.id}"
                await self._services.deliveries.enqueue(ANSWER, key, work.chat_id, as_outgoing(screen), self._clock())

    async def regret(self, work: Work) -> Outgoing | None:
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None:
            return None
        with speaking(self._catalogue, person.language):
            return as_outgoing(views.not_offered())

    async def _screen(self, work: Work, person: Person) -> Screen:
        name, now = str(work.facts.get("name", "")), self._clock()
        offers = self._services.offers
        try:
            name = name or await self._services.accounts.resolve(str(work.facts["url"]))
            frozen = await offers.prepare(name, now)
        except UserError as error:
            return views.refused(error_text(error))
        except TikTokSilent:
            await self._wait(work, name)
            return views.gave_up(name)
        content = await offers.content(frozen, person.time_zone)
        return views.offer(frozen, content, await offers.terms(person.id, frozen.id, "", now))

    async def _wait(self, work: Work, name: str) -> None:
        """Tell them so, and raise Later, for twice as long each time; return once a day has passed."""
        waited = self._waited(work)
        if waited >= WAITED_FOR:
            return
        assert work.chat_id is not None
        assert work.message_id is not None
        # Where it cannot be told, they hear of the end all the same.
        told = offering(views.silent(name), str(work.facts.get("address", "")))
        await self._edit(work.chat_id, work.message_id, told)
        raise Later(min(max(waited, FIRST_PAUSE), LONGEST_PAUSE))

    def _waited(self, work: Work) -> timedelta:
        return self._clock() - datetime.fromisoformat(work.facts["since"])

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


class GuideWorks:
    """Makes guides in the language and the zone of who bought them."""

    def __init__(self, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._catalogue = catalogue
        self._clock = clock

    async def make(self, work: Work, _progress: Progress) -> None:
        """The guide of a paid order: kept, and owed with its file. What fails a third time is refunded."""
        order = await self._services.orders.find(int(work.key))
        if order is None or order.person_id is None or order.state is not OrderState.PAID:
            return
        try:
            await self._make(order, order.person_id)
        except Exception as error:
            if work.attempts < MOST_ATTEMPTS:
                raise
            with suppress(NotRefundable):  # it ended meanwhile
                await self._services.refunds.refund_order(order.id, Why.FAILED, self._clock())
            raise GiveUp(f"the guide of order {order.id} could not be made, and is refunded") from error

    async def send_file(self, work: Work, _progress: Progress) -> None:
        """The file once more, or the guide's address where that was refused, too, or cannot be made."""
        order = await self._services.orders.find(int(work.facts["order"]))
        person = await self._buyer(order)
        if order is None or person is None:
            return
        opened = await self._services.handing.guide_of(person.id, order.id)
        if opened is None:
            return
        content = unpack(opened.content, GuideContent)
        with speaking(self._catalogue, person.language):
            address = self._services.guides.address(opened.guide.id)
            instead = views.page_instead if is_of_gist(work.key) else views.address_instead
            outgoing = as_outgoing(instead(order.username, address))
            if not work.key.endswith(LINK):
                with suppress(PictureError):
                    outgoing = await self._file(content, person)
        await self._services.handing.send(opened.guide, work.key, outgoing, self._clock())

    async def _make(self, order: Order, person_id: int) -> None:
        services = self._services
        person = await services.people.find(person_id)
        frozen = None if order.material_id is None else await services.materials.find(order.material_id)
        if person is None or frozen is None:
            raise LookupError(f"what the guide of order {order.id} is made of is gone")
        packed = await services.pictures.draw(guide_content, pack(frozen.material), person.time_zone)
        content = unpack(packed, GuideContent)
        with speaking(self._catalogue, person.language):
            file = await self._file(content, person)
            await services.handing.hand_over(order, person, packed, partial(self._handed, content, file), self._clock())

    def _handed(self, content: GuideContent, file: Outgoing, guide_id: int) -> Handed:
        screen = guide_screen(guide_id, content, self._services.guides.address(guide_id))
        return Handed(as_outgoing(screen), file)

    async def _file(self, content: GuideContent, person: Person) -> Outgoing:
        """The guide as a PDF, in the language in use."""
        file = await guide_file(self._services, content, person.zone)
        # It comes with the gist, which has made the sound.
        return Outgoing(pdf_note(content.username), file=file, silent=True)

    async def _buyer(self, order: Order | None) -> Person | None:
        if order is None or order.person_id is None:
            return None
        return await self._services.people.find(order.person_id)
