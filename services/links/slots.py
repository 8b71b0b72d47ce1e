"""Click limits: a limited link's clicks take a slot each before they are answered, exactly as many as there are."""

import asyncio
from collections import OrderedDict

import structlog

from db.engine import Database
from db.queries import slots as queries
from services.links.ways import LinkSettings

# A visitor waits no longer for a slot.
ANSWER_SECONDS = 3.0
# Used-up links that are remembered, so that nobody asks the database for them.
MOST_REMEMBERED = 10_000

log = structlog.get_logger(__name__)


class SlotsUnavailable(Exception):
    """The database does not answer, so nobody knows whether there is a slot."""


class Slots:
    """Takes slots for the clicks of one process; other processes take theirs beside it.

    All clicks that come while a transaction is under way share the next one, which has one conditional UPDATE for
    each link. It is committed before any of them is answered: never do more clicks pass than the limit says, and fewer
    only by those whose answers a crash or a broken connection took along.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, list[asyncio.Future[bool]]] = {}
        self._granting: asyncio.Task[None] | None = None
        # By link, as it was when none was left. A change makes the directory read the link anew, and that is another.
        self._used_up: OrderedDict[int, LinkSettings] = OrderedDict()

    async def close(self) -> None:
        """Give up what is being asked."""
        if self._granting is not None:
            self._granting.cancel()
            await asyncio.gather(self._granting, return_exceptions=True)

    async def take(self, link_id: int, settings: LinkSettings) -> bool:
        """Whether the click may pass; False: the limit is used up. Raises SlotsUnavailable.

        ``settings``: the link's, as the directory has them.
        """
        if self._used_up.get(link_id) is settings:
            return False
        passes = await self._ask(link_id)
        if not passes:
            self._used_up[link_id] = settings
            self._used_up.move_to_end(link_id)
            if len(self._used_up) > MOST_REMEMBERED:
                self._used_up.popitem(last=False)
        return passes

    async def _ask(self, link_id: int) -> bool:
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(link_id, []).append(answer)
        if self._granting is None or self._granting.done():
            self._granting = asyncio.create_task(self._grant(), name="slots")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        except TimeoutError:
            raise SlotsUnavailable from None

    async def _grant(self) -> None:
        """One transaction after the other, each for all clicks that wait by then."""
        while self._waiting:
            turn, self._waiting = self._waiting, {}
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    granted = await self._take(turn)
            except Exception as error:
                log.warning("the database does not answer; limited links lead nowhere", reason=repr(error))
                _refuse(turn)
            else:
                for link_id, answers in turn.items():
                    _give(answers, granted[link_id])
            finally:
                for answers in turn.values():
                    for answer in answers:
                        answer.cancel()  # only when this is being closed: the others are given

    async def _take(self, turn: dict[int, list[asyncio.Future[bool]]]) -> dict[int, int]:
        """How many clicks of each link may pass, in a transaction that is committed."""
        granted = {}
        async with self._database.write() as session:
            # In the order of their ids, as those who count clicks do: two that wait for each other are never both.
            for link_id in sorted(turn):
                # Whoever has given up by now takes no slot.
                wanted = sum(not answer.done() for answer in turn[link_id])
                granted[link_id] = await queries.take(session, link_id, wanted) if wanted else 0
        return granted


def _give(answers: list[asyncio.Future[bool]], granted: int) -> None:
    """The first ones that still wait pass."""
    for answer in answers:
        if not answer.done():
            answer.set_result(granted > 0)
            granted -= 1


def _refuse(turn: dict[int, list[asyncio.Future[bool]]]) -> None:
    for answers in turn.values():
        for answer in answers:
            if not answer.done():
                answer.set_exception(SlotsUnavailable())
                answer.exception()  # looked at, even when nobody waits any more
