"""Queries of the top: whose list it is, each day's figures, what is proposed to operators."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.tiktok import fetched_after
from db.queries.upsert import insert_for
from db.tables import TikTokAccount, TikTokProposal, TikTokSnapshot, TikTokTopMember, TikTokTopPlace


class Member(NamedTuple):
    """An account of the list, or one that an operator took off it."""

    account_id: int
    username: str
    from_file: bool
    removed_at: datetime | None
    # What TikTok said of it last, as tiktok_accounts.state keeps it.
    state: str


class Taken(NamedTuple):
    """An account's figures: its followers ``at`` a fetch, and what follows from its posts as of ``whole_at``.

    That is the same fetch, or an earlier one where this one could not have the posts; None: none could, and the
    figures that follow from posts are not known.
    """

    account_id: int
    at: datetime
    followers: int
    whole_at: datetime | None
    income: int | None
    rating: int | None


class Named(NamedTuple):
    """A row of a day's top, and what the account is called."""

    place: TikTokTopPlace
    username: str
    nickname: str
    verified: bool


async def members(session: AsyncSession) -> Sequence[Member]:
    """All that ever were put on the list, those taken off too; by name."""
    rows = await session.execute(
        select(
            TikTokAccount.id,
            TikTokAccount.username,
            TikTokTopMember.from_file,
            TikTokTopMember.removed_at,
            TikTokAccount.state,
        )
        .join(TikTokTopMember, TikTokTopMember.account_id == TikTokAccount.id)
        .order_by(TikTokAccount.username)
    )
    return [Member(*row) for row in rows]


async def add_member(session: AsyncSession, account_id: int, now: datetime, *, from_file: bool) -> bool:
    """Whether it was not on the list; one that was taken off is on it again, and an operator's from then on."""
    insert = insert_for(session, TikTokTopMember).values(
        account_id=account_id, added_at=now, from_file=from_file, removed_at=None
    )
    added = insert.on_conflict_do_update(
        index_elements=[TikTokTopMember.account_id],
        set_={"added_at": now, "from_file": from_file, "removed_at": None},
        where=TikTokTopMember.removed_at.is_not(None),
    )
    return await session.scalar(added.returning(TikTokTopMember.account_id)) is not None


async def take_off(session: AsyncSession, account_id: int, now: datetime) -> bool:
    """Whether it was on the list."""
    off = update(TikTokTopMember).where(TikTokTopMember.account_id == account_id, TikTokTopMember.removed_at.is_(None))
    return await session.scalar(off.values(removed_at=now).returning(TikTokTopMember.account_id)) is not None


async def drop_members(session: AsyncSession, account_ids: Collection[int]) -> None:
    """The list forgets that they ever were on it."""
    await session.execute(delete(TikTokTopMember).where(TikTokTopMember.account_id.in_(account_ids)))


async def newest(
    session: AsyncSession, account_ids: Collection[int], since: datetime, until: datetime
) -> dict[int, Taken]:
    """Of each account, its last fetch from ``since`` to ``until``, with what the last one that had its posts found."""
    when = TikTokSnapshot.at >= since, TikTokSnapshot.at <= until
    last = await _last(session, account_ids, *when)
    lacking = [account_id for account_id, taken in last.items() if taken.whole_at is None]
    whole = await _last(session, lacking, *when, _IS_WHOLE) if lacking else {}
    return last | {
        account_id: last[account_id]._replace(whole_at=each.at, income=each.income, rating=each.rating)
        for account_id, each in whole.items()
    }


async def newest_between(
    session: AsyncSession, account_ids: Collection[int], start: datetime, end: datetime
) -> dict[int, Taken]:
    """Of each account, its last fetch with ``start`` <= at < ``end``."""
    return await _last(session, account_ids, TikTokSnapshot.at >= start, TikTokSnapshot.at < end)


# With its posts, or there are none.
_IS_WHOLE = or_(TikTokSnapshot.posts > 0, TikTokSnapshot.videos == 0)


async def _last(session: AsyncSession, account_ids: Collection[int], *when: Any) -> dict[int, Taken]:
    last = (
        select(TikTokSnapshot.account_id, func.max(TikTokSnapshot.at).label("at"))
        .where(TikTokSnapshot.account_id.in_(account_ids), *when)
        .group_by(TikTokSnapshot.account_id)
        .subquery()
    )
    rows = await session.execute(
        select(
            TikTokSnapshot.account_id,
            TikTokSnapshot.at,
            TikTokSnapshot.followers,
            case((_IS_WHOLE, TikTokSnapshot.at)),
            TikTokSnapshot.income_mid,
            TikTokSnapshot.rating,
        ).join(last, (last.c.account_id == TikTokSnapshot.account_id) & (last.c.at == TikTokSnapshot.at))
    )
    return {row[0]: Taken(*row) for row in rows}


async def latest_day(session: AsyncSession, before: date | None = None) -> date | None:
    """The last day that has a top; with ``before``, the last one before that."""
    days = select(func.max(TikTokTopPlace.day))
    day: date | None = await session.scalar(days if before is None else days.where(TikTokTopPlace.day < before))
    return day


async def places(session: AsyncSession, day: date) -> Sequence[Named]:
    """The day's figures, in no order."""
    rows = await session.execute(
        select(TikTokTopPlace, TikTokAccount.username, TikTokAccount.nickname, TikTokAccount.verified)
        .join(TikTokAccount, TikTokAccount.id == TikTokTopPlace.account_id)
        .where(TikTokTopPlace.day == day)
    )
    return [Named(*row) for row in rows]


async def set_place(session: AsyncSession, day: date, account_id: int, figures: Mapping[str, Any]) -> None:
    """The account's figures of the day, unless they are fresh ones already: these stay."""
    insert = insert_for(session, TikTokTopPlace).values(day=day, account_id=account_id, **figures)
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=[TikTokTopPlace.day, TikTokTopPlace.account_id],
            set_=dict(figures),
            where=~TikTokTopPlace.fresh,
        )
    )


async def drop_places(session: AsyncSession, day: date, account_ids: Collection[int]) -> None:
    await session.execute(
        delete(TikTokTopPlace).where(TikTokTopPlace.day == day, TikTokTopPlace.account_id.in_(account_ids))
    )


async def forget_before(session: AsyncSession, day: date) -> None:
    await session.execute(delete(TikTokTopPlace).where(TikTokTopPlace.day < day))


# Proposals


async def candidates(
    session: AsyncSession, least_followers: int, since: datetime, *, after: int, limit: int
) -> Sequence[TikTokAccount]:
    """Accounts fetched since then with more followers, on no list and never proposed, in the order of their fetches.

    Those fetched at the very moment ``since`` have ids after ``after``.
    """
    rows = select(TikTokAccount).where(
        *fetched_after(since, after),
        TikTokAccount.state == "known",
        TikTokAccount.followers > least_followers,
        ~exists().where(TikTokTopMember.account_id == TikTokAccount.id),
        ~exists().where(TikTokProposal.account_id == TikTokAccount.id),
    )
    return (await session.scalars(rows.order_by(TikTokAccount.fetched_at, TikTokAccount.id).limit(limit))).all()


async def propose(session: AsyncSession, account_id: int, now: datetime) -> bool:
    """Whether nobody proposed it before."""
    insert = insert_for(session, TikTokProposal).values(account_id=account_id, proposed_at=now)
    new = insert.on_conflict_do_nothing(index_elements=[TikTokProposal.account_id])
    return await session.scalar(new.returning(TikTokProposal.account_id)) is not None


async def decide(session: AsyncSession, account_id: int, now: datetime, *, accepted: bool) -> bool:
    """Whether it was proposed and nobody had decided."""
    open_one = update(TikTokProposal).where(
        TikTokProposal.account_id == account_id, TikTokProposal.decided_at.is_(None)
    )
    decided = open_one.values(decided_at=now, accepted=accepted).returning(TikTokProposal.account_id)
    return await session.scalar(decided) is not None


async def proposal(session: AsyncSession, account_id: int) -> tuple[TikTokProposal, TikTokAccount] | None:
    found = await session.execute(
        select(TikTokProposal, TikTokAccount)
        .join(TikTokAccount, TikTokAccount.id == TikTokProposal.account_id)
        .where(TikTokProposal.account_id == account_id)
    )
    row = found.one_or_none()
    return None if row is None else (row[0], row[1])


async def open_proposals(session: AsyncSession, limit: int) -> Sequence[TikTokAccount]:
    """Those that nobody decided on, the ones with the most followers first."""
    rows = (
        select(TikTokAccount)
        .join(TikTokProposal, TikTokProposal.account_id == TikTokAccount.id)
        .where(TikTokProposal.decided_at.is_(None))
    )
    return (await session.scalars(rows.order_by(TikTokAccount.followers.desc(), TikTokAccount.id).limit(limit))).all()
