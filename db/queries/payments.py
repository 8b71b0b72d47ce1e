"""Queries of orders, charges, and the ledger of Stars."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.tables import Charge, Order, OrderEvent, StarMovement, StarPosition

PENDING, PAID, FULFILLED = "pending", "paid", "fulfilled"
REFUNDING, REFUNDED, EXPIRED = "refunding", "refunded", "expired"
# An order of these has its guide, or is about to.
BOUGHT = (PAID, FULFILLED)
IN, OUT = "in", "out"
KEPT, DUE, SETTLED = "kept", "due", "settled"
POSITION = 1

# Orders


async def find_order(session: AsyncSession, order_id: int) -> Order | None:
    return await session.get(Order, order_id)


async def hold_order(session: AsyncSession, order_id: int) -> Order | None:
    """The order as it is; nobody changes it until the transaction ends."""
    return await session.scalar(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    )


async def of_charge(session: AsyncSession, charge_id: str) -> Order | None:
    return await session.scalar(select(Order).where(Order.charge_id == charge_id))


async def of_person(session: AsyncSession, person_id: int, limit: int) -> Sequence[Order]:
    """Newest first."""
    rows = await session.scalars(
        select(Order).where(Order.person_id == person_id).order_by(Order.id.desc()).limit(limit)
    )
    return rows.all()


async def pending(session: AsyncSession, person_id: int, material_id: int) -> Order | None:
    return await session.scalar(
        select(Order)
        .where(Order.person_id == person_id, Order.material_id == material_id, Order.state == PENDING)
        .with_for_update()
    )


async def bought(session: AsyncSession, person_id: int, material_id: int | None, but: int = 0) -> Order | None:
    """Another order by which the person has, or gets, a guide of this material; None: of one that is gone."""
    if material_id is None:
        return None
    return await session.scalar(
        select(Order)
        .where(
            Order.person_id == person_id,
            Order.material_id == material_id,
            Order.state.in_(BOUGHT),
            Order.id != but,
        )
        .order_by(Order.id)
        .limit(1)
    )


async def step(
    session: AsyncSession, order_id: int, old: Collection[str], new: str, cause: str, now: datetime, **values: object
) -> bool:
    """Whether the order was in one of the old states, and is in the new one from this transaction on."""
    before = await session.scalar(select(Order.state).where(Order.id == order_id).with_for_update())
    if before not in old:
        return False
    moved = await session.execute(
        update(Order)
        .where(Order.id == order_id, Order.state == before)
        .values(state=new, **values)
        .returning(Order.id)
        .execution_options(synchronize_session="fetch")
    )
    if moved.scalar_one_or_none() is None:
        return False
    await note(session, order_id, before or "", new, cause, now)
    return True


async def note(session: AsyncSession, order_id: int, old: str, new: str, cause: str, now: datetime) -> None:
    session.add(OrderEvent(order_id=order_id, at=now, old=old, new=new, cause=cause))
    await session.flush()


async def events(session: AsyncSession, order_id: int) -> Sequence[OrderEvent]:
    """Oldest first."""
    rows = await session.scalars(select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.id))
    return rows.all()


async def expired(session: AsyncSession, now: datetime, limit: int) -> Sequence[int]:
    """Pending orders whose time is over."""
    rows = await session.scalars(
        select(Order.id).where(Order.state == PENDING, Order.expires_at <= now).order_by(Order.expires_at).limit(limit)
    )
    return rows.all()


async def unfulfilled(session: AsyncSession, before: datetime, limit: int) -> Sequence[int]:
    """Orders paid before that moment that have no guide."""
    rows = await session.scalars(
        select(Order.id).where(Order.state == PAID, Order.paid_at <= before).order_by(Order.paid_at).limit(limit)
    )
    return rows.all()


async def hold_orders_of(session: AsyncSession, person_id: int) -> Sequence[Order]:
    """All orders of the person as they are; nobody changes one until the transaction ends."""
    held = select(Order).where(Order.person_id == person_id).order_by(Order.id).with_for_update()
    return (await session.scalars(held.execution_options(populate_existing=True))).all()


async def has_open(session: AsyncSession, person_id: int) -> bool:
    """Whether something that the person paid for is neither a guide nor given back yet."""
    orders = select(Order.id).where(Order.person_id == person_id, Order.state.in_((PAID, REFUNDING))).limit(1)
    charges = select(Charge.id).where(Charge.person_id == person_id, Charge.state == DUE).limit(1)
    return await session.scalar(orders) is not None or await session.scalar(charges) is not None


async def has_paid(session: AsyncSession, person_id: int) -> bool:
    """Whether the person ever paid Stars for a guide and did not get them back."""
    paid = select(Charge.id).where(Charge.person_id == person_id, Charge.state == KEPT).limit(1)
    return await session.scalar(paid) is not None


# Charges and the ledger


async def add_charge(session: AsyncSession, charge_id: str, **values: object) -> bool:
    """Whether nobody knew of the charge."""
    added = await session.scalar(
        insert_for(session, Charge)
        .values(id=charge_id, **values)
        .on_conflict_do_nothing(index_elements=[Charge.id])
        .returning(Charge.id)
    )
    return added is not None


async def find_charge(session: AsyncSession, charge_id: str) -> Charge | None:
    return await session.get(Charge, charge_id)


async def due_charges(session: AsyncSession, limit: int) -> Sequence[str]:
    """Charges that are to be given back, the oldest first."""
    # As a value in the statement itself: else no database knows that the index of those that are due will do.
    due = select(Charge.id).where(Charge.state == literal(DUE, literal_execute=True), Charge.person_id.is_not(None))
    return (await session.scalars(due.order_by(Charge.at).limit(limit))).all()


async def hold_due(session: AsyncSession, charge_id: str) -> bool:
    """Whether the charge is to be given back still; nobody changes that until the transaction ends."""
    due = select(Charge.id).where(Charge.id == charge_id, Charge.state == DUE).with_for_update()
    return await session.scalar(due) is not None


async def charges_of(session: AsyncSession, order_id: int) -> Sequence[Charge]:
    rows = await session.scalars(select(Charge).where(Charge.order_id == order_id).order_by(Charge.at))
    return rows.all()


async def set_charge(
    session: AsyncSession, charge_id: str, old: Collection[str], new: str, why: str = "", note: str = ""
) -> bool:
    """Whether the charge was in one of the old states, and is in the new one now. An empty ``why`` leaves the last."""
    values = {"state": new} | ({"why": why, "note": note} if why else {})
    moved = await session.execute(
        update(Charge)
        .where(Charge.id == charge_id, Charge.state.in_(old))
        .values(**values)
        .returning(Charge.id)
        .execution_options(synchronize_session="fetch")
    )
    return moved.scalar_one_or_none() is not None


async def forget_payer(session: AsyncSession, charge_id: str) -> None:
    await session.execute(update(Charge).where(Charge.id == charge_id).values(person_id=None))


async def move(session: AsyncSession, charge_id: str, direction: str, amount: int, at: datetime) -> bool:
    """Whether this movement of Stars is new to the ledger."""
    added = await session.scalar(
        insert_for(session, StarMovement)
        .values(charge_id=charge_id, direction=direction, amount=amount, at=at)
        .on_conflict_do_nothing(index_elements=[StarMovement.charge_id, StarMovement.direction])
        .returning(StarMovement.charge_id)
    )
    return added is not None


async def movement(session: AsyncSession, charge_id: str, direction: str) -> StarMovement | None:
    return await session.get(StarMovement, (charge_id, direction))


async def confirm(session: AsyncSession, charge_id: str, direction: str, now: datetime) -> None:
    """Telegram's ledger has it, too."""
    await session.execute(
        update(StarMovement)
        .where(
            StarMovement.charge_id == charge_id,
            StarMovement.direction == direction,
            StarMovement.confirmed_at.is_(None),
        )
        .values(confirmed_at=now)
    )


async def unconfirmed(session: AsyncSession, before: datetime, limit: int) -> Sequence[StarMovement]:
    """Movements of before that moment which Telegram's ledger does not have, oldest first."""
    rows = await session.scalars(
        select(StarMovement)
        .where(StarMovement.confirmed_at.is_(None), StarMovement.at < before)
        .order_by(StarMovement.at)
        .limit(limit)
    )
    return rows.all()


async def position(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many movements of Telegram's ledger are compared, and when that was; (0, None): never."""
    row = await session.get(StarPosition, POSITION)
    return (0, None) if row is None else (row.position, row.looked_at)


async def set_position(session: AsyncSession, reached: int, now: datetime) -> None:
    insert = insert_for(session, StarPosition).values(id=POSITION, position=reached, looked_at=now)
    # Who compared less at the same time sets it back, and it is compared once more.
    await session.execute(
        insert.on_conflict_do_update(index_elements=[StarPosition.id], set_={"position": reached, "looked_at": now})
    )
