"""Watches and the top on a database of a test's own, with accounts stored as fetches leave them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from services.deliveries import Deliveries, Outgoing
from services.operations.audit import Audit
from services.people import People, Person
from services.security import Cipher
from services.tiktok.accounts import Accounts
from services.tiktok.curating import Proposal, TopList
from services.tiktok.profiles import Fetched
from services.tiktok.top import Top
from services.tiktok.watch_news import WatchesNews, WatchNews
from services.tiktok.watches import Watches
from services.works import Works

ANNA, BEN, OLYA = 1001, 1002, 1900
# 12:00 in Moscow, long after everybody's hour of daily notes.
NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class NoWays:
    """Here, nobody fetches: what fetches leave is stored by the tests themselves."""

    async def fetch(self, username: str, posts: int) -> Fetched:
        raise AssertionError(username)

    async def resolve(self, url: str) -> str:
        raise AssertionError(url)


async def no_report(error: Exception, now: datetime) -> None:
    raise AssertionError(error)


class Desk:
    """``said``: what people would be told, whether or not they want to be."""

    def __init__(self, database: Database, file: Path | None = None, *, admin_chat_id: int | None = None) -> None:
        self.database = database
        self.said: list[tuple[int, WatchNews]] = []
        self.proposed: list[tuple[str, Proposal]] = []
        # People for whom no words can be found.
        self.wordless: set[int] = set()
        self.people = People(database, default_time_zone="Europe/Moscow", owner_ids=frozenset({OLYA}))
        self.deliveries = Deliveries(
            database, Cipher("a secret for tests", "deliveries"), default_time_zone="Europe/Moscow"
        )
        self.works = Works(database, self.deliveries)
        self.accounts = Accounts(database, self.works, self.deliveries, NoWays(), report=no_report)
        self.watches = Watches(database, self.accounts)
        self.errors: list[Exception] = []
        self.news = WatchesNews(
            database, self.people, self.deliveries, self._words, report=self._heard, default_time_zone="Europe/Moscow"
        )
        self.top = Top(database, self.accounts, default_time_zone="Europe/Moscow", file=file)
        self.list = TopList(
            database,
            self.people,
            Audit(database),
            self.deliveries,
            self.accounts,
            self._proposal_words,
            admin_chat_id=admin_chat_id,
            owner_ids=frozenset({OLYA}),
        )

    async def _heard(self, error: Exception, now: datetime) -> None:
        self.errors.append(error)

    async def _words(self, person: Person, news: WatchNews) -> Outgoing:
        if person.id in self.wordless:
            raise KeyError(person.id)
        self.said.append((person.id, news))
        return Outgoing("news")

    async def _proposal_words(self, language: str, proposal: Proposal) -> Outgoing:
        self.proposed.append((language, proposal))
        return Outgoing("proposal")

    async def person(self, person_id: int = ANNA, **values: Any) -> Person:
        async with self.database.write() as session:
            if await session.get(tables.Person, person_id) is None:
                session.add(tables.Person(id=person_id, created_at=NOON, **{"muted": "", **values}))
        found = await self.people.find(person_id)
        assert found is not None
        return found

    async def fetched(
        self, username: str, at: datetime, followers: int = 1_000, posts: Mapping[str, Any] | None = None, **more: Any
    ) -> int:
        """The account as a fetch ``at`` that moment leaves it; ``posts``: views (or a post's columns) by number."""
        income, rating = more.pop("income", None), more.pop("rating", None)
        figures = {"followers": followers, "likes": more.pop("likes", 0), "videos": more.pop("videos", 0)}
        shown = {"income_mid": income, "rating": rating, **figures}
        async with self.database.write() as session:
            account = await session.scalar(
                select(tables.TikTokAccount).where(tables.TikTokAccount.username == username)
            )
            if account is None:
                account = tables.TikTokAccount(username=username, state="new", created_at=at)
                session.add(account)
            account.state, account.looked_at, account.fetched_at = "known", at, at
            for name, value in {**shown, **more}.items():
                setattr(account, name, value)
            await session.flush()
            session.add(
                tables.TikTokSnapshot(account_id=account.id, at=at, following=0, posts=0, source="embed", **shown)
            )
            for post_id, post in (posts or {}).items():
                await self._post(session, account.id, post_id, post, at)
        return account.id

    async def _post(self, session: AsyncSession, account_id: int, post_id: str, post: Any, at: datetime) -> None:
        columns = post if isinstance(post, dict) else {"views": post}
        where = tables.TikTokPost.account_id == account_id, tables.TikTokPost.post_id == post_id
        row = await session.scalar(select(tables.TikTokPost).where(*where))
        if row is None:
            row = tables.TikTokPost(
                account_id=account_id, post_id=post_id, published_at=at - 30 * DAY, description="", pinned=False,
                counted=True, duration=10, views=0, likes=1, comments=0, shares=0, saves=0, hashtags=[], sound_id="",
                sound_title="", sound_original=True, language="ru",
            )  # fmt: skip
            session.add(row)
        row.seen_at = at
        for name, value in columns.items():
            setattr(row, name, value)

    async def owed(self) -> list[tuple[str, int]]:
        """(key, chat) of what is owed, in the order in which it was."""
        async with self.database.read() as session:
            rows = await session.execute(
                select(tables.Delivery.key, tables.Delivery.chat_id).order_by(tables.Delivery.id)
            )
            return [(key, chat_id) for key, chat_id in rows]

    async def asked(self) -> list[tuple[str, datetime]]:
        """(name, due) of the fetches that are due, the first at first."""
        async with self.database.read() as session:
            rows = select(tables.Work.key, tables.Work.due_at).where(tables.Work.kind == "tiktok-account")
            return [(key, due) for key, due in await session.execute(rows.order_by(tables.Work.due_at, tables.Work.id))]

    async def all_fetched(self) -> None:
        """No fetch is due any more."""
        async with self.database.write() as session:
            await session.execute(update(tables.Work).values(state="done"))

    async def kept(self) -> set[int]:
        """Accounts that are fetched every day."""
        async with self.database.read() as session:
            wanted = select(tables.TikTokAccount.id).where(tables.TikTokAccount.refresh_at.is_not(None))
            return set(await session.scalars(wanted))
