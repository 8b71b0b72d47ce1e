"""Accounts that somebody wants to know of are fetched once a day, unasked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import tiktok as queries
from services.tiktok.asking import ACCOUNT, Asking
from services.tiktok.times import DAY, FARTHEST, next_refresh
from services.works import Works

# A run asks for this many at most; the next one goes on.
MOST_AT_ONCE = 200
# Between two of them: a person who asks meanwhile need not wait for all.
PACE = timedelta(seconds=1)
# Asked for, and not fetched by then: it is asked for again.
FETCHED_WITHIN = timedelta(hours=1)
# By then who asked has been told something, unless their work was lost.
TOLD_WITHIN = timedelta(minutes=1)


class Refreshing:
    """Asks for fetches that are due. Run as often as one likes, by as many as one likes: each is asked for once."""

    def __init__(self, database: Database, works: Works, asking: Asking) -> None:
        self._database = database
        self._works = works
        self._asking = asking

    async def ask_due(self, now: datetime) -> int:
        """How many refreshes are due and asked for; and nobody who waits is forgotten."""
        async with self._database.read() as session:
            forsaken = await queries.forsaken(session, ACCOUNT, now - TOLD_WITHIN, MOST_AT_ONCE)
        if forsaken:
            async with self._database.write() as session:
                # Works are asked for in one order: two processes at once must not wait for each other.
                for username in sorted(forsaken):
                    await self._asking.ask_in(session, username, None, now)
        async with self._database.read() as session:
            if not await queries.is_refresh_due(session, now, now + FARTHEST):
                return 0
        async with self._database.write() as session:
            await queries.let_go_unwanted(session, now, now + FARTHEST, until=now + DAY, limit=MOST_AT_ONCE)
            usernames = await queries.claim_refreshes(
                session, now, now + FARTHEST, until=now + FETCHED_WITHIN, limit=MOST_AT_ONCE
            )
            return await self.ask_in(session, usernames, now, PACE)

    async def ask(self, usernames: Iterable[str], now: datetime, pace: timedelta) -> int:
        async with self._database.write() as session:
            return await self.ask_in(session, usernames, now, pace)

    async def ask_in(self, session: AsyncSession, usernames: Iterable[str], now: datetime, pace: timedelta) -> int:
        due = {username: now + pace * number for number, username in enumerate(usernames)}
        facts = {"since": now.isoformat()}
        for username, due_at in sorted(due.items()):
            await self._works.enqueue_in(
                session, ACCOUNT, username, person_id=None, facts=facts, now=now, due_at=due_at
            )
        return len(due)

    async def keep_fresh_in(self, session: AsyncSession, account_id: int, now: datetime) -> None:
        found = await queries.find_by_id(session, account_id)
        if found is None or found[0].refresh_at is not None:
            return
        row, _ = found
        refresh_at = now
        if row.fetched_at is not None and not row.lacks_posts:
            refresh_at = max(now, next_refresh(row.username, row.fetched_at))
        await queries.set_refresh(session, account_id, refresh_at)

    async def let_go_in(self, session: AsyncSession, account_id: int) -> None:
        await session.flush()
        await queries.let_go(session, account_id)
