"""Due work about guides that there are: the PDF once more, and the news of friends who bought one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo

from handlers.outgoing import as_outgoing
from handlers.payments import referral_views
from handlers.payments import reports_views as views
from services.deliveries import File, Outgoing
from services.deliveries.kinds import PAYMENT
from services.guides.facts import GuideContent
from services.guides.guides import GuideNotFound, OpenedGuide
from services.guides.materials import unpack
from services.guides.sheet import guide_sheet
from services.language import Catalogue, speaking
from services.payments import owed
from services.payments.referring import FRIEND_BOUGHT, FRIEND_REFUNDED
from services.people import Person
from services.reports.guide_pdf import guide_pdf
from services.services import Services
from services.works import Progress, Work, WorkKind

# The PDF of a guide that its buyer has, and wants once more.
PDF = "guide-pdf"


def work_kinds(services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> list[WorkKind]:
    works = GuideWorks(services, catalogue, clock)
    return [
        WorkKind(PDF, works.draw, regret=works.regret),
        WorkKind(FRIEND_BOUGHT, works.tell_of_friend, cancellable=False),
        WorkKind(FRIEND_REFUNDED, works.tell_of_friend, cancellable=False),
    ]


async def guide_file(services: Services, content: GuideContent, zone: tzinfo) -> File:
    """The PDF in the language in use; dates are in ``zone``. Raises PictureError."""
    pdf = await services.pictures.draw_once(guide_pdf, guide_sheet(content, zone))
    return File(f"toklink-{content.username}-{content.at.astimezone(zone).date()}.pdf", pdf, "document")


async def guide_messages(services: Services, person: Person, opened: OpenedGuide) -> tuple[Outgoing, Outgoing]:
    """A guide that there is in short, and its PDF, in the language in use. Raises PictureError."""
    content, guide = unpack(opened.content, GuideContent), opened.guide
    shared = None if guide.share is None else services.guides.address(guide.id, guide.share)
    short = as_outgoing(views.guide_screen(guide.id, content, services.guides.address(guide.id), shared))
    return short, await _pdf_message(services, person, opened)


async def _pdf_message(services: Services, person: Person, opened: OpenedGuide) -> Outgoing:
    content = unpack(opened.content, GuideContent)
    file = await guide_file(services, content, person.zone)
    return Outgoing(views.pdf_note(content.username), file=file)


class GuideWorks:
    """What the kinds do, in the language of whose work it is."""

    def __init__(self, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._catalogue = catalogue
        self._clock = clock

    async def draw(self, work: Work, _progress: Progress) -> None:
        """Deliver the PDF of a guide. Raises PictureError; refunded or erased meanwhile, nothing comes of it."""
        found = await self._found(work)
        if found is None:
            return
        person, opened = found
        with speaking(self._catalogue, person.language):
            outgoing = await _pdf_message(self._services, person, opened)
        key = f"{owed.PDF}:{opened.guide.order_id}:{work.id}"
        await self._services.handing.send(opened.guide, key, outgoing, self._clock())

    async def regret(self, work: Work) -> Outgoing | None:
        found = await self._found(work)
        if found is None:
            return None
        person, opened = found
        with speaking(self._catalogue, person.language):
            address = self._services.guides.address(opened.guide.id)
            return as_outgoing(views.no_pdf(opened.guide.username, address))

    async def tell_of_friend(self, work: Work, _progress: Progress) -> None:
        """Who brought a buyer hears of the guide that is theirs for nothing, or no more, if that still holds."""
        order_id, services = int(work.facts["order"]), self._services
        person = None if work.person_id is None else await services.people.find(work.person_id)
        is_good = work.kind == FRIEND_BOUGHT
        if person is None or await services.referrals.stands(order_id, person.id) != is_good:
            return
        standing = await services.referrals.standing(person.id)
        with speaking(self._catalogue, person.language):
            words = referral_views.friend_bought if is_good else referral_views.friend_refunded
            # No reason to wake anybody.
            outgoing = replace(as_outgoing(words(standing)), silent=True)
        await services.deliveries.notify(person.id, PAYMENT, f"{work.kind}:{work.id}", outgoing, self._clock())

    async def _found(self, work: Work) -> tuple[Person, OpenedGuide] | None:
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None:
            return None
        try:
            return person, await self._services.guides.own(person.id, int(work.facts["guide"]))
        except GuideNotFound:
            return None
