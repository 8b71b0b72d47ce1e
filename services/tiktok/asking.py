"""People ask for an account: it is shown at once, or they are noted as waiting for the one fetch that answers all."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import tiktok as queries
from db.queries import works as work_queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ANSWER
from services.tiktok.errors import REFUSALS, AccountUnshown
from services.tiktok.stored import Asker, Look, StoredAccount, account_of
from services.tiktok.times import is_within
from services.works import Works

# The kind of work that fetches an account: its key is the username, so that it is one fetch, whoever asks.
ACCOUNT = "tiktok-account"
# The kind of work that finds out whose a short address is.
ADDRESS = "tiktok-address"
FRESH_FOR = timedelta(days=1)
FORCED_AFTER = timedelta(hours=1)
# An account whose posts could not be had: they are asked for again soon.
FRESH_WITHOUT_POSTS = timedelta(minutes=10)
# The top's accounts are fetched daily, and shown at once where that failed for some days.
TOP_SHOWN_FOR = timedelta(days=7)
REFUSED_FOR = timedelta(hours=1)
# Nobody has said why, and it may be a mistake: asked for again soon.
UNSHOWN_FOR = timedelta(minutes=10)


class Asking:
    """Notes who asks, and forgets them once they are answered."""

    def __init__(self, database: Database, works: Works, deliveries: Deliveries) -> None:
        self._database = database
        self._works = works
        self._deliveries = deliveries

    async def at_hand(self, username: str, now: datetime) -> StoredAccount | None:
        look = await self._stored(username, now, force=False)
        return None if look is None else look.account

    async def look(self, username: str, *, asker: Asker | None, now: datetime, force: bool) -> Look:
        look = await self._stored(username, now, force=force)
        if look is not None:
            return look
        async with self._database.write() as session:
            # Who stores a fetch holds the row, too: it sees this asker, or this sees what it has stored.
            row, in_top = await queries.hold(session, username, now)
            look = _at_once(account_of(row, in_top=in_top), now, force=force)
            if look is not None:
                return look
            if asker is not None:
                await queries.add_asker(session, username, asker, now)
            await self.ask_in(session, username, asker.person_id if asker else None, now)
        return Look(None)

    async def _stored(self, username: str, now: datetime, *, force: bool) -> Look | None:
        async with self._database.read() as session:
            found = await queries.find(session, username)
        return None if found is None else _at_once(account_of(found[0], in_top=found[1]), now, force=force)

    async def ask_in(self, session: AsyncSession, username: str, person_id: int | None, now: datetime) -> None:
        """The account is fetched now, however long its fetch was to wait; by the turn of this person."""
        facts = {"since": now.isoformat()}
        work_id = await self._works.enqueue_in(session, ACCOUNT, username, person_id=person_id, facts=facts, now=now)
        await work_queries.hasten(session, work_id, person_id, now)

    async def ask_address(self, url: str, asker: Asker, now: datetime) -> None:
        await self._works.enqueue(
            ADDRESS,
            f"{asker.chat_id}:{asker.message_id}",
            person_id=asker.person_id,
            facts={"url": url, "address": asker.address, "since": now.isoformat()},
            now=now,
            chat_id=asker.chat_id,
            message_id=asker.message_id,
        )

    async def told(self, asker: Asker, now: datetime, outgoing: Outgoing | None) -> None:
        async with self._database.write() as session:
            if await queries.tell_asker(session, asker.id, asker.turn, now) and outgoing is not None:
                key = f"{_key('tiktok-silent', asker)}:{asker.turn}"
                await self._deliveries.enqueue_in(session, ANSWER, key, asker.chat_id, outgoing, now)

    async def answered(self, asker: Asker) -> None:
        async with self._database.write() as session:
            await queries.forget_asker(session, asker.id, asker.turn)

    async def owe(self, asker: Asker, outgoing: Outgoing, now: datetime) -> None:
        async with self._database.write() as session:
            # Who erased their data, or was answered by another, waits no longer; who asked again hears of that.
            if await queries.forget_asker(session, asker.id, asker.turn):
                key = _key("tiktok-account", asker)
                await self._deliveries.enqueue_in(session, ANSWER, key, asker.chat_id, outgoing, now)


def _key(word: str, asker: Asker) -> str:
    # SQLite gives an id again once it is free, and what was owed once is not owed again.
    since = "" if asker.asked_at is None else f"{asker.asked_at.timestamp():.6f}"
    return f"{word}:{asker.id}:{since}"


def _at_once(account: StoredAccount, now: datetime, *, force: bool) -> Look | None:
    """What can be shown without asking TikTok; None: nothing. Raises AccountRefused where it has just refused."""
    if account.state in REFUSALS and is_within(account.looked_at, refused_for(account.state), now):
        raise REFUSALS[account.state](account.username)
    return Look(account) if is_fresh(account, now, force=force) else None


def is_fresh(account: StoredAccount, now: datetime, *, force: bool = False) -> bool:
    """Whether it can be shown as it is stored, without asking TikTok."""
    return account.state not in REFUSALS and is_within(account.fetched_at, fresh_for(account, force=force), now)


def fresh_for(account: StoredAccount, *, force: bool = False) -> timedelta:
    """How long its last fetch is good for; ``force``: for those who want it anew."""
    if account.lacks_posts:
        return FRESH_WITHOUT_POSTS
    if force:
        return FORCED_AFTER
    return TOP_SHOWN_FOR if account.in_top else FRESH_FOR


def refused_for(state: str) -> timedelta:
    """How long is believed what TikTok has said; ``state``: a key of REFUSALS."""
    return UNSHOWN_FOR if state == AccountUnshown.state else REFUSED_FOR
