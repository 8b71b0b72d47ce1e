"""Promo codes: what they are called, and who may use them. Operators' side stands in services.payments.selling."""

import re
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.queries import promo
from services.payments.model import CodeRefused

# As operators make them; people may write them in small letters, with spaces around.
CODE = re.compile(r"^[A-Z0-9][A-Z0-9_-]{2,31}$", re.ASCII)


def plain(text: str) -> str:
    """A code as it is kept. Raises CodeRefused for what can be none."""
    code = text.strip().upper()
    if CODE.match(code) is None:
        raise CodeRefused(text.strip()[:32], "unknown")
    return code


async def find_in(session: AsyncSession, text: str) -> tables.PromoCode:
    """Raises CodeRefused where there is none."""
    code = plain(text)
    found = await promo.find_code(session, code)
    if found is None:
        raise CodeRefused(code, "unknown")
    return found


def is_on(found: tables.PromoCode, now: datetime) -> bool:
    """Whether it is not over, however often it was used."""
    return found.ended_at is None and (found.expires_at is None or found.expires_at > now)


async def check_in(session: AsyncSession, found: tables.PromoCode, person_id: int, now: datetime) -> None:
    """Raises CodeRefused where the person could not use it now."""
    if not is_on(found, now):
        raise CodeRefused(found.code, "over")
    if found.most_each is not None and await promo.uses_of(session, found.id, person_id) >= found.most_each:
        raise CodeRefused(found.code, "used")
    if found.most_uses is not None and found.uses >= found.most_uses:
        raise CodeRefused(found.code, "used-up")


async def hold_in(session: AsyncSession, found: tables.PromoCode, order_id: int, person_id: int, now: datetime) -> None:
    """The order holds it, and nobody gets more of it than there is. Raises CodeRefused, and all is to be undone."""
    # First this: its row is held, so that two orders of one person at once are counted one after the other.
    taken = await promo.take_code(session, found.id, now)
    await session.refresh(found)
    if not taken:
        await check_in(session, found, person_id, now)
        raise CodeRefused(found.code, "used-up")
    if found.most_each is not None and await promo.uses_of(session, found.id, person_id) >= found.most_each:
        raise CodeRefused(found.code, "used")
    await promo.use_code(session, order_id, found.id, person_id, now)


async def use_late_in(session: AsyncSession, code_id: int, order_id: int, person_id: int, now: datetime) -> None:
    """The order was paid at the price of a code that it had given back: it counts, though it be one too many."""
    if await promo.use_code(session, order_id, code_id, person_id, now):
        await promo.take_code(session, code_id, now, late=True)
