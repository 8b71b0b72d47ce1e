"""Queries of questions about payments."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Charge, Ticket, TicketMessage

OPEN, CLOSED = "open", "closed"


async def add(session: AsyncSession, person_id: int, question: str, now: datetime) -> int:
    row = Ticket(person_id=person_id, question=question, state=OPEN, opened_at=now, answered_at=None)
    session.add(row)
    await session.flush()
    return row.id


async def find(session: AsyncSession, ticket_id: int) -> Ticket | None:
    return await session.get(Ticket, ticket_id)


async def hold(session: AsyncSession, ticket_id: int) -> Ticket | None:
    """Nobody changes it until the transaction ends."""
    return await session.scalar(
        select(Ticket).where(Ticket.id == ticket_id).with_for_update().execution_options(populate_existing=True)
    )


async def count_open_of(session: AsyncSession, person_id: int) -> int:
    rows = select(func.count()).select_from(Ticket)
    return (await session.scalar(rows.where(Ticket.person_id == person_id, Ticket.state == OPEN))) or 0


async def count_open(session: AsyncSession) -> int:
    return (await session.scalar(select(func.count()).select_from(Ticket).where(Ticket.state == OPEN))) or 0


async def open_ones(session: AsyncSession, limit: int) -> Sequence[Ticket]:
    """Those that wait longest come first, and after them those that were answered."""
    rows = await session.scalars(
        select(Ticket)
        .where(Ticket.state == OPEN)
        .order_by(Ticket.answered_at.is_not(None), Ticket.opened_at, Ticket.id)
        .limit(limit)
    )
    return rows.all()


async def set_state(session: AsyncSession, ticket_id: int, state: str) -> bool:
    """Whether it was another one."""
    moved = await session.scalar(
        update(Ticket).where(Ticket.id == ticket_id, Ticket.state != state).values(state=state).returning(Ticket.id)
    )
    return moved is not None


async def add_message(
    session: AsyncSession, ticket_id: int, text: str, now: datetime, *, operator_id: int | None
) -> int:
    """Its number. An operator's answers the question; the person's own word makes it wait again."""
    row = TicketMessage(ticket_id=ticket_id, at=now, operator_id=operator_id, text=text)
    session.add(row)
    await session.flush()
    answered_at = None if operator_id is None else now
    await session.execute(update(Ticket).where(Ticket.id == ticket_id).values(answered_at=answered_at))
    return row.id


async def messages(session: AsyncSession, ticket_id: int, limit: int) -> Sequence[TicketMessage]:
    """The newest ones, the oldest of them first."""
    rows = await session.scalars(
        select(TicketMessage).where(TicketMessage.ticket_id == ticket_id).order_by(TicketMessage.id.desc()).limit(limit)
    )
    return rows.all()[::-1]


async def has_charges(session: AsyncSession, person_id: int) -> bool:
    """Whether the person paid for something, whatever became of it."""
    return await session.scalar(select(Charge.id).where(Charge.person_id == person_id).limit(1)) is not None
