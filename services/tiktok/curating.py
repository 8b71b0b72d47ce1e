"""What operators do with the top's list: add, take off, and decide on accounts that are proposed."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import tiktok as account_queries
from db.queries import tiktok_top as queries
from db.queries import tiktok_watches as watch_queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import PROPOSAL
from services.operations import audit
from services.operations.audit import Audit
from services.operations.readers import readers
from services.people import People, Person, Right
from services.tiktok.accounts import Accounts
from services.tiktok.watches import UnknownAccount

MEMBERS_ON_A_PAGE = 10
MOST_OPEN = 10
# Looked-up accounts with more followers may belong into the top, when they write in Cyrillic letters.
LEAST_FOLLOWERS = 100_000
# Of posts with any words, so many in Cyrillic.
CYRILLIC_SHARE = 0.5
POSTS = 30
AT_ONCE = 50
# The job runs often: an account that was looked up while it did not is proposed when it is fetched next.
LATELY = timedelta(hours=3)
CYRILLIC, LETTERS = re.compile("[\u0400-\u04ff]"), re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Listed:
    """An account of the list. ``from_file``: TOP_FILE has it. ``state``: as StoredAccount has it."""

    account_id: int
    username: str
    from_file: bool
    state: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """Page ``number`` (from 1) of ``pages``; ``total`` accounts are on the list, ``proposed`` wait for a decision."""

    members: tuple[Listed, ...]
    number: int
    pages: int
    total: int
    proposed: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """An account that may belong into the top. ``accepted`` None: nobody decided yet."""

    account_id: int
    username: str
    nickname: str
    followers: int
    accepted: bool | None


# A proposal in a language, as operators get it.
Words = Callable[[str, Proposal], Awaitable[Outgoing]]


class TopList:
    """Methods of operators check the right of ``actor`` and raise NotAllowed; what is done twice changes nothing."""

    def __init__(
        self,
        database: Database,
        people: People,
        log: Audit,
        deliveries: Deliveries,
        accounts: Accounts,
        words: Words,
        *,
        admin_chat_id: int | None,
        owner_ids: frozenset[int],
    ) -> None:
        self._database = database
        self._people = people
        self._log = log
        self._deliveries = deliveries
        self._accounts = accounts
        self._words = words
        self._admin_chat_id = admin_chat_id
        self._owner_ids = owner_ids

    async def page(self, actor: Person, number: int) -> ListPage:
        """Page ``number`` of the list, or the nearest that there is; by name."""
        actor.require(Right.CURATE_TOP)
        async with self._database.read() as session:
            listed = [_listed(each) for each in await queries.members(session) if each.removed_at is None]
            proposed = len(await queries.open_proposals(session, MOST_OPEN))
        pages = max(1, -(-len(listed) // MEMBERS_ON_A_PAGE))
        number = min(max(number, 1), pages)
        shown = listed[(number - 1) * MEMBERS_ON_A_PAGE : number * MEMBERS_ON_A_PAGE]
        return ListPage(tuple(shown), number, pages, len(listed), proposed)

    async def member(self, actor: Person, account_id: int) -> Listed:
        """One account of the list. Raises UnknownAccount for one that is not on it (any more)."""
        actor.require(Right.CURATE_TOP)
        async with self._database.read() as session:
            for each in await queries.members(session):
                if each.account_id == account_id and each.removed_at is None:
                    return _listed(each)
        raise UnknownAccount

    async def add(self, actor: Person, username: str, now: datetime) -> bool:
        """Put an account on the list, and have it fetched; whether it was not there. ``username`` in small letters."""
        actor.require(Right.CURATE_TOP)
        async with self._database.write() as session:
            account_id = await self._accounts.add_in(session, username, now)
            return await self._add(session, actor, account_id, username, now)

    async def take_off(self, actor: Person, account_id: int, now: datetime) -> None:
        """Take an account off the list; TOP_FILE does not bring it back."""
        actor.require(Right.CURATE_TOP)
        async with self._database.write() as session:
            row = await account_queries.hold_by_id(session, account_id)
            if row is None or not await queries.take_off(session, account_id, now):
                return
            day = await queries.latest_day(session)
            if day is not None:
                await queries.drop_places(session, day, [account_id])
            await self._accounts.let_go_in(session, account_id)
            subject = audit.of_account(row.username)
            await self._log.note_in(session, actor.id, audit.REMOVE_FROM_TOP, subject, {}, now)

    async def proposals(self, actor: Person) -> tuple[Proposal, ...]:
        """Those that nobody decided on, the greatest first."""
        actor.require(Right.CURATE_TOP)
        async with self._database.read() as session:
            return tuple(_proposal(row, None) for row in await queries.open_proposals(session, MOST_OPEN))

    async def proposal(self, actor: Person, account_id: int) -> Proposal:
        """One of them, decided or not. Raises UnknownAccount."""
        actor.require(Right.CURATE_TOP)
        async with self._database.read() as session:
            found = await queries.proposal(session, account_id)
        if found is None:
            raise UnknownAccount
        return _proposal(found[1], found[0].accepted)

    async def decide(self, actor: Person, account_id: int, now: datetime, *, accept: bool) -> Proposal:
        """The proposal as it is decided: by this, or by whoever was first. Raises UnknownAccount."""
        actor.require(Right.CURATE_TOP)
        async with self._database.write() as session:
            await account_queries.hold_by_id(session, account_id)
            is_first = await queries.decide(session, account_id, now, accepted=accept)
            found = await queries.proposal(session, account_id)
            if found is None:
                raise UnknownAccount
            proposal, row = found
            if is_first and accept:
                await self._add(session, actor, account_id, row.username, now)
            elif is_first:
                subject = audit.of_account(row.username)
                await self._log.note_in(session, actor.id, audit.KEEP_OUT_OF_TOP, subject, {}, now)
        return _proposal(row, proposal.accepted)

    async def propose(self, now: datetime) -> int:
        """Propose accounts that were looked up lately to operators; how many."""
        proposed, since, after = 0, now - LATELY, 0
        while True:
            async with self._database.read() as session:
                rows = await queries.candidates(session, LEAST_FOLLOWERS, since, after=after, limit=AT_ONCE)
                texts = {row.id: await watch_queries.newest_posts(session, row.id, POSTS) for row in rows}
            for row in rows:
                if writes_cyrillic([post.description for post in texts[row.id]]):
                    proposed += await self._propose(_proposal(row, None), now)
            if len(rows) < AT_ONCE:
                return proposed
            since, after = rows[-1].fetched_at or since, rows[-1].id

    async def _propose(self, proposal: Proposal, now: datetime) -> bool:
        found = await readers(self._people, self._admin_chat_id, self._owner_ids)
        messages = [(reader.chat_id, await self._words(reader.language, proposal)) for reader in found]
        async with self._database.write() as session:
            if not await queries.propose(session, proposal.account_id, now):
                return False
            for chat_id, outgoing in messages:
                key = f"tiktok-proposal:{proposal.account_id}:{chat_id}"
                await self._deliveries.enqueue_in(session, PROPOSAL, key, chat_id, outgoing, now)
        return True

    async def _add(self, session: AsyncSession, actor: Person, account_id: int, username: str, now: datetime) -> bool:
        if not await queries.add_member(session, account_id, now, from_file=False):
            return False
        await self._accounts.keep_fresh_in(session, account_id, now)
        await self._log.note_in(session, actor.id, audit.ADD_TO_TOP, audit.of_account(username), {}, now)
        await self._accounts.refresh_in(session, [username], now, timedelta())
        return True


def writes_cyrillic(texts: Sequence[str]) -> bool:
    """Whether most of the texts that have any letters have Cyrillic ones."""
    worded = [text for text in texts if LETTERS.search(text)]
    return bool(worded) and sum(bool(CYRILLIC.search(text)) for text in worded) >= CYRILLIC_SHARE * len(worded)


def _listed(member: queries.Member) -> Listed:
    return Listed(member.account_id, member.username, member.from_file, member.state)


def _proposal(row: tables.TikTokAccount, accepted: bool | None) -> Proposal:
    return Proposal(row.id, row.username, row.nickname, row.followers, accepted)
