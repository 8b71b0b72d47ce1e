"""Accounts and what stands beside them, with a TikTok that does as it is told and counts what it is asked."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from db import tables
from db.engine import Database
from db.queries import people
from services.deliveries import Deliveries, Outgoing
from services.security import Cipher
from services.tiktok.accounts import ACCOUNT, AT_ONCE, Accounts
from services.tiktok.profiles import Fetched, Post, Profile
from services.tiktok.stored import Asker, Outcome
from services.works import Later, Progress, Work, WorkKind, Works
from services.works.worker import Worker
from tests.services.works.workshop import Shown
from tests.waiting import until

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANNA, BORIS = 1, 2
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def profile(username: str = "anna", **changes: object) -> Profile:
    known = Profile(
        username=username,
        user_id=f"7{len(username):018}",
        sec_uid=f"MS4w_{username}",
        nickname=username.title(),
        verified=False,
        bio="Сказки",
        bio_url="https://anna.example/",
        region="RU",
        language="ru",
        followers=12_000,
        following=10,
        likes=90_000,
        videos=10,
        liked=5,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def post(number: int, **changes: object) -> Post:
    """The higher its number, the older it is, by a day each."""
    known = Post(
        post_id=f"72{number:04}",
        published_at=NOW - number * DAY - 4 * DAY,
        description=f"Видео {number}",
        pinned=False,
        duration=20,
        views=1_000 + number,
        likes=100,
        comments=10,
        shares=5,
        saves=3,
        hashtags=("сказки",),
        sound_id="s1",
        sound_title="звук",
        sound_original=True,
        language="ru",
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def posts(numbers: Iterable[int]) -> tuple[Post, ...]:
    return tuple(post(number) for number in numbers)


@dataclass
class TikTok:
    """``answers`` by username; what is an exception is raised. ``gate``: nobody is answered before it is set."""

    answers: dict[str, Fetched | Exception] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    gate: asyncio.Event | None = None

    def shows(
        self,
        username: str = "anna",
        listed: Iterable[Post] = (),
        *,
        source: str = "browser",
        posts_source: str = "videos",
        complete: bool = False,
        **changes: object,
    ) -> None:
        found = profile(username, **changes)
        self.answers[username] = Fetched(found, tuple(listed), source, posts_source, complete)

    async def fetch(self, username: str, posts: int) -> Fetched:
        self.asked[username] += 1
        if self.gate is not None:
            await self.gate.wait()
        answer = self.answers[username]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def resolve(self, url: str) -> str:
        self.asked[url] += 1
        return self.addresses[url]


class Room:
    """A process of the platform: several share a database."""

    def __init__(self, database: Database, tiktok: TikTok | None = None) -> None:
        self.database = database
        self.tiktok = tiktok or TikTok()
        self.deliveries = Deliveries(database, Cipher("a secret for tests", "deliveries"), default_time_zone="UTC")
        self.works = Works(database, self.deliveries)
        self.errors: list[Exception] = []
        # What messages say now, by their numbers, and how often one was edited.
        self.messages: dict[int, str] = {}
        self.edits = 0
        self.now = NOW

        async def report(error: Exception, now: datetime) -> None:
            self.errors.append(error)

        self.accounts = Accounts(database, self.works, self.deliveries, self.tiktok, report=report)
        self.works.register([WorkKind(ACCOUNT, self.do, at_once=AT_ONCE, cancellable=False)])

    async def people(self, *ids: int) -> None:
        async with self.database.write() as session:
            for person_id in ids:
                await people.add_if_new(session, person_id, NOW)

    async def do(self, work: Work, progress: Progress) -> None:
        """As the chat does it."""
        outcome = await self.accounts.fetch(work, self.now)
        for asker in outcome.askers:
            if asker.told_at is not None:
                await self.accounts.owe(asker, Outgoing(word(outcome)), self.now)
                continue
            self.messages[asker.message_id] = word(outcome)
            self.edits += 1
            if outcome.silence:
                await self.accounts.told(asker, self.now)
            else:
                await self.accounts.answered(asker)
        for asker in outcome.over:
            await self.accounts.owe(asker, Outgoing("in vain"), self.now)
        if outcome.pause:
            raise Later(outcome.pause)

    async def ask(self, username: str = "anna", person_id: int = ANNA, message_id: int = 10, *, force: bool = False):
        asker = Asker(person_id, person_id, message_id)
        return await self.accounts.look(username, asker=asker, now=self.now, force=force)

    async def fetched(self, username: str = "anna") -> Outcome:
        """Have it fetched, as if it were asked for now."""
        work = Work(1, ACCOUNT, username, None, {"since": self.now.isoformat()})
        return await self.accounts.fetch(work, self.now)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker goes on during the block."""

        async def report(source: str, error: Exception, person_id: int | None) -> None:
            self.errors.append(error)

        worker = Worker(
            self.works,
            "bot",
            open_progress=lambda _work: Shown(),
            report=report,
            clock=lambda: self.now,
            look_seconds=0.02,
            grace_seconds=0,
        )
        stopping = asyncio.Event()
        running = asyncio.create_task(worker.run(stopping))
        try:
            yield
        finally:
            stopping.set()
            await running

    async def works_through(self) -> None:
        """Do what is due until nothing is, or is being done."""

        async def busy() -> int:
            async with self.database.read() as session:
                due = select(tables.Work.id).where(tables.Work.state == "due", tables.Work.due_at <= self.now)
                leased = select(tables.Work.id).where(tables.Work.state == "due", tables.Work.lease.is_not(None))
                return len((await session.scalars(due.union(leased))).all())

        async with self.working():
            await until(busy, 0)

    async def due(self) -> dict[str, datetime]:
        """When which account is fetched next by a work."""
        async with self.database.read() as session:
            rows = await session.scalars(select(tables.Work).where(tables.Work.state == "due"))
            return {row.key: row.due_at for row in rows}

    async def owed(self) -> list[tuple[int, str]]:
        """(chat, text) of each message that is owed."""
        async with self.database.read() as session:
            ids = list(await session.scalars(select(tables.Delivery.id).order_by(tables.Delivery.id)))
        dispatches = await self.deliveries.outbox.claim(ids, self.now)
        return [(each.chat_id, each.text) for each in dispatches]

    async def waiting(self) -> int:
        async with self.database.read() as session:
            return len((await session.scalars(select(tables.TikTokAsker.id))).all())

    async def snapshots(self, username: str = "anna") -> list[int]:
        """Followers at each of them."""
        account = await self.accounts.stored(username)
        assert account is not None
        return [each.followers for each in await self.accounts.snapshots(account.id)]

    async def counting(self, username: str = "anna") -> list[str]:
        """The numbers of the posts that its figures are made of."""
        account = await self.accounts.stored(username)
        assert account is not None
        return [each.post_id for each in await self.accounts.latest_posts(account.id)]

    def passes(self, how_long: timedelta) -> None:
        self.now += how_long


def word(outcome: Outcome) -> str:
    """In a word, how it ended."""
    if outcome.refusal:
        return outcome.refusal.state
    if outcome.silence:
        return "silence"
    assert outcome.account
    return f"{outcome.account.profile.followers} followers"
