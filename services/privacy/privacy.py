"""What a person may ask about what is kept of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import privacy as queries
from db.queries import works as work_queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ANSWER
from services.privacy.dialogues import Dialogues
from services.privacy.erasure import TRACES, Erasure
from services.privacy.errors import ErasureBegan
from services.privacy.export import Export, Tell
from services.throttles import MY_DATA, TooFast
from services.works import Work, Works

# Kinds of work; the last one is the erasure's own.
DATA, ERASE = "my-data", "erase"
# How long a person can change their mind.
UNDO_TIME = timedelta(hours=1)

__all__ = ["DATA", "ERASE", "TRACES", "UNDO_TIME", "Privacy"]


class Privacy:
    """My data, and its erasure. Both are due work: asked for here, done by the bot."""

    def __init__(
        self, database: Database, works: Works, deliveries: Deliveries, dialogues: Dialogues, *, public_url: str
    ) -> None:
        self._database = database
        self._works = works
        self._deliveries = deliveries
        self._export = Export(database, dialogues, public_url)
        self._erasure = Erasure(database, deliveries, works, dialogues)

    async def begins_collecting(self, person_id: int, now: datetime, *, cause: int) -> bool:
        """Whether the update ``cause`` may ask for the person's data; False: it has done so before.

        Raises ErasureBegan; and TooFast, for an hour after it was asked for. What failed or was cancelled does not
        count: so it is the work that knows, and no token is lost with a crash.
        """
        if await self._works.has_caused(DATA, cause):
            return False
        async with self._database.read() as session:
            await self._require_no_erasure(session, person_id, now)
            last = await work_queries.find_last(session, DATA, str(person_id))
        if last is not None and last.state in (work_queries.DUE, work_queries.DONE):
            passed = now - last.created_at
            # A clock that was set back must not make anybody wait for the old time to come again.
            if timedelta() <= passed < MY_DATA.pause:
                raise TooFast(MY_DATA, MY_DATA.pause - passed)
        return True

    async def ask_for_data(
        self, person_id: int, now: datetime, *, chat_id: int, message_id: int, cause: int | None = None
    ) -> None:
        """Everything that is kept about the person comes as a file; ``message_id`` shows how far it is.

        Raises ErasureBegan.
        """
        async with self._database.write() as session:
            await self._require_no_erasure(session, person_id, now)
            await self._works.enqueue_in(
                session,
                DATA,
                str(person_id),
                person_id=person_id,
                facts={},
                now=now,
                chat_id=chat_id,
                message_id=message_id,
                cause=cause,
            )

    async def collect(self, person_id: int, readme: str, tell: Tell) -> list[bytes]:
        """As Export.collect."""
        return await self._export.collect(person_id, readme, tell)

    async def deliver(self, work: Work, files: Sequence[Outgoing], now: datetime) -> bool:
        """The result of a work of kind DATA; again, it is the same.

        False: nothing comes of it, since the work was cancelled, or all of it is being erased or was.
        """
        assert work.person_id is not None
        async with self._database.write() as session:
            if not await work_queries.hold_due(session, work.id):
                return False
            if await queries.is_begun(session, ERASE, str(work.person_id), now):
                return False
            for number, outgoing in enumerate(files, 1):
                key = f"{DATA}:{work.id}:{number}"
                await self._deliveries.enqueue_in(session, ANSWER, key, work.person_id, outgoing, now)
        return True

    async def _require_no_erasure(self, session: AsyncSession, person_id: int, now: datetime) -> None:
        """Raises ErasureBegan."""
        if await queries.is_begun(session, ERASE, str(person_id), now):
            raise ErasureBegan

    async def ask_to_erase(self, person_id: int, now: datetime, *, cause: int | None = None) -> datetime:
        """Everything about the person goes in an hour: when. Asked again meanwhile, nothing changes."""
        key = str(person_id)
        await self._works.enqueue(
            ERASE, key, person_id=person_id, facts={}, now=now, due_at=now + UNDO_TIME, cause=cause
        )
        return await self.erasure_at(person_id) or now

    async def erasure_at(self, person_id: int) -> datetime | None:
        """When everything about the person goes, if they asked for that."""
        due = await self._works.find_due(ERASE, str(person_id))
        return None if due is None else due[1]

    async def keep(self, person_id: int, now: datetime) -> None:
        """They changed their mind. Where nothing was to be erased, nothing changes. Raises ErasureBegan."""
        async with self._database.write() as session:
            stopped = await queries.stop_erasure(session, ERASE, str(person_id), now)
        if not stopped and await self.erasure_at(person_id) is not None:
            raise ErasureBegan

    async def erase(self, work: Work, farewell: Outgoing, now: datetime) -> None:
        """As Erasure.erase."""
        await self._erasure.erase(work, farewell, now)

    async def forget_traces(self, work: Work, now: datetime) -> None:
        """As Erasure.forget_traces."""
        await self._erasure.forget_traces(work, now)
