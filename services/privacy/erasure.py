"""Erasing everything that is kept about a person, in small steps that can all be taken again."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import payments, people, promo
from db.queries import privacy as queries
from services.clicks.forgetting import ROWS_AT_ONCE, forget_clicks_of, repeated
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ACCOUNT
from services.privacy.dialogues import Dialogues
from services.works import Later, Work, Works

TRACES = "erase-traces"
# Small transactions: nobody who writes meanwhile waits long.
LINKS_AT_ONCE = 50
# The last message has this long to arrive; then its own traces go.
LOOK_AGAIN = timedelta(minutes=5)
LAST_MESSAGE_TIME = timedelta(hours=12)
STATES_ON_THE_WAY = ("due", "sending")


class Erasure:
    """Does it. What a crash interrupts is done again from the beginning: each step finds what the last one left."""

    def __init__(self, database: Database, deliveries: Deliveries, works: Works, dialogues: Dialogues) -> None:
        self._database = database
        self._deliveries = deliveries
        self._works = works
        self._dialogues = dialogues

    async def erase(self, work: Work, farewell: Outgoing, now: datetime) -> None:
        """Everything of ``work.person_id`` goes, ``work`` with it; the person is told by ``farewell``."""
        person_id = work.person_id
        assert person_id is not None
        async with self._database.read() as session:
            if await payments.has_open(session, person_id):
                # What they paid for is made or given back first: minutes.
                raise Later(LOOK_AGAIN)
        await self._works.stop(person_id, now)
        while True:
            await self._forget_links(person_id, now)
            await self._forget_rest(work, person_id)
            if await self._say_farewell(work, person_id, farewell, now):
                return

    async def _forget_links(self, person_id: int, now: datetime) -> None:
        # First nobody is led any further, so that nothing new is counted.
        await repeated(self._database, lambda session: queries.end_links(session, person_id, now, LINKS_AT_ONCE))
        async with self._database.read() as session:
            link_ids = await queries.link_ids(session, person_id)
        await forget_clicks_of(self._database, link_ids)

    async def _forget_rest(self, work: Work, person_id: int) -> None:
        await self._dialogues.forget(person_id)
        await repeated(self._database, lambda session: queries.forget_updates(session, person_id, ROWS_AT_ONCE))
        await repeated(self._database, lambda session: queries.forget_deliveries(session, person_id, ROWS_AT_ONCE))
        async with self._database.write() as session:
            await queries.forget_beside_links(session, person_id)
            await queries.forget_dialogues(session, person_id)
            await queries.forget_errors(session, person_id)
            await queries.forget_works(session, person_id, but=work.id)
            # While it is still known which links are theirs.
            await queries.anonymise_acts(session, person_id)
            await queries.leave_links(session, person_id)

    async def _say_farewell(self, work: Work, person_id: int, farewell: Outgoing, now: datetime) -> bool:
        """The last step, in one transaction: after it they are a new person. False: they have made a link meanwhile.

        The work goes as well: done again after a crash, it would erase what the new person made meanwhile.
        """
        key = f"erased:{work.id}"
        async with self._database.write() as session:
            await self._settle_money(session, person_id, now)
            if not await queries.forget_person(session, person_id):
                return False
            await queries.forget_work(session, work.id)
            await self._deliveries.enqueue_in(session, ACCOUNT, key, person_id, farewell, now)
            facts = {"person": person_id, "message": key}
            await self._works.enqueue_in(
                session, TRACES, key, person_id=None, facts=facts, now=now, due_at=now + LOOK_AGAIN
            )
        return True

    async def _settle_money(self, session: AsyncSession, person_id: int, now: datetime) -> None:
        """What they did not pay expires, and nobody pays it now. Raises Later for what they have paid meanwhile."""
        # In the order in which everybody holds them: a payment waits for this, or this waited for it.
        await people.hold(session, person_id)
        orders = await payments.hold_orders_of(session, person_id)
        if await payments.has_open(session, person_id):
            raise Later(LOOK_AGAIN)
        pending = [order for order in orders if order.state == payments.PENDING]
        await promo.hold_codes(session, {order.code_id for order in pending})
        for order in pending:
            old = (payments.PENDING,)
            if await payments.step(session, order.id, old, payments.EXPIRED, "erasure", now, ended_at=now):
                await promo.give_back_code(session, order.id)

    async def forget_traces(self, work: Work, now: datetime) -> None:
        """What the last message left behind, once it has arrived or will not. Raises Later."""
        person_id = int(work.facts["person"])
        async with self._database.read() as session:
            message = await queries.delivery(session, str(work.facts["message"]))
        if message is not None:
            on_its_way = message.state in STATES_ON_THE_WAY
            if on_its_way and now - message.created_at < LAST_MESSAGE_TIME:
                raise Later(LOOK_AGAIN)
            last = message.id
            await repeated(
                self._database,
                lambda session: queries.forget_deliveries(session, person_id, ROWS_AT_ONCE, up_to=last),
            )
        async with self._database.write() as session:
            await queries.forget_work(session, work.id)
