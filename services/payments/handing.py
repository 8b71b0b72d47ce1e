"""Handing a guide over: what a paid order becomes, in one transaction with what is owed for it; and its file again."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.engine import Database
from db.queries import guides as guide_queries
from db.queries import handing as queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ANSWER, GUIDE
from services.guides.guides import GuideNotFound, Guides, KeptGuide, OpenedGuide
from services.payments import owed
from services.payments.model import Order, Payment
from services.payments.orders import Orders
from services.people import Person
from services.works import Works

# The kind of work that sends a guide's file again, or its address instead; its key is the delivery's.
GUIDE_FILE = "guide-file"
AGAIN, LINK = ":again", ":link"
GISTS = (owed.GIST, owed.AGAIN)
NUMBER = "[1-9][0-9]*"
# What Telegram refused: the name, the order's number, the work's where somebody asked for it, and whether it was the
# second try.
REFUSED = re.compile(
    rf"({owed.GIST}|{owed.FILE}|(?:{owed.PDF}|{owed.AGAIN}|{owed.AGAIN_FILE})(?=:{NUMBER}:{NUMBER}(?:$|:)))"
    rf":({NUMBER})(?::{NUMBER})?({AGAIN})?",
    re.ASCII,
)
# Far longer than a minute: the clock may have stood still.
SEEN_TO_FOR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Handed:
    """What the buyer gets: the gist, and the guide as a file."""

    gist: Outgoing
    file: Outgoing


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a payment, once under its key."""

    key: str
    outgoing: Outgoing


def is_of_gist(key: str) -> bool:
    """Whether a delivery of this key is, or stands for, a guide in short; else it is one of its file."""
    return key.partition(":")[0] in GISTS


class Handing:
    """Gives guides to who paid for them."""

    def __init__(
        self, database: Database, orders: Orders, guides: Guides, deliveries: Deliveries, works: Works
    ) -> None:
        self._database = database
        self._orders = orders
        self._guides = guides
        self._deliveries = deliveries
        self._works = works

    async def charged(self, payment: Payment, words: Callable[[Order | None], Told | None], now: datetime) -> None:
        """As Orders.charged, and what ``words`` make of it is owed in the same transaction: before any guide is.

        They are given the order, or None where the payment comes back.
        """
        async with self._database.write() as session:
            told = words(await self._orders.charged_in(session, payment, now, "update"))
            if told is not None:
                await self._deliveries.enqueue_in(session, ANSWER, told.key, payment.person_id, told.outgoing, now)

    async def hand_over(
        self, order: Order, person: Person, content: bytes, handed: Callable[[int], Handed], now: datetime
    ) -> bool:
        """The order has its guide, and what ``handed`` makes of the guide's number is owed: together, or neither.

        False: the order is not paid, or not any more.
        """
        async with self._database.write() as session:
            guide_id = await self._orders.fulfil_in(session, order.id, person.language, content, now)
            if guide_id is None:
                return False
            said = handed(guide_id)
            await self._deliveries.enqueue_in(session, GUIDE, f"{owed.GIST}:{order.id}", person.id, said.gist, now)
            await self._deliveries.enqueue_in(session, GUIDE, f"{owed.FILE}:{order.id}", person.id, said.file, now)
        return True

    async def guide_of(self, person_id: int, order_id: int) -> OpenedGuide | None:
        """The guide that the person's order became; None: there is none yet, or it is closed."""
        async with self._database.read() as session:
            row = await guide_queries.of_order(session, order_id)
        if row is None:
            return None
        try:
            return await self._guides.own(person_id, row.id)
        except GuideNotFound:
            return None

    async def send(self, guide: KeptGuide, key: str, outgoing: Outgoing, now: datetime) -> bool:
        """Something of a guide is owed to its buyer, under a key as :mod:`services.payments.owed` knows them.

        False: the guide is closed meanwhile, and nothing of it is sent any more.
        """
        async with self._database.write() as session:
            if not await queries.hold_open(session, guide.id):
                return False
            await self._deliveries.enqueue_in(session, GUIDE, key, guide.person_id, outgoing, now)
        return True

    async def see_to_files(self, now: datetime) -> int:
        """Files that Telegram refused are due again, once; then an address instead, once. How many are due now.

        For a guide in short, which would be refused again as it is, there is the address at once.
        """
        async with self._database.read() as session:
            refused = await queries.refused(session, now - SEEN_TO_FOR)
            wanted = dict(found for key in refused if (found := _instead(key)) is not None)
            if not wanted:
                return 0
            known = await queries.owed(session, wanted.keys())
            still_open = await queries.open_guides(session, set(wanted.values()))
        due = {key: order_id for key, order_id in wanted.items() if key not in known and order_id in still_open}
        for key, order_id in due.items():
            order = await self._orders.find(order_id)
            if order is not None and order.person_id is not None:
                await self._works.enqueue(
                    GUIDE_FILE, key, person_id=order.person_id, facts={"order": order_id}, now=now
                )
        return len(due)


def _instead(key: str) -> tuple[str, int] | None:
    """The key of what is sent where that of this key was refused, and the order; None: nothing is."""
    found = REFUSED.fullmatch(key)
    if found is None:
        return None
    name, order_id, again = found.groups()
    if name in GISTS:
        return None if again else (f"{key}{LINK}", int(order_id))
    return (f"{key.removesuffix(AGAIN)}{LINK}" if again else f"{key}{AGAIN}"), int(order_id)
