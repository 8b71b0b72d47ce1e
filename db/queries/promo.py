"""Queries of what makes guides cheaper: codes, and guides for nothing for who brought somebody."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import GuideCredit, PromoCode, PromoUse, Referral, ReferralCode

# Codes


async def find_code(session: AsyncSession, code: str) -> PromoCode | None:
    """``code`` in capitals."""
    return await session.scalar(select(PromoCode).where(PromoCode.code == code))


async def find_code_by_id(session: AsyncSession, code_id: int) -> PromoCode | None:
    return await session.get(PromoCode, code_id)


async def add_code(session: AsyncSession, code: str, **values: object) -> int | None:
    """Its id; None: there is one of this name."""
    return await session.scalar(
        insert_for(session, PromoCode)
        .values(code=code, **values)
        .on_conflict_do_nothing(index_elements=[PromoCode.code])
        .returning(PromoCode.id)
    )


async def codes(session: AsyncSession, limit: int, offset: int = 0) -> Sequence[PromoCode]:
    """Newest first."""
    rows = await session.scalars(select(PromoCode).order_by(PromoCode.id.desc()).limit(limit).offset(offset))
    return rows.all()


async def end_code(session: AsyncSession, code_id: int, now: datetime) -> bool:
    """Whether it was on."""
    ended = await session.scalar(
        update(PromoCode)
        .where(PromoCode.id == code_id, PromoCode.ended_at.is_(None))
        .values(ended_at=now)
        .returning(PromoCode.id)
    )
    return ended is not None


async def hold_codes(session: AsyncSession, code_ids: Collection[int | None]) -> None:
    """Nobody else takes these or gives them back until the transaction ends; all who hold several wait in one order."""
    numbers = [code_id for code_id in code_ids if code_id is not None]
    if len(numbers) > 1:
        held = select(PromoCode.id).where(PromoCode.id.in_(numbers)).order_by(PromoCode.id)
        await session.execute(held.with_for_update())


async def take_code(session: AsyncSession, code_id: int, now: datetime, *, late: bool = False) -> bool:
    """Whether one more order may hold it; its row is held until the transaction ends. ``late``: in any case."""
    holds = (
        PromoCode.ended_at.is_(None),
        or_(PromoCode.expires_at.is_(None), PromoCode.expires_at > now),
        or_(PromoCode.most_uses.is_(None), PromoCode.uses < PromoCode.most_uses),
    )
    taken = await session.scalar(
        update(PromoCode)
        .where(PromoCode.id == code_id, *(() if late else holds))
        .values(uses=PromoCode.uses + 1)
        .returning(PromoCode.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


async def uses_of(session: AsyncSession, code_id: int, person_id: int) -> int:
    """How many orders of the person hold the code or used it."""
    rows = select(func.count()).select_from(PromoUse)
    return (await session.scalar(rows.where(PromoUse.code_id == code_id, PromoUse.person_id == person_id))) or 0


async def use_code(session: AsyncSession, order_id: int, code_id: int, person_id: int, now: datetime) -> bool:
    """Whether the order did not hold it before."""
    added = await session.scalar(
        insert_for(session, PromoUse)
        .values(order_id=order_id, code_id=code_id, person_id=person_id, at=now)
        .on_conflict_do_nothing(index_elements=[PromoUse.order_id])
        .returning(PromoUse.order_id)
    )
    return added is not None


async def give_back_code(session: AsyncSession, order_id: int) -> bool:
    """Whether the order held one."""
    code_id = await session.scalar(delete(PromoUse).where(PromoUse.order_id == order_id).returning(PromoUse.code_id))
    if code_id is None:
        return False
    await session.execute(
        update(PromoCode)
        .where(PromoCode.id == code_id)
        .values(uses=PromoCode.uses - 1)
        .execution_options(synchronize_session=False)
    )
    return True


# Referrals


async def referral_code(session: AsyncSession, person_id: int) -> str | None:
    return await session.scalar(select(ReferralCode.code).where(ReferralCode.person_id == person_id))


async def add_referral_code(session: AsyncSession, person_id: int, code: str) -> None:
    """Unless the person has one, or another has this one."""
    await session.execute(
        insert_for(session, ReferralCode).values(person_id=person_id, code=code).on_conflict_do_nothing()
    )


async def whose_code(session: AsyncSession, code: str) -> int | None:
    return await session.scalar(select(ReferralCode.person_id).where(ReferralCode.code == code))


async def add_referral(session: AsyncSession, person_id: int, referrer_id: int, now: datetime) -> bool:
    """Whether nobody had brought the person before."""
    added = await session.scalar(
        insert_for(session, Referral)
        .values(person_id=person_id, referrer_id=referrer_id, at=now)
        .on_conflict_do_nothing(index_elements=[Referral.person_id])
        .returning(Referral.person_id)
    )
    return added is not None


async def brought_by(session: AsyncSession, person_id: int) -> int | None:
    return await session.scalar(select(Referral.referrer_id).where(Referral.person_id == person_id))


async def claim_referral(session: AsyncSession, person_id: int, order_id: int) -> int | None:
    """Who brought the person, if this is the first order that counts."""
    return await session.scalar(
        update(Referral)
        .where(Referral.person_id == person_id, Referral.order_id.is_(None))
        .values(order_id=order_id)
        .returning(Referral.referrer_id)
    )


async def unclaim_referral(session: AsyncSession, order_id: int) -> int | None:
    """Who brought the person whose first order this was; it counts no more."""
    return await session.scalar(
        update(Referral).where(Referral.order_id == order_id).values(order_id=None).returning(Referral.referrer_id)
    )


async def earned_by(session: AsyncSession, order_id: int) -> int | None:
    """Who has a guide for nothing for this order."""
    return await session.scalar(select(Referral.referrer_id).where(Referral.order_id == order_id))


async def referrals_of(session: AsyncSession, referrer_id: int) -> tuple[int, int]:
    """How many the person brought, and how many of these bought."""
    row = (
        await session.execute(
            select(func.count(), func.count(Referral.order_id)).where(Referral.referrer_id == referrer_id)
        )
    ).one()
    return int(row[0]), int(row[1])


# Guides for nothing


async def credits_of(session: AsyncSession, person_id: int) -> int:
    """May be below zero: one was spent before it was lost."""
    total = select(func.coalesce(func.sum(GuideCredit.amount), 0)).where(GuideCredit.person_id == person_id)
    return int((await session.scalar(total)) or 0)


async def credit(session: AsyncSession, key: str, person_id: int, amount: int, now: datetime) -> bool:
    """Whether this was not done before."""
    added = await session.scalar(
        insert_for(session, GuideCredit)
        .values(key=key, person_id=person_id, amount=amount, at=now)
        .on_conflict_do_nothing(index_elements=[GuideCredit.key])
        .returning(GuideCredit.key)
    )
    return added is not None
