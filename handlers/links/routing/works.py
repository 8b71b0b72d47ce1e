"""Due work about webhooks: telling them of clicks, and testing them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from handlers.links.routing import webhook_views as views
from handlers.outgoing import as_outgoing
from services.deliveries import Outgoing
from services.language import Catalogue, speaking
from services.links.errors import LinkNotFound
from services.people import Person
from services.services import Services
from services.webhooks import TEST, WORK
from services.webhooks.sending import SwitchedOff
from services.works import GiveUp, Progress, Work, WorkKind

# What a webhook does wrong is no failure of the work's. What is ours passes with time; a click that comes after the
# last of these tries begins them anew.
MOST_ATTEMPTS = 50
PAUSES = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=10))
# Each waits for somebody's server for ten seconds at most.
AT_ONCE = 10


def work_kinds(services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> list[WorkKind]:
    works = WebhookWorks(services, catalogue, clock)
    return [
        WorkKind(WORK, works.tell, at_once=AT_ONCE, cancellable=False, most_attempts=MOST_ATTEMPTS, pauses=PAUSES),
        WorkKind(TEST, works.test, at_once=2, most_attempts=3, regret=works.regret_test),
    ]


class WebhookWorks:
    """What the kinds do, in the language of whose link it is."""

    def __init__(self, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._catalogue = catalogue
        self._clock = clock

    async def tell(self, work: Work, _progress: Progress) -> None:
        """Raises Later for a webhook that is to be tried again."""
        await self._services.webhooks.sender.send(int(work.key), self._words, self._clock)

    async def test(self, work: Work, progress: Progress) -> None:
        person = await self._person(work)
        link_id = int(work.key)
        trouble = await self._services.webhooks.sender.send_test(link_id, self._clock())
        try:
            link = await self._services.links.get(person.id, link_id)
            found = await self._services.webhooks.of(person.id, link_id)
        except LinkNotFound:
            # Deleted meanwhile: whoever did that sees another message.
            return
        with speaking(self._catalogue, person.language):
            note = views.tested(trouble) if found is not None else ""
            screen = views.webhook(link, int(work.facts["page"]), found, person.zone, note=note)
        outgoing = as_outgoing(screen)
        await progress.say(outgoing.text, outgoing.keyboard)

    async def regret_test(self, work: Work) -> Outgoing:
        person = await self._person(work)
        with speaking(self._catalogue, person.language):
            return Outgoing(views.not_tested())

    async def _person(self, work: Work) -> Person:
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None:
            raise GiveUp("the person is not known any more")
        return person

    async def _words(self, off: SwitchedOff) -> Outgoing | None:
        owner = await self._services.people.find(off.owner_id)
        if owner is None:
            return None
        with speaking(self._catalogue, owner.language):
            return as_outgoing(views.switched_off(off))
