"""Queries of what was taken in Stars, by indexed ranges of time."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.queries.payments import FULFILLED, PAID, REFUNDED, REFUNDING
from db.tables import Order, StarMovement

# States of orders that were paid, whatever became of them.
SOLD = (PAID, FULFILLED, REFUNDING, REFUNDED)


class Moved(NamedTuple):
    """Movements of one direction (in, out) within a span of time: their Stars, and how many times."""

    span: int
    direction: str
    stars: int
    times: int


class Sold(NamedTuple):
    """Orders that were paid within a span of time, and how many of these were free."""

    span: int
    guides: int
    free: int


async def movements(session: AsyncSession, bounds: Sequence[datetime]) -> Sequence[Moved]:
    """By the spans between neighbouring ``bounds``, numbered from 0."""
    span = _span(StarMovement.at, bounds)
    rows = await session.execute(
        select(span, StarMovement.direction, func.sum(StarMovement.amount), func.count())
        .where(StarMovement.at >= bounds[0], StarMovement.at < bounds[-1])
        .group_by(span, StarMovement.direction)
    )
    return [Moved(int(number), direction, int(stars), times) for number, direction, stars, times in rows]


async def sold(session: AsyncSession, bounds: Sequence[datetime]) -> Sequence[Sold]:
    """By the spans between neighbouring ``bounds``, numbered from 0."""
    span = _span(Order.paid_at, bounds)
    rows = await session.execute(
        select(span, func.count(), func.count(case((Order.amount == 0, 1))))
        .where(Order.state.in_(SOLD), Order.paid_at >= bounds[0], Order.paid_at < bounds[-1])
        .group_by(span)
    )
    return [Sold(int(number), guides, free) for number, guides, free in rows]


def _span(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], bounds: Sequence[datetime]
) -> ColumnElement[int]:
    """Which of the spans a moment is in."""
    return case(*((column < end, number) for number, end in enumerate(bounds[1:])), else_=len(bounds) - 1).label("span")
