"""Queries about error reports."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import ErrorReport


async def add(session: AsyncSession, report: ErrorReport) -> None:
    session.add(report)
    await session.flush()


async def find(session: AsyncSession, error_id: str) -> ErrorReport | None:
    return await session.get(ErrorReport, error_id)


async def traceback_of_equal(session: AsyncSession, fingerprint: str) -> str | None:
    """The newest that was kept of an error with this fingerprint."""
    found: str | None = await session.scalar(
        select(ErrorReport.traceback)
        .where(ErrorReport.fingerprint == fingerprint, ErrorReport.traceback != "")
        .order_by(ErrorReport.at.desc())
        .limit(1)
    )
    return found


async def of_person(session: AsyncSession, person_id: int, limit: int) -> Sequence[ErrorReport]:
    """The newest first."""
    rows = select(ErrorReport).where(ErrorReport.person_id == person_id)
    return (await session.scalars(rows.order_by(ErrorReport.at.desc(), ErrorReport.id).limit(limit))).all()


async def forget_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many older reports were removed, at most ``limit``."""
    old = select(ErrorReport.id).where(ErrorReport.at < moment).limit(limit)
    gone = await session.execute(delete(ErrorReport).where(ErrorReport.id.in_(old)).returning(ErrorReport.id))
    return len(gone.all())
