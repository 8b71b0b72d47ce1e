"""TikTok accounts: the way in for whoever wants to know of one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import tiktok as queries
from services.deliveries import Deliveries, Outgoing
from services.tiktok.asking import ACCOUNT, ADDRESS, FORCED_AFTER, Asking
from services.tiktok.constants import CONSTANTS, Constants
from services.tiktok.errors import REFUSALS, AccountRefused, TikTokSilent
from services.tiktok.profiles import Fetched, Post
from services.tiktok.refreshing import Refreshing
from services.tiktok.stored import (
    Asker,
    Look,
    Outcome,
    Snapshot,
    StoredAccount,
    account_of,
    asker_of,
    post_of,
    snapshot_of,
)
from services.tiktok.storing import Storing, is_settled
from services.tiktok.times import asked_pause
from services.tiktok.trouble import DATABASE_ERRORS, Report
from services.works import Work, Works

__all__ = ["ACCOUNT", "ADDRESS", "AT_ONCE", "DATABASE_ERRORS", "FORCED_AFTER", "Accounts", "Ways"]

# Fetches at once in one process.
AT_ONCE = 4
# The income is reckoned from 30 posts that are neither pinned nor too young, the rating from the 30 newest.
POSTS = 45
# Who was told that TikTok does not answer waits so long; then they are told that it was in vain.
WAITED_FOR = timedelta(days=1)


class Ways(Protocol):
    """The sources together: see services.tiktok.sources."""

    async def fetch(self, username: str, posts: int) -> Fetched:
        """The account with this many of its newest posts. Raises AccountRefused and TikTokSilent."""

    async def resolve(self, url: str) -> str:
        """Whose a short address of TikTok is: a username. Raises NotAUsername, AccountRefused and TikTokSilent."""


class Accounts:
    """Accounts as they are stored, and fetches of them.

    Order of what is shown: the top's data, else what is stored and under a day old, else TikTok is asked, once, however
    many people wait. No network inside a transaction.
    """

    def __init__(
        self,
        database: Database,
        works: Works,
        deliveries: Deliveries,
        ways: Ways,
        *,
        report: Report,
        constants: Constants = CONSTANTS,
    ) -> None:
        self._database = database
        self._ways = ways
        self._report = report
        self._storing = Storing(database, constants)
        self._asking = Asking(database, works, deliveries)
        self._refreshing = Refreshing(database, works, self._asking)

    # What is stored

    async def stored(self, username: str) -> StoredAccount | None:
        """Whatever is stored, however old; None: nobody ever asked. ``username`` in small letters, without @."""
        async with self._database.read() as session:
            found = await queries.find(session, username)
        return None if found is None else account_of(found[0], in_top=found[1])

    async def by_id(self, account_id: int) -> StoredAccount | None:
        async with self._database.read() as session:
            found = await queries.find_by_id(session, account_id)
        return None if found is None else account_of(found[0], in_top=found[1])

    async def posts(self, account_id: int, limit: int = 120) -> tuple[Post, ...]:
        """Newest first, with those that are gone from TikTok, whose figures are those of when they were last seen."""
        async with self._database.read() as session:
            return tuple(post_of(row) for row in await queries.newest_posts(session, account_id, limit))

    async def latest_posts(self, account_id: int) -> tuple[Post, ...]:
        """Those that the account's figures are made of, newest first: see services.tiktok.merging.counted."""
        async with self._database.read() as session:
            return tuple(post_of(row) for row in await queries.counted_posts(session, account_id))

    async def snapshots(self, account_id: int, since: datetime | None = None) -> tuple[Snapshot, ...]:
        """Every fetch since then, oldest first; of what is older than 90 days, the last one of each day."""
        async with self._database.read() as session:
            return tuple(snapshot_of(row) for row in await queries.snapshots(session, account_id, since))

    # Who asks

    async def at_hand(self, username: str, now: datetime) -> StoredAccount | None:
        """The account, where it can be shown without asking TikTok. Raises AccountRefused as :meth:`look` does."""
        return await self._asking.at_hand(username, now)

    async def look(self, username: str, *, asker: Asker | None, now: datetime, force: bool = False) -> Look:
        """The account, or a fetch of it, after which ``asker`` is answered: a work of kind ACCOUNT.

        Asked again for the same message, it is the same. ``force``: fetch it anew, if it is an hour old. Raises
        AccountRefused where TikTok has refused it within the last hour.
        """
        return await self._asking.look(username, asker=asker, now=now, force=force)

    async def ask_address(self, url: str, asker: Asker, now: datetime) -> None:
        """Have a work of kind ADDRESS find out whose a short address is."""
        await self._asking.ask_address(url, asker, now)

    async def resolve(self, url: str) -> str:
        """Whose a short address is, for due work: TikTok is asked. Raises NotAUsername, OtherSite and TikTokSilent."""
        return await self._ways.resolve(url)

    async def told(self, asker: Asker, now: datetime, outgoing: Outgoing | None = None) -> None:
        """They know that TikTok does not answer, and will be written to.

        ``outgoing`` says so, where the message that they wait by cannot: it is owed, once.
        """
        await self._asking.told(asker, now, outgoing)

    async def answered(self, asker: Asker) -> None:
        """They wait no longer."""
        await self._asking.answered(asker)

    async def owe(self, asker: Asker, outgoing: Outgoing, now: datetime) -> None:
        """They are answered by a message of its own, once."""
        await self._asking.owe(asker, outgoing, now)

    # Fetches

    async def fetch(self, work: Work, now: datetime) -> Outcome:
        """Do a work of kind ACCOUNT. Done again, it asks TikTok nothing, and names those who are still to be answered.

        What a source raises against its word is silence, of which operators hear. Raises what the database raises.
        """
        username, since = work.key, datetime.fromisoformat(work.facts["since"])
        silence = None
        account, askers = await self._known(username)
        if not is_settled(account, since, now):
            silence = await self._ask_ways(username, since, now)
            account, askers = await self._known(username)
        if silence is None:
            refusal = REFUSALS[account.state](username) if account and account.state in REFUSALS else None
            return Outcome(username, None if refusal else account, refusal, askers=askers)
        return _unanswered(username, account, silence, askers, now)

    async def fetch_posts(self, username: str, posts: int, now: datetime) -> tuple[StoredAccount, Fetched]:
        """Ask TikTok now, for so many posts or all, and keep what comes as any fetch does.

        What is given back is merged with what was known of the account and of these posts. Raises AccountRefused and
        TikTokSilent.
        """
        fetched = await self._fetched(username, posts, now, now)
        async with self._database.read() as session:
            found = await queries.find(session, username)
            assert found is not None
            account = account_of(found[0], in_top=found[1])
            rows = await queries.posts_of(session, account.id, [post.post_id for post in fetched.posts])
        known = {row.post_id: post_of(row) for row in rows}
        merged = tuple(known.get(post.post_id, post) for post in fetched.posts)
        return account, replace(fetched, profile=account.profile, posts=merged)

    async def refresh_due(self, now: datetime) -> int:
        """Ask for the fetches that are due; how many. Who waits for one whose work was lost is seen to as well."""
        return await self._refreshing.ask_due(now)

    async def refresh(self, usernames: Iterable[str], now: datetime, pace: timedelta = timedelta(seconds=0.2)) -> int:
        """Ask for a fetch of each, ``pace`` apart, so that nobody who asks meanwhile waits for all; how many."""
        return await self._refreshing.ask(usernames, now, pace)

    async def refresh_in(self, session: AsyncSession, usernames: Iterable[str], now: datetime, pace: timedelta) -> int:
        """As :meth:`refresh`, in the caller's transaction."""
        return await self._refreshing.ask_in(session, usernames, now, pace)

    async def add_in(self, session: AsyncSession, username: str, now: datetime) -> int:
        """The id of the account, whether it was ever fetched or not; held until the caller's transaction ends."""
        row, _ = await queries.hold(session, username, now)
        return row.id

    async def keep_fresh_in(self, session: AsyncSession, account_id: int, now: datetime) -> None:
        """From now on it is fetched once a day: somebody watches it, or it is in the top."""
        await self._refreshing.keep_fresh_in(session, account_id, now)

    async def let_go_in(self, session: AsyncSession, account_id: int) -> None:
        """After the row is gone that wanted it: fetched once a day no longer, unless another wants it."""
        await self._refreshing.let_go_in(session, account_id)

    async def _known(self, username: str) -> tuple[StoredAccount | None, tuple[Asker, ...]]:
        async with self._database.read() as session:
            found = await queries.find(session, username)
            askers = tuple(asker_of(row) for row in await queries.askers(session, username))
        return None if found is None else account_of(found[0], in_top=found[1]), askers

    async def _ask_ways(self, username: str, since: datetime, now: datetime) -> TikTokSilent | None:
        try:
            await self._fetched(username, POSTS, since, now)
        except AccountRefused:
            return None
        except TikTokSilent as silence:
            return silence
        return None

    async def _fetched(self, username: str, posts: int, since: datetime, now: datetime) -> Fetched:
        """What TikTok says, after it was kept. Raises AccountRefused and TikTokSilent, which are kept as well."""
        try:
            fetched = await self._ways.fetch(username, posts)
        except AccountRefused as refusal:
            await self._storing.refuse(username, refusal, since, now)
            raise
        except TikTokSilent as silence:
            await self._fail(username, silence, now)
            raise
        except Exception as error:
            # An OSError here is the network's or the browser's.
            raise await self._fail_oddly(username, error, now) from error
        try:
            await self._storing.keep(username, fetched, since, now)
        except DATABASE_ERRORS:
            raise
        except Exception as error:
            raise await self._fail_oddly(username, error, now) from error
        return fetched

    async def _fail_oddly(self, username: str, error: Exception, now: datetime) -> TikTokSilent:
        """Silence for people, an error for operators."""
        await self._report(error, now)
        return await self._fail(username, TikTokSilent({"": "error"}), now)

    async def _fail(self, username: str, silence: TikTokSilent, now: datetime) -> TikTokSilent:
        await self._storing.fail(username, silence, now)
        return silence


def _unanswered(
    username: str, account: StoredAccount | None, silence: TikTokSilent, askers: Sequence[Asker], now: datetime
) -> Outcome:
    """Who does not know of the silence is told; who knows waits on, for a day."""
    over = tuple(each for each in askers if each.asked_at is not None and now - each.asked_at > WAITED_FOR)
    waiting = tuple(each for each in askers if each not in over)
    return Outcome(
        username,
        account if account is not None and account.fetched_at else None,
        silence=silence,
        askers=tuple(each for each in waiting if each.told_at is None),
        over=over,
        pause=asked_pause(account.failures) if account is not None and waiting else None,
    )
