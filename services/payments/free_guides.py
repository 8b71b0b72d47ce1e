"""Guides for nothing: given to who brought a first-time buyer, spent on an order, lost when that buyer is refunded."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import promo
from services.payments.model import NoCredit


async def spend_in(session: AsyncSession, order_id: int, person_id: int, now: datetime) -> None:
    """One of the person's, for this order; the caller holds the person. Raises NoCredit."""
    if await promo.credits_of(session, person_id) < 1:
        raise NoCredit
    await promo.credit(session, f"spent:{order_id}", person_id, -1, now)


async def give_back_in(session: AsyncSession, order_id: int, person_id: int, now: datetime) -> None:
    """The order that it was spent on came to nothing."""
    await promo.credit(session, f"back:{order_id}", person_id, 1, now)


async def grant_in(session: AsyncSession, order_id: int, buyer_id: int, now: datetime) -> int | None:
    """Who brought the buyer, and has a guide for nothing now; None: nobody did, or it is not the first purchase."""
    referrer_id = await promo.claim_referral(session, buyer_id, order_id)
    if referrer_id is not None:
        await promo.credit(session, f"referral:{order_id}", referrer_id, 1, now)
    return referrer_id


async def take_back_in(session: AsyncSession, order_id: int, now: datetime) -> int | None:
    """Whose guide for nothing is lost, since the buyer they brought was refunded; None: nobody's."""
    referrer_id = await promo.unclaim_referral(session, order_id)
    if referrer_id is not None:
        await promo.credit(session, f"lost:{order_id}", referrer_id, -1, now)
    return referrer_id
