"""Queries about deliveries, and about chats that moved or cannot be reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Row, bindparam, case, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.queries.reckoning import reckon_anew
from db.queries.upsert import insert_for
from db.tables import ChatMove, Delivery, Person

DUE, SENDING, SENT, UNKNOWN, FAILED = "due", "sending", "sent", "unknown", "failed"
# Alerts, what somebody waits for, notices.
URGENCIES = (0, 1, 2)
# Among so many that are due the longest there are mostly chats enough.
WINDOW = 1_000
# A failed delivery that waits for somebody's return is kept whole; all else that is settled is emptied.
EMPTY: Mapping[str, Any] = {"payload": None, "file": None}


@dataclass(frozen=True, slots=True)
class Head:
    """The next delivery of a chat."""

    id: int
    chat_id: int


async def add(session: AsyncSession, key: str, **values: Any) -> bool:
    """Whether it is new; a delivery that is owed already stays as it is."""
    insert = insert_for(session, Delivery).values(
        key=key, state=DUE, attempts=0, reckoned_at=values["created_at"], **values
    )
    added = insert.on_conflict_do_nothing(index_elements=[Delivery.key]).returning(Delivery.id)
    return (await session.scalar(added)) is not None


async def heads(session: AsyncSession, now: datetime, held_until: datetime, most_tries: int, limit: int) -> list[Head]:
    """The delivery with the lowest id of each chat in which something is due and nothing is being sent.

    One that is tried again after a pause, before ``held_until``, holds up what follows it in its chat, unless it was
    tried ``most_tries`` times. The chats with the most urgent ones come first, then who waits longest. However many
    are due, few rows are read, unless those that are due the longest are a few chats' own.
    """
    found: list[Head] = []
    seen: set[int] = set()
    for urgency in URGENCIES:
        for look in (_oldest, _others):
            ahead, are_all = await look(session, urgency, now, len(seen) + WINDOW)
            ahead = [head for head in ahead if head.chat_id not in seen]
            while ahead and len(found) < limit:
                asked, ahead = ahead[: limit - len(found)], ahead[limit - len(found) :]
                found += await _first_of(session, asked, now, held_until, most_tries)
                seen.update(head.chat_id for head in asked)
            if len(found) == limit:
                return found
            if are_all:
                break
    return found


async def _oldest(session: AsyncSession, urgency: int, now: datetime, limit: int) -> tuple[list[Head], bool]:
    """One of each chat among the ``limit`` deliveries that are due the longest; whether no others are due."""
    oldest = select(Delivery.id, Delivery.chat_id).where(_due(urgency, now))
    rows = (await session.execute(oldest.order_by(Delivery.due_at, Delivery.id).limit(limit))).all()
    chats: dict[int, Head] = {}
    for delivery_id, chat_id in rows:
        chats.setdefault(chat_id, Head(delivery_id, chat_id))
    return list(chats.values()), len(rows) < limit


async def _others(session: AsyncSession, urgency: int, now: datetime, limit: int) -> tuple[list[Head], bool]:
    """One of each of the ``limit`` chats that wait the longest; this reads all that is due."""
    first = select(func.min(Delivery.id), Delivery.chat_id).where(_due(urgency, now)).group_by(Delivery.chat_id)
    rows = await session.execute(first.order_by(func.min(Delivery.due_at), func.min(Delivery.id)).limit(limit))
    return [Head(delivery_id, chat_id) for delivery_id, chat_id in rows], True


def _due(urgency: int, now: datetime) -> ColumnElement[bool]:
    due = Delivery.state == DUE
    return due & (Delivery.urgency == urgency) & (Delivery.due_at <= now)


async def _first_of(
    session: AsyncSession, asked: Sequence[Head], now: datetime, held_until: datetime, most_tries: int
) -> list[Head]:
    """What is next in the chats of ``asked`` that have nothing under way or held up; in their order."""
    any_of, row, under_way = aliased(Delivery), aliased(Delivery), aliased(Delivery)
    is_tried_again = row.attempts.between(1, most_tries - 1) & (row.due_at <= held_until)
    first = (
        select(row.id)
        .where(row.chat_id == any_of.chat_id, row.state == DUE, (row.due_at <= now) | is_tried_again)
        .order_by(row.id)
        .limit(1)
        .scalar_subquery()
    )
    is_busy = exists().where(under_way.chat_id == any_of.chat_id, under_way.state == SENDING)
    heads = await session.execute(
        select(Delivery.id, Delivery.chat_id)
        .join(any_of, Delivery.id == first)
        .where(any_of.id.in_([head.id for head in asked]), Delivery.due_at <= now, ~is_busy)
    )
    next_ones = {head.chat_id: head for head in (Head(*row) for row in heads)}
    return [next_ones[head.chat_id] for head in asked if head.chat_id in next_ones]


async def claim(session: AsyncSession, ids: Sequence[int], now: datetime) -> Sequence[Delivery]:
    """Those of ``ids`` that were due and are being sent from now on; whoever asks second gets nothing."""
    claimed = await session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state == DUE, Delivery.due_at <= now)
        .values(state=SENDING, sending_at=func.coalesce(Delivery.sending_at, now))
        .returning(Delivery)
    )
    return sorted(claimed, key=lambda row: row.id)


async def file(session: AsyncSession, delivery_id: int) -> bytes | None:
    content: bytes | None = await session.scalar(select(Delivery.file).where(Delivery.id == delivery_id))
    return content


async def settle_sent(session: AsyncSession, messages: Mapping[int, int | None], now: datetime) -> None:
    """``messages``: Telegram's number of the message by the delivery's id. Also what was thought unknown meanwhile."""
    if not messages:
        return
    connection = await session.connection()
    await connection.execute(
        update(Delivery)
        .where(Delivery.id == bindparam("delivery"), (Delivery.state == SENDING) | (Delivery.state == UNKNOWN))
        .values(state=SENT, message_id=bindparam("message"), finished_at=now, reason=None, **EMPTY),
        [{"delivery": delivery, "message": message} for delivery, message in messages.items()],
    )


async def settle(session: AsyncSession, delivery_id: int, **values: Any) -> None:
    """What became of a delivery that was being sent."""
    await session.execute(
        update(Delivery).where(Delivery.id == delivery_id, Delivery.state == SENDING).values(**values)
    )


async def fail_following(session: AsyncSession, keys: Sequence[str], reason: str, now: datetime) -> None:
    await session.execute(
        update(Delivery)
        .where(Delivery.key.in_(keys), Delivery.state == DUE)
        .values(state=FAILED, reason=reason, finished_at=now, **EMPTY)
    )


async def fail_chat(session: AsyncSession, chat_id: int, reason: str, now: datetime) -> None:
    """Nothing arrives in this chat any more; what waits for a return keeps its contents."""
    open_ones = update(Delivery).where(Delivery.chat_id == chat_id, Delivery.state == DUE)
    failed = {"state": FAILED, "reason": reason, "finished_at": now}
    await session.execute(open_ones.where(Delivery.waits).values(failed))
    await session.execute(open_ones.values({**failed, **EMPTY}))


async def fail_kinds(session: AsyncSession, chat_id: int, kinds: Sequence[str], reason: str, now: datetime) -> None:
    """What is owed of these kinds will not be sent."""
    owed = update(Delivery).where(Delivery.chat_id == chat_id, Delivery.state == DUE, Delivery.kind.in_(kinds))
    await session.execute(owed.values(state=FAILED, reason=reason, finished_at=now, **EMPTY))


async def revive_chat(session: AsyncSession, chat_id: int, now: datetime) -> int:
    """How many deliveries that waited for this chat's return are due now."""
    revived = await session.execute(
        update(Delivery)
        .where(Delivery.chat_id == chat_id, Delivery.state == FAILED, Delivery.waits, Delivery.payload.is_not(None))
        .values(state=DUE, due_at=now, reckoned_at=now, attempts=0, reason=None, sending_at=None, finished_at=None)
        .returning(Delivery.id)
    )
    return len(revived.all())


async def sending(session: AsyncSession) -> set[int]:
    """Ids of what is being sent, or was when a process died."""
    return set(await session.scalars(select(Delivery.id).where(Delivery.state == SENDING)))


async def give_up_on_unknown(session: AsyncSession, ids: Sequence[int], now: datetime) -> tuple[int, int]:
    """Of deliveries that a dead process was sending: how many are sent again, how many nobody will know of."""
    lost = update(Delivery).where(Delivery.id.in_(ids), Delivery.state == SENDING)
    again = await session.execute(lost.where(Delivery.may_repeat).values(state=DUE).returning(Delivery.id))
    unknown = await session.execute(
        lost.where(~Delivery.may_repeat)
        .values(state=UNKNOWN, reason="the process ended", finished_at=now, **EMPTY)
        .returning(Delivery.id)
    )
    return len(again.all()), len(unknown.all())


async def move_chat(session: AsyncSession, old_id: int, new_id: int, now: datetime) -> None:
    """What is owed to the old chat, now or on its return, is owed to the new one."""
    insert = insert_for(session, ChatMove).values(old_id=old_id, new_id=new_id, moved_at=now)
    await session.execute(insert.on_conflict_do_update(index_elements=[ChatMove.old_id], set_={"new_id": new_id}))
    await session.execute(update(ChatMove).where(ChatMove.new_id == old_id).values(new_id=new_id))
    await session.execute(
        update(Delivery).where(Delivery.chat_id == old_id, Delivery.payload.is_not(None)).values(chat_id=new_id)
    )


async def chat_now(session: AsyncSession, chat_id: int) -> int:
    """The chat's id today."""
    moved: int | None = await session.scalar(select(ChatMove.new_id).where(ChatMove.old_id == chat_id))
    return chat_id if moved is None else moved


async def set_unreachable(session: AsyncSession, person_id: int, reason: str, now: datetime) -> None:
    """Since when: the first time counts."""
    await session.execute(
        update(Person)
        .where(Person.id == person_id, Person.unreachable_at.is_(None))
        .values(unreachable_at=now, unreachable_reason=reason)
    )


async def set_reachable(session: AsyncSession, person_id: int) -> None:
    await session.execute(
        update(Person).where(Person.id == person_id).values(unreachable_at=None, unreachable_reason=None)
    )


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many there are of each state."""
    rows = await session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return {row[0]: row[1] for row in rows}


async def mend_times(session: AsyncSession, now: datetime, limit: int) -> int:
    """After the clock went back: what waits by the time of before waits from now on, as long as it was to wait then.

    How many these were, ``limit`` at most. What is being sent may be due again.
    """
    late = await session.execute(
        select(Delivery.id, Delivery.due_at, Delivery.reckoned_at)
        .where(Delivery.state.in_((DUE, SENDING)), Delivery.due_at > now, Delivery.reckoned_at > now)
        .limit(limit)
    )
    return await reckon_anew(session, Delivery, late.all(), now)


async def oldest_due(session: AsyncSession, now: datetime) -> datetime | None:
    """Since when the delivery that is due the longest is due."""
    moment: datetime | None = await session.scalar(
        select(func.min(Delivery.due_at)).where(Delivery.state == DUE, Delivery.due_at <= now)
    )
    return moment


async def settled_badly_since(session: AsyncSession, moment: datetime) -> Sequence[Row[str, str | None, int]]:
    """(state, reason, how many) of those that failed or are unknown since ``moment``."""
    rows = await session.execute(
        select(Delivery.state, Delivery.reason, func.count())
        .where(Delivery.finished_at >= moment, Delivery.state.in_((FAILED, UNKNOWN)))
        .group_by(Delivery.state, Delivery.reason)
    )
    return rows.all()


async def forget_before(session: AsyncSession, settled: datetime, waiting: datetime, limit: int) -> int:
    """Remove what was settled before ``settled``, and what waited for a return in vain since before ``waiting``."""
    before = case((Delivery.payload.is_not(None), waiting), else_=settled)
    old = select(Delivery.id).where(Delivery.finished_at < settled, Delivery.finished_at < before).limit(limit)
    gone: CursorResult[Any] = await session.execute(delete(Delivery).where(Delivery.id.in_(old)))  # type: ignore[assignment]
    return gone.rowcount
