"""Queries about TikTok accounts: what is known of them, and who waits for them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.upsert import insert_for
from db.queries.works import DUE
from db.tables import (
    Person,
    TikTokAccount,
    TikTokAsker,
    TikTokBioLink,
    TikTokPost,
    TikTokSnapshot,
    TikTokTopMember,
    TikTokWatch,
    Work,
)

NEW = "new"
# Rows of one INSERT: SQLite takes 32,766 values, and a post has about twenty.
ROWS_AT_ONCE = 500


async def find(session: AsyncSession, username: str) -> tuple[TikTokAccount, bool] | None:
    """The account, and whether it is in the top's list."""
    return await _one(session, _accounts().where(TikTokAccount.username == username))


async def find_by_id(session: AsyncSession, account_id: int) -> tuple[TikTokAccount, bool] | None:
    return await _one(session, _accounts().where(TikTokAccount.id == account_id))


async def hold(session: AsyncSession, username: str, now: datetime) -> tuple[TikTokAccount, bool]:
    """The account, a new row where there is none; nobody else changes it until the transaction ends."""
    insert = insert_for(session, TikTokAccount).values(username=username, state=NEW, created_at=now)
    await session.execute(insert.on_conflict_do_nothing(index_elements=[TikTokAccount.username]))
    # SQLite has one writer at a time anyway, and leaves FOR UPDATE out.
    held = select(TikTokAccount).where(TikTokAccount.username == username).with_for_update(key_share=True)
    row = (await session.scalars(held.execution_options(populate_existing=True))).one()
    return row, bool(await session.scalar(select(is_in_top(TikTokAccount.id)).where(TikTokAccount.id == row.id)))


async def hold_by_id(session: AsyncSession, account_id: int) -> TikTokAccount | None:
    """As :func:`hold`. Whoever holds more than one thing: people first, then accounts, then what stands beside them."""
    held = select(TikTokAccount).where(TikTokAccount.id == account_id).with_for_update(key_share=True)
    return (await session.scalars(held.execution_options(populate_existing=True))).one_or_none()


def fetched_after(since: datetime, account_id: int) -> tuple[ColumnElement[bool], ...]:
    """Fetched after ``since``, or then and with a greater id: what is read in parts goes on there."""
    # The first condition is for the index.
    later = (TikTokAccount.fetched_at > since) | (TikTokAccount.id > account_id)
    return TikTokAccount.fetched_at >= since, later


def is_in_top(account_id: ColumnElement[int] | Any) -> ColumnElement[bool]:
    member = TikTokTopMember.account_id == account_id
    return exists().where(member, TikTokTopMember.removed_at.is_(None))


def is_wanted() -> ColumnElement[bool]:
    """Whether somebody watches the account, it is in the top, or a link stands in its bio."""
    return (
        exists().where(TikTokWatch.account_id == TikTokAccount.id)
        | exists().where(TikTokBioLink.account_id == TikTokAccount.id)
        | is_in_top(TikTokAccount.id)
    )


def is_awaited() -> ColumnElement[bool]:
    """Whether it is in the top, or any of those who want it can be told of it."""
    can_be_told = Person.banned_at.is_(None) & Person.unreachable_at.is_(None)
    watches = (TikTokWatch.account_id == TikTokAccount.id) & (Person.id == TikTokWatch.person_id)
    has_link = (TikTokBioLink.account_id == TikTokAccount.id) & (Person.id == TikTokBioLink.person_id)
    return exists().where(watches, can_be_told) | exists().where(has_link, can_be_told) | is_in_top(TikTokAccount.id)


def _accounts() -> Select[TikTokAccount, bool]:
    return select(TikTokAccount, is_in_top(TikTokAccount.id))


async def _one(session: AsyncSession, accounts: Select[TikTokAccount, bool]) -> tuple[TikTokAccount, bool] | None:
    row = (await session.execute(accounts)).one_or_none()
    return None if row is None else (row[0], bool(row[1]))


# Posts


async def newest_posts(session: AsyncSession, account_id: int, limit: int) -> Sequence[TikTokPost]:
    """Whatever is stored, newest first."""
    return (await session.scalars(_newest(account_id).limit(limit))).all()


async def counted_posts(session: AsyncSession, account_id: int) -> Sequence[TikTokPost]:
    """Those that the account's figures are made of, newest first."""
    return (await session.scalars(_newest(account_id).where(TikTokPost.counted))).all()


async def posts_of(session: AsyncSession, account_id: int, post_ids: Collection[str]) -> Sequence[TikTokPost]:
    of_them = select(TikTokPost).where(TikTokPost.account_id == account_id, TikTokPost.post_id.in_(post_ids))
    return (await session.scalars(of_them)).all()


def _newest(account_id: int) -> Select[TikTokPost]:
    posts = select(TikTokPost).where(TikTokPost.account_id == account_id)
    return posts.order_by(TikTokPost.published_at.desc(), TikTokPost.post_id.desc())


async def keep_posts(session: AsyncSession, account_id: int, posts: Sequence[Mapping[str, Any]]) -> None:
    """Each with all columns but ``account_id``; known ones get these figures."""
    for first in range(0, len(posts), ROWS_AT_ONCE):
        insert = insert_for(session, TikTokPost).values(
            [{"account_id": account_id, **post} for post in posts[first : first + ROWS_AT_ONCE]]
        )
        figures = {name: insert.excluded[name] for name in posts[0] if name != "post_id"}
        key = [TikTokPost.account_id, TikTokPost.post_id]
        await session.execute(insert.on_conflict_do_update(index_elements=key, set_=figures))


async def count_only(session: AsyncSession, account_id: int, post_ids: Collection[str]) -> None:
    """Of the account's posts, these count, and no others."""
    of_account = TikTokPost.account_id == account_id
    counts = TikTokPost.post_id.in_(post_ids)
    await session.execute(update(TikTokPost).where(of_account, TikTokPost.counted, ~counts).values(counted=False))
    await session.execute(update(TikTokPost).where(of_account, ~TikTokPost.counted, counts).values(counted=True))


# History


async def add_snapshot(session: AsyncSession, account_id: int, at: datetime, **figures: Any) -> None:
    insert = insert_for(session, TikTokSnapshot).values(account_id=account_id, at=at, **figures)
    key = [TikTokSnapshot.account_id, TikTokSnapshot.at]
    # Two fetches at one moment: a clock that stood still.
    await session.execute(insert.on_conflict_do_nothing(index_elements=key))


async def snapshots(session: AsyncSession, account_id: int, since: datetime | None) -> Sequence[TikTokSnapshot]:
    """Oldest first."""
    of_account = select(TikTokSnapshot).where(TikTokSnapshot.account_id == account_id)
    if since is not None:
        of_account = of_account.where(TikTokSnapshot.at >= since)
    return (await session.scalars(of_account.order_by(TikTokSnapshot.at))).all()


async def forget_history(session: AsyncSession, account_id: int) -> None:
    """All posts and snapshots."""
    await session.execute(delete(TikTokPost).where(TikTokPost.account_id == account_id))
    await session.execute(delete(TikTokSnapshot).where(TikTokSnapshot.account_id == account_id))


# Who waits


class Asks(Protocol):
    """Who asks, by which message, and what they sent."""

    @property
    def person_id(self) -> int: ...
    @property
    def chat_id(self) -> int: ...
    @property
    def message_id(self) -> int: ...
    @property
    def address(self) -> str: ...


async def add_asker(session: AsyncSession, username: str, asker: Asks, now: datetime) -> None:
    """Once for each message; who asks again by it looks at it again, in a new turn, and has waited since the first."""
    insert = insert_for(session, TikTokAsker).values(
        username=username,
        person_id=asker.person_id,
        chat_id=asker.chat_id,
        message_id=asker.message_id,
        address=asker.address,
        asked_at=now,
    )
    key = [TikTokAsker.username, TikTokAsker.chat_id, TikTokAsker.message_id]
    again = {"told_at": None, "address": insert.excluded.address, "turn": TikTokAsker.turn + 1}
    await session.execute(insert.on_conflict_do_update(index_elements=key, set_=again))


async def askers(session: AsyncSession, username: str) -> Sequence[TikTokAsker]:
    """Who asked first stands first."""
    return (
        await session.scalars(select(TikTokAsker).where(TikTokAsker.username == username).order_by(TikTokAsker.id))
    ).all()


async def tell_asker(session: AsyncSession, asker_id: int, turn: int, now: datetime) -> bool:
    """Whether they did not know yet; who has asked again since that turn does not."""
    untold = update(TikTokAsker).where(*_in_turn(asker_id, turn), TikTokAsker.told_at.is_(None))
    return await session.scalar(untold.values(told_at=now).returning(TikTokAsker.id)) is not None


async def forget_asker(session: AsyncSession, asker_id: int, turn: int) -> bool:
    """Whether they still waited; who has asked again since that turn waits on."""
    gone = delete(TikTokAsker).where(*_in_turn(asker_id, turn)).returning(TikTokAsker.id)
    return await session.scalar(gone) is not None


def _in_turn(asker_id: int, turn: int) -> tuple[ColumnElement[bool], ...]:
    return TikTokAsker.id == asker_id, TikTokAsker.turn == turn


async def forsaken(session: AsyncSession, kind: str, before: datetime, limit: int) -> Sequence[str]:
    """Usernames that somebody waits for though no work of this ``kind`` is due, or untold since ``before``."""
    due = exists().where(Work.kind == kind, Work.key == TikTokAsker.username, Work.state == DUE)
    untold = TikTokAsker.told_at.is_(None) & (TikTokAsker.asked_at < before)
    waiting = select(TikTokAsker.username).where(~due | untold)
    return (await session.scalars(waiting.distinct().limit(limit))).all()


# Refreshes


def _is_due(now: datetime, far: datetime) -> ColumnElement[bool]:
    """By now; or later than ``far``, by a clock that went back since."""
    return (TikTokAccount.refresh_at <= now) | (TikTokAccount.refresh_at > far)


async def is_refresh_due(session: AsyncSession, now: datetime, far: datetime) -> bool:
    return bool(await session.scalar(select(exists().where(_is_due(now, far)))))


async def let_go_unwanted(session: AsyncSession, now: datetime, far: datetime, *, until: datetime, limit: int) -> None:
    """Of accounts whose refresh is due, those that nobody wants to know of any more are refreshed no longer.

    Those of which nobody can be told now are due again at ``until``: people come back.
    """
    for lacking, refresh_at in ((~is_wanted(), None), (~is_awaited(), until)):
        chosen = await _choose_due(session, now, far, lacking, limit)
        let_go = update(TikTokAccount).where(TikTokAccount.id.in_(chosen)).values(refresh_at=refresh_at)
        await session.execute(let_go.execution_options(synchronize_session=False))


async def claim_refreshes(
    session: AsyncSession, now: datetime, far: datetime, *, until: datetime, limit: int
) -> Sequence[str]:
    """Usernames whose refresh is due, who waits longest first; due again at ``until``, unless they are fetched."""
    chosen = await _choose_due(session, now, far, is_awaited(), limit)
    claim = update(TikTokAccount).where(TikTokAccount.id.in_(chosen)).values(refresh_at=until)
    claimed = await session.execute(
        claim.returning(TikTokAccount.id, TikTokAccount.username).execution_options(synchronize_session=False)
    )
    names = {row.id: row.username for row in claimed}
    return [names[account_id] for account_id in chosen]


async def _choose_due(
    session: AsyncSession, now: datetime, far: datetime, which: ColumnElement[bool], limit: int
) -> Sequence[int]:
    """Ids of accounts to be changed, who waits longest first: of none that somebody else is changing."""
    due = select(TikTokAccount.id).where(_is_due(now, far), which).order_by(TikTokAccount.refresh_at, TikTokAccount.id)
    return (await session.scalars(due.limit(limit).with_for_update(skip_locked=True, key_share=True))).all()


async def set_refresh(session: AsyncSession, account_id: int, refresh_at: datetime | None) -> None:
    await session.execute(update(TikTokAccount).where(TikTokAccount.id == account_id).values(refresh_at=refresh_at))


async def let_go(session: AsyncSession, account_id: int) -> None:
    """It is refreshed no longer, unless somebody still wants to know of it."""
    unwanted = update(TikTokAccount).where(TikTokAccount.id == account_id, ~is_wanted())
    await session.execute(unwanted.values(refresh_at=None).execution_options(synchronize_session=False))
