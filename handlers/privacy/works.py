"""Due work about what is kept of people: collecting it, erasing it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from aiogram import Bot

from handlers.commands import forget_commands
from handlers.outgoing import as_outgoing
from handlers.privacy import views
from handlers.screen import Screen
from services.deliveries import File, Outgoing
from services.language import Catalogue, speaking
from services.people import Person
from services.privacy import DATA, ERASE, TRACES
from services.services import Services
from services.works import GiveUp, Progress, Work, WorkKind

# What was promised is not given up soon. With the hour in which a person can change their mind, it makes a day.
PAUSES = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5))
A_DAY_OF_TRIES = 260
ARCHIVE_NAME = "toklink-data{number}.zip"


def work_kinds(bot: Bot, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> list[WorkKind]:
    works = PrivacyWorks(bot, services, catalogue, clock)
    return [
        WorkKind(DATA, works.collect, at_once=1, regret=works.regret),
        WorkKind(
            ERASE,
            works.erase,
            at_once=1,
            cancellable=False,
            most_attempts=A_DAY_OF_TRIES,
            pauses=PAUSES,
            regret=works.regret_erasure,
        ),
        WorkKind(TRACES, works.forget_traces, at_once=1, most_attempts=A_DAY_OF_TRIES, pauses=PAUSES),
    ]


class PrivacyWorks:
    """What the kinds do, in the language of whose work it is."""

    def __init__(self, bot: Bot, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._services = services
        self._catalogue = catalogue
        self._clock = clock

    async def collect(self, work: Work, progress: Progress) -> None:
        person = await self._person(work)

        async def tell(hundredths: int) -> None:
            with speaking(self._catalogue, person.language):
                await progress.say(views.collecting(hundredths).text)

        with speaking(self._catalogue, person.language):
            files = await self._services.privacy.collect(person.id, views.readme(), tell)
            now = self._clock()
            if await self._services.privacy.deliver(work, _outgoing(files), now):
                await _say(progress, views.collected())
            elif (erasure_at := await self._services.privacy.erasure_at(person.id)) is not None:
                await _say(progress, views.to_be_erased(erasure_at, person.zone, now))

    async def erase(self, work: Work, _progress: Progress) -> None:
        person = await self._person(work)
        with speaking(self._catalogue, person.language):
            farewell = Outgoing(views.farewell())
        await forget_commands(self._bot, person.id)
        await self._services.privacy.erase(work, farewell, self._clock())

    async def forget_traces(self, work: Work, _progress: Progress) -> None:
        await self._services.privacy.forget_traces(work, self._clock())

    async def regret(self, work: Work) -> Outgoing:
        person = await self._person(work)
        with speaking(self._catalogue, person.language):
            return Outgoing(views.not_collected())

    async def regret_erasure(self, work: Work) -> Outgoing:
        person = await self._person(work)
        with speaking(self._catalogue, person.language):
            return Outgoing(views.not_erased())

    async def _person(self, work: Work) -> Person:
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None:
            raise GiveUp("the person is not known any more")
        return person


def _outgoing(files: list[bytes]) -> list[Outgoing]:
    messages = []
    for number, content in enumerate(files, 1):
        name = ARCHIVE_NAME.format(number="" if len(files) == 1 else f"-{number}")
        messages.append(Outgoing(views.caption(number, len(files)), file=File(name, content, "document")))
    return messages


async def _say(progress: Progress, screen: Screen) -> None:
    outgoing = as_outgoing(screen)
    await progress.say(outgoing.text, outgoing.keyboard)
