"""Due work of operators: Telegram's ledger of Stars is compared with ours, and guides are sent again."""

from collections.abc import Callable
from datetime import datetime, timedelta

from handlers.operations import payments_views as views
from handlers.outgoing import as_outgoing
from handlers.payments.reports_works import guide_messages
from services.deliveries import Outgoing
from services.guides.guides import GuideNotFound
from services.language import Catalogue, speaking
from services.payments import owed
from services.payments.desk import AGAIN, COMPARE
from services.payments.reconciling import Ledger
from services.services import Services
from services.works import Progress, Work, WorkKind

PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))


def work_kinds(
    services: Services, catalogue: Catalogue, clock: Callable[[], datetime], ledger: Ledger
) -> list[WorkKind]:
    """As ``Works.register`` takes them."""
    works = StarsWorks(services, catalogue, clock, ledger)
    return [
        # A long ledger has many pages, each a request.
        WorkKind(
            COMPARE,
            works.compare,
            most_attempts=4,
            pauses=PAUSES,
            lease=timedelta(minutes=10),
            at_once=1,
            cancellable=False,
            regret=works.regret,
        ),
        WorkKind(AGAIN, works.send_again, most_attempts=4, pauses=PAUSES, cancellable=False),
    ]


class StarsWorks:
    """What the kinds do, in the language of whose work it is."""

    def __init__(self, services: Services, catalogue: Catalogue, clock: Callable[[], datetime], ledger: Ledger) -> None:
        self._services = services
        self._catalogue = catalogue
        self._clock = clock
        self._ledger = ledger

    async def compare(self, work: Work, progress: Progress) -> None:
        """Raises what Telegram raises."""
        now = self._clock()
        compared = await self._services.reconciling.compare(self._ledger, now)
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is not None:
            with speaking(self._catalogue, person.language):
                shown = as_outgoing(views.compared(compared, now, person.zone))
            await progress.say(shown.text, shown.keyboard)

    async def regret(self, work: Work) -> Outgoing | None:
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None:
            return None
        with speaking(self._catalogue, person.language):
            return as_outgoing(views.not_compared())

    async def send_again(self, work: Work, _progress: Progress) -> None:
        """Deliver a guide once more. Raises PictureError; refunded or erased meanwhile, nothing comes of it."""
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None:
            return
        try:
            opened = await self._services.guides.own(person.id, int(work.facts["guide"]))
        except GuideNotFound:
            return
        with speaking(self._catalogue, person.language):
            gist, file = await guide_messages(self._services, person, opened)
        for name, outgoing in ((owed.AGAIN, gist), (owed.AGAIN_FILE, file)):
            key = f"{name}:{opened.guide.order_id}:{work.id}"
            await self._services.handing.send(opened.guide, key, outgoing, self._clock())
