"""Queries of guides, and of what they are made of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from db.queries.payments import PAID, PENDING, REFUNDING
from db.tables import Guide, GuideMaterial, Order


async def add_material(
    session: AsyncSession, account_id: int, username: str, usable: int, content: bytes, now: datetime
) -> int:
    row = GuideMaterial(account_id=account_id, username=username, usable=usable, frozen_at=now, content=content)
    session.add(row)
    await session.flush()
    return row.id


async def find_material(session: AsyncSession, material_id: int) -> GuideMaterial | None:
    """With its content."""
    return await session.scalar(
        select(GuideMaterial).where(GuideMaterial.id == material_id).options(undefer(GuideMaterial.content))
    )


async def material_name(session: AsyncSession, material_id: int) -> str | None:
    """Whose it is; it stays until the transaction ends. None: there is none."""
    name = select(GuideMaterial.username).where(GuideMaterial.id == material_id)
    return await session.scalar(name.with_for_update(read=True, key_share=True))


async def newest_material(session: AsyncSession, account_id: int, since: datetime) -> GuideMaterial | None:
    """With its content; None: nothing was frozen of the account since then."""
    return await session.scalar(
        select(GuideMaterial)
        .where(GuideMaterial.account_id == account_id, GuideMaterial.frozen_at >= since)
        .order_by(GuideMaterial.frozen_at.desc(), GuideMaterial.id.desc())
        .limit(1)
        .options(undefer(GuideMaterial.content))
    )


async def add_guide(
    session: AsyncSession, order_id: int, person_id: int, username: str, language: str, content: bytes, now: datetime
) -> int:
    row = Guide(
        order_id=order_id, person_id=person_id, username=username, language=language, made_at=now, content=content,
        share=None, shares=0, closed_at=None,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row.id


async def find(session: AsyncSession, guide_id: int) -> Guide | None:
    """With its content."""
    return await session.scalar(select(Guide).where(Guide.id == guide_id).options(undefer(Guide.content)))


async def of_order(session: AsyncSession, order_id: int) -> Guide | None:
    return await session.scalar(select(Guide).where(Guide.order_id == order_id))


async def of_person(session: AsyncSession, person_id: int, limit: int, offset: int = 0) -> Sequence[Guide]:
    """Newest first, refunded ones too."""
    rows = await session.scalars(
        select(Guide).where(Guide.person_id == person_id).order_by(Guide.id.desc()).limit(limit).offset(offset)
    )
    return rows.all()


async def count_of(session: AsyncSession, person_id: int) -> int:
    return (await session.scalar(select(func.count()).select_from(Guide).where(Guide.person_id == person_id))) or 0


async def being_made(session: AsyncSession, person_id: int) -> Sequence[str]:
    """The names of accounts of which the person paid for a guide that is not there yet, in the order of the orders."""
    rows = await session.scalars(
        select(Order.username).where(Order.person_id == person_id, Order.state == PAID).order_by(Order.id)
    )
    return rows.all()


async def close(session: AsyncSession, order_id: int, now: datetime) -> None:
    """Nobody reads the order's guide any more."""
    await session.execute(
        update(Guide).where(Guide.order_id == order_id, Guide.closed_at.is_(None)).values(closed_at=now, share=None)
    )


async def share(session: AsyncSession, guide_id: int, person_id: int) -> int | None:
    """The number of the share link that holds from now on, which is the one that held; None: not theirs, or closed."""
    open_one = (Guide.id == guide_id, Guide.person_id == person_id, Guide.closed_at.is_(None))
    return await session.scalar(
        update(Guide)
        .where(*open_one)
        .values(share=func.coalesce(Guide.share, Guide.shares + 1), shares=func.coalesce(Guide.share, Guide.shares + 1))
        .returning(Guide.share)
        .execution_options(synchronize_session=False)
    )


async def revoke(session: AsyncSession, guide_id: int, person_id: int) -> bool:
    """Whether a share link held until now."""
    revoked = await session.scalar(
        update(Guide)
        .where(Guide.id == guide_id, Guide.person_id == person_id, Guide.share.is_not(None))
        .values(share=None)
        .returning(Guide.id)
        .execution_options(synchronize_session=False)
    )
    return revoked is not None


async def forget_materials_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many materials that no order names were removed."""
    ordered = select(Order.id).where(Order.material_id == GuideMaterial.id).exists()
    # One that somebody orders at this moment is left to them.
    old = select(GuideMaterial.id).where(GuideMaterial.frozen_at < moment, ~ordered).limit(limit)
    ids = (await session.scalars(old.with_for_update(skip_locked=True))).all()
    if not ids:
        return 0
    # What was ordered between the look and the lock has an order by now.
    gone = delete(GuideMaterial).where(GuideMaterial.id.in_(ids), ~ordered).returning(GuideMaterial.id)
    return len((await session.scalars(gone.execution_options(synchronize_session=False))).all())


async def release_materials_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """How many orders that ended before that moment need no material any more: none can become a guide again."""
    # By when it ended: of a state there are ever more orders that hold nothing.
    ended = select(Order.id).where(
        Order.material_id.is_not(None), Order.state.not_in((PENDING, PAID, REFUNDING)), Order.ended_at < moment
    )
    released = (
        update(Order)
        .where(Order.id.in_(ended.limit(limit)))
        .values(material_id=None)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    )
    return len((await session.scalars(released)).all())
