"""Due work that waits for the accounts that are to be compared, and delivers the comparison."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from aiogram import Bot
from aiogram.exceptions import AiogramError

from handlers.error_texts import error_text
from handlers.outgoing import as_outgoing
from handlers.screen import Screen
from handlers.tiktok import compare_views as views
from handlers.tiktok.compare import comparison_of
from handlers.tiktok.works import pause_after
from services.deliveries import Outgoing
from services.deliveries.kinds import ANSWER
from services.errors import UserError
from services.language import Catalogue, speaking
from services.people import Person
from services.services import Services
from services.tiktok.accounts import WAITED_FOR
from services.tiktok.comparing import COMPARE
from services.tiktok.errors import TikTokSilent
from services.works import Later, Progress, Work, WorkKind

PAUSE = timedelta(seconds=1)
AT_ONCE = 4


def work_kinds(bot: Bot, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> list[WorkKind]:
    works = ComparisonWorks(bot, services, catalogue, clock)
    return [WorkKind(COMPARE, works.compare, at_once=AT_ONCE, regret=works.regret)]


class ComparisonWorks:
    """Compares, in the language of who asked."""

    def __init__(self, bot: Bot, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._services = services
        self._catalogue = catalogue
        self._clock = clock

    async def compare(self, work: Work, progress: Progress) -> None:
        """Raises Later while accounts are on their way, and while TikTok is silent: for a day, and they are told."""
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None or work.chat_id is None or work.message_id is None:
            return
        with speaking(self._catalogue, person.language):
            screen = await self._screen(work, person, progress)
        if screen is None:
            return
        # The message that asked is answered once, be it by this work or by the one that it became.
        key, now = f"compare:{work.chat_id}:{work.message_id}", self._clock()
        await self._services.deliveries.enqueue(ANSWER, key, work.chat_id, as_outgoing(screen), now)
        # It is older than 48 hours, gone already, or Telegram is away: it stays.
        with suppress(AiogramError):
            await self._bot.delete_message(work.chat_id, work.message_id)

    async def regret(self, work: Work) -> Outgoing | None:
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        if person is None:
            return None
        with speaking(self._catalogue, person.language):
            return as_outgoing(views.not_compared(private=bool(work.facts["private"])))

    async def _screen(self, work: Work, person: Person, progress: Progress) -> Screen | None:
        """The comparison, or why there is none; None: another work sees to it."""
        private, names = bool(work.facts["private"]), [str(name) for name in work.facts["names"]]
        try:
            if any("/" in name for name in names):
                await self._resolve(work, names)
                return None
            return await self._compared(work, names, person, progress, private=private)
        except UserError as error:
            return views.refused(error_text(error), private=private)
        except TikTokSilent:
            if not self._is_over(work):
                await self._wait(work, progress, views.awaited_address(private=private))
            return views.address_gave_up(private=private)

    async def _resolve(self, work: Work, names: list[str]) -> None:
        """Short addresses become names, and the accounts are asked for, once: another work waits for them."""
        now = self._clock()
        usernames = await self._services.comparing.resolve(names)
        await self._services.comparing.ask(usernames, now)
        await self._services.works.enqueue(
            COMPARE,
            f"{work.key}:names",
            person_id=work.person_id,
            facts={**work.facts, "names": list(usernames), "since": now.isoformat(), "asked": _asked(work)},
            now=now,
            chat_id=work.chat_id,
            message_id=work.message_id,
        )

    async def _compared(
        self, work: Work, names: list[str], person: Person, progress: Progress, *, private: bool
    ) -> Screen:
        since, now = datetime.fromisoformat(work.facts["since"]), self._clock()
        force = bool(work.facts.get("force"))
        gathered = await self._services.comparing.gather(names, since, now, force=force)
        if gathered.waiting:
            await progress.say(views.gathering(len(gathered.accounts), len(names)).text)
            raise Later(PAUSE)
        if gathered.unanswered and not self._is_over(work):
            # A fetch that nobody waits for is not tried again by itself.
            await self._services.comparing.ask(names, now)
            await self._wait(work, progress, views.awaited(gathered, private=private))
        if gathered.unanswered:
            return views.unanswered(gathered, private=private)
        return await comparison_of(
            gathered.accounts, self._bot, self._services, person, now, is_silent=bool(gathered.old), private=private
        )

    async def _wait(self, work: Work, progress: Progress, screen: Screen) -> None:
        """Its message says that they will be written to. Raises Later."""
        await progress.say(screen.text, as_outgoing(screen).keyboard)
        raise Later(pause_after(self._waited(work)))

    def _is_over(self, work: Work) -> bool:
        return self._waited(work) >= WAITED_FOR

    def _waited(self, work: Work) -> timedelta:
        return self._clock() - datetime.fromisoformat(_asked(work))


def _asked(work: Work) -> str:
    """When they did, in ISO 8601; ``since``: when their accounts were asked for, which short addresses put off."""
    return str(work.facts.get("asked", work.facts["since"]))
