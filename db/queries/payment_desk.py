"""Queries of operators who look into orders and charges."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.payments import FULFILLED, PAID
from db.tables import Charge, Order, PromoCode


async def orders_of(session: AsyncSession, person_id: int, limit: int, offset: int = 0) -> Sequence[Order]:
    """Newest first."""
    rows = await session.scalars(
        select(Order).where(Order.person_id == person_id).order_by(Order.id.desc()).limit(limit).offset(offset)
    )
    return rows.all()


async def count_orders_of(session: AsyncSession, person_id: int) -> int:
    return (await session.scalar(select(func.count()).select_from(Order).where(Order.person_id == person_id))) or 0


async def refundable_of(session: AsyncSession, person_id: int, limit: int) -> Sequence[int]:
    """Numbers of orders that could be given back, newest first."""
    rows = await session.scalars(
        select(Order.id)
        .where(Order.person_id == person_id, Order.state.in_((PAID, FULFILLED)))
        .order_by(Order.id.desc())
        .limit(limit)
    )
    return rows.all()


async def charges_without_order(session: AsyncSession, person_id: int, limit: int) -> Sequence[Charge]:
    """What a person paid for no order of ours, newest first."""
    rows = await session.scalars(
        select(Charge)
        .where(Charge.person_id == person_id, Charge.order_id.is_(None))
        .order_by(Charge.at.desc())
        .limit(limit)
    )
    return rows.all()


async def code_name(session: AsyncSession, code_id: int | None) -> str | None:
    return None if code_id is None else await session.scalar(select(PromoCode.code).where(PromoCode.id == code_id))


async def charge_ending(session: AsyncSession, ending: str) -> Charge | None:
    """The charge whose number ends so, where there is but one: alerts show no more of it."""
    rows = await session.scalars(select(Charge).where(Charge.id.endswith(ending, autoescape=True)).limit(2))
    found = rows.all()
    return found[0] if len(found) == 1 else None
