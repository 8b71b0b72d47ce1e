"""Watches: a person hears of an account, each day of its growth, and at once of posts that fly and of milestones."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import people as people_queries
from db.queries import tiktok as account_queries
from db.queries import tiktok_watches as queries
from services.errors import UserError
from services.people import Person
from services.tiktok.accounts import Accounts
from services.tiktok.asking import REFUSED_FOR, refused_for
from services.tiktok.errors import REFUSALS, AccountUnshown
from services.tiktok.times import is_within

MOST_WATCHES = 20
# A watch of an account that was never fetched: how many followers it has is not known.
NOT_KNOWN = -1
# What ends a watch of an account that was never fetched. That nobody can say why TikTok shows nothing may be a mistake.
ENDING = frozenset(REFUSALS) - {AccountUnshown.state}


class TooManyWatches(UserError):
    """The person watches ``most`` accounts."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class UnknownAccount(UserError):
    """Only a forged press, or one of very long ago, asks for an account that we know nothing of."""


@dataclass(frozen=True, slots=True)
class WatchedAccount:
    """An account as watchers see it.

    ``fetched_at``: when its numbers were fetched; None: not yet. ``state``: what TikTok last said of it, a key of
    REFUSALS where it shows nothing any more.
    """

    id: int
    username: str
    nickname: str
    followers: int
    fetched_at: datetime | None
    state: str = "known"


class Watches:
    """Begins, lists and ends watches. Anything done twice changes nothing."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    async def begin(self, person: Person, username: str, now: datetime) -> WatchedAccount:
        """Watch an account, known or not. ``username`` in small letters, without @.

        Raises TooManyWatches, and the AccountRefused that TikTok has just said of one of which nothing else is known:
        see services.tiktok.asking.refused_for.
        """
        async with self._database.write() as session:
            # Two presses at once must not make one watch too many. Always the person first, and then the account: two
            # that begin and end at once must not wait for each other.
            await people_queries.hold(session, person.id)
            account_id = await self._accounts.add_in(session, username, now)
            return await self._begin(session, person, account_id, now)

    async def begin_by_id(self, person: Person, account_id: int, now: datetime) -> WatchedAccount:
        """As :meth:`begin`. Raises UnknownAccount."""
        async with self._database.write() as session:
            await people_queries.hold(session, person.id)
            return await self._begin(session, person, account_id, now)

    async def end(self, person_id: int, account_id: int) -> None:
        """The person hears no more of it; of one that they do not watch, nothing changes."""
        async with self._database.write() as session:
            await people_queries.hold(session, person_id)
            await account_queries.hold_by_id(session, account_id)
            if await queries.remove(session, person_id, account_id):
                await self._accounts.let_go_in(session, account_id)

    async def end_refused(self, now: datetime) -> int:
        """End watches of accounts that TikTok has just refused and of which nothing was ever known; how many.

        Whoever began one was told so when it was looked up. One of a refusal that is older waits for its fetch, and one
        that is not shown, nobody says why, is asked for again.
        """
        since = now - REFUSED_FOR
        async with self._database.read() as session:
            refused = await queries.refused(session, sorted(ENDING), since)
        ended = 0
        for account_id in refused:
            async with self._database.write() as session:
                account = await account_queries.hold_by_id(session, account_id)
                # It may have answered meanwhile.
                if account is not None and account.fetched_at is None and account.state in ENDING:
                    ended += await queries.remove_all(session, account_id)
                    await self._accounts.let_go_in(session, account_id)
        return ended

    async def of(self, person_id: int) -> tuple[WatchedAccount, ...]:
        """What the person watches, by name."""
        async with self._database.read() as session:
            return tuple(watched(row.account) for row in await queries.of_person(session, person_id))

    async def account(self, account_id: int) -> WatchedAccount:
        """Raises UnknownAccount."""
        async with self._database.read() as session:
            row = await queries.account(session, account_id)
        if row is None:
            raise UnknownAccount
        return watched(row)

    async def is_watching(self, person_id: int, account_id: int) -> bool:
        async with self._database.read() as session:
            return await queries.find(session, person_id, account_id) is not None

    async def _begin(self, session: AsyncSession, person: Person, account_id: int, now: datetime) -> WatchedAccount:
        account = await account_queries.hold_by_id(session, account_id)
        if account is None:
            raise UnknownAccount
        if await queries.find(session, person.id, account_id) is not None:
            return watched(account)
        is_refused = account.state in REFUSALS and is_within(account.looked_at, refused_for(account.state), now)
        if account.fetched_at is None and is_refused:
            raise REFUSALS[account.state](account.username)
        if await queries.count(session, person.id) >= MOST_WATCHES:
            raise TooManyWatches(MOST_WATCHES)
        await queries.add(
            session,
            person.id,
            account_id,
            # What there is to say today, they see for themselves.
            noted_on=now.astimezone(person.zone).date(),
            milestone=NOT_KNOWN if account.fetched_at is None else account.followers,
            seen_at=account.fetched_at,
            now=now,
        )
        await self._accounts.keep_fresh_in(session, account_id, now)
        return watched(account)


def watched(row: tables.TikTokAccount) -> WatchedAccount:
    return WatchedAccount(row.id, row.username, row.nickname, row.followers, row.fetched_at, row.state)
