"""Who brings a first-time buyer has a guide for nothing: the links, who came by them, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from db.engine import Database
from db.queries import payments, promo
from db.queries import people as people_queries
from services.links.slugs import ALPHABET

LENGTH = 8
# As it stands in a deep link: ?start=ref_CODE.
PAYLOAD = "ref_"
# The kinds of work that tell who brought a buyer; their key is the number of the order.
FRIEND_BOUGHT, FRIEND_REFUNDED = "friend-bought", "friend-refunded"


class Came(Enum):
    """What a referral link did for who opened it."""

    # A friend brought them, and has a guide for nothing once they buy their first one.
    BROUGHT = auto()
    # The link is their own.
    OWN = auto()
    # Nothing: there is no such link, they bought before, or somebody else brought them.
    ALONE = auto()


@dataclass(frozen=True, slots=True)
class Standing:
    """How many people came by somebody's link, how many of them bought, and how many guides are free for that."""

    brought: int
    bought: int
    free: int


class Referrals:
    """Links by which people bring others. ``choose`` picks one letter of many, so that nobody can guess it."""

    def __init__(self, database: Database, *, choose: Callable[[Sequence[str]], str]) -> None:
        self._database = database
        self._choose = choose

    async def code_of(self, person_id: int) -> str:
        """What the person's own link ends in: eight letters of base58, the same for ever."""
        async with self._database.read() as session:
            code = await promo.referral_code(session, person_id)
        while code is None:
            drawn = "".join(self._choose(ALPHABET) for _ in range(LENGTH))
            async with self._database.write() as session:
                await promo.add_referral_code(session, person_id, drawn)
                # The one drawn now, or by another press at the same time; none, if it is somebody else's.
                code = await promo.referral_code(session, person_id)
        return code

    async def note(self, person_id: int, code: str, now: datetime) -> Came:
        """The person opened the link that ends in ``code``; opened again, it is the same.

        Who bought a guide is nobody's to bring any more, nor is who was brought before. Two cannot bring each other.
        """
        referrer_id = await self._whose(code)
        if referrer_id is None:
            return Came.ALONE
        if referrer_id == person_id:
            return Came.OWN
        async with self._database.write() as session:
            # In the order of their numbers: two who bring each other at once wait for one another.
            for each in sorted((person_id, referrer_id)):
                await people_queries.hold(session, each)
            if await payments.has_paid(session, person_id):
                return Came.ALONE
            if await promo.brought_by(session, referrer_id) == person_id:
                return Came.ALONE
            await promo.add_referral(session, person_id, referrer_id, now)
            brought_by = await promo.brought_by(session, person_id)
        return Came.BROUGHT if brought_by == referrer_id else Came.ALONE

    async def _whose(self, code: str) -> int | None:
        # Anybody may write anything there.
        if len(code) != LENGTH or not set(code) <= set(ALPHABET):
            return None
        async with self._database.read() as session:
            return await promo.whose_code(session, code)

    async def standing(self, person_id: int) -> Standing:
        async with self._database.read() as session:
            brought, bought = await promo.referrals_of(session, person_id)
            free = await promo.credits_of(session, person_id)
        # Below zero where one was spent before its buyer was refunded.
        return Standing(brought, bought, max(free, 0))

    async def stands(self, order_id: int, referrer_id: int) -> bool:
        """Whether the person has a guide for nothing for that order, and its buyer was not refunded since."""
        async with self._database.read() as session:
            return await promo.earned_by(session, order_id) == referrer_id
