"""Sends clicks to webhooks: batch after batch, each until it is taken, for a day at most.

A batch is made in one transaction and kept to the letter until its webhook has answered with a 2xx. So a crash between
the sending and the noting of it repeats the batch under the same number: each arrives at least once, and in order.
"""

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import (
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
)
from sqlalchemy.ext.asyncio import AsyncSession
from yarl import URL

from db import tables
from db.engine import Database
from db.queries import webhooks as queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import LINK_NEWS
from services.outside import NotPublic, public_session
from services.security import Cipher, Unreadable
from services.webhooks.signing import batch_body, headers
from services.works import Later

CLICKS_IN_A_BATCH: Final = 100
# After so many it is another's turn, and then this one's again.
BATCHES_IN_A_ROW: Final = 20
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
# So long nobody took a batch: then it is switched off.
PATIENCE: Final = timedelta(days=1)

# Why a batch was not taken, where no HTTP status says so.
TIMEOUT, NAME, PRIVATE, TLS, UNREACHABLE, REDIRECT, SECRET = (
    "timeout", "name", "private", "tls", "unreachable", "redirect", "secret",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """A webhook of ``owner_id`` that failed for a day, at last by ``trouble``."""

    owner_id: int
    link_id: int
    short_url: str
    url: str
    trouble: str


# What its owner is told; None: they are not known any more.
Words = Callable[[SwitchedOff], Awaitable[Outgoing | None]]


@dataclass(frozen=True, slots=True)
class _Batch:
    """``secret`` None: it cannot be read any more."""

    url: str
    secret: str | None
    body: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """``trouble`` None: it was taken. ``wait``: how long the webhook wants to be left alone."""

    trouble: str | None
    wait: timedelta = timedelta()


class Sender:
    """One for a process, used in one event loop, closed at its end."""

    def __init__(
        self, database: Database, deliveries: Deliveries, cipher: Cipher, *, public_url: str, allow_private: bool
    ) -> None:
        self._database = database
        self._deliveries = deliveries
        self._cipher = cipher
        self._public_url = public_url
        self._allow_private = allow_private
        self._session: ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, link_id: int, words: Words, clock: Callable[[], datetime]) -> None:
        """Tell the link's webhook of all clicks that wait. Raises Later where it is to be tried again."""
        for _ in range(BATCHES_IN_A_ROW):
            batch = await self._next(link_id)
            if batch is None:
                return
            answer = await self._post(batch, clock())
            if answer.trouble is not None:
                pause = await self._failed(link_id, batch, answer, words, clock())
                if pause is not None:
                    raise Later(pause)
            else:
                await self._taken(link_id, batch, clock())
        raise Later(timedelta())

    async def send_test(self, link_id: int, now: datetime) -> str | None:
        """Send a click that never was; why it was not taken, None: it was. Clicks that wait are left alone."""
        async with self._database.read() as session:
            row = await queries.find(session, link_id)
            link = await session.get(tables.Link, link_id)
        if row is None or link is None:
            return None
        body = batch_body(link.slug, secrets.token_hex(16), [_made_up(link.slug, now)], test=True)
        return (await self._post(_Batch(row.url, self._secret(row), body), now)).trouble

    async def _next(self, link_id: int) -> _Batch | None:
        """The batch on its way, or a new one; None: nothing waits, and the work is gone."""
        while True:
            async with self._database.write() as session:
                row = await queries.hold(session, link_id)
                if row is None or row.off_since is not None:
                    await queries.forget_waiting(session, link_id)
                    await queries.end_work(session, link_id)
                    return None
                if row.batch is None and await self._drops(session, link_id):
                    continue
                while row.batch is None:
                    await self._fill(session, row)
                    if row.batch is None and await queries.end_work(session, link_id):
                        return None
                return _Batch(row.url, self._secret(row), row.batch)

    async def _drops(self, session: AsyncSession, link_id: int) -> bool:
        """Leave out what waited for too long; whether there may be more of it, for a transaction of its own."""
        return await queries.drop_oldest(session, link_id, queries.DROPPED_AT_ONCE) == queries.DROPPED_AT_ONCE

    async def _fill(self, session: AsyncSession, row: tables.LinkWebhook) -> None:
        clicks = await queries.take(session, row.link_id, CLICKS_IN_A_BATCH)
        if clicks:
            await session.refresh(row, ["dropped"])
            link = await session.get_one(tables.Link, row.link_id)
            row.batch = batch_body(link.slug, secrets.token_hex(16), clicks, dropped=row.dropped)
            row.dropped = 0

    def _secret(self, row: tables.LinkWebhook) -> str | None:
        try:
            return self._cipher.open(row.secret, str(row.link_id)).decode()
        except Unreadable:
            # SECRET_KEY is another one: the owner is told in a day, and makes a new secret.
            return None

    async def _taken(self, link_id: int, batch: _Batch, now: datetime) -> None:
        async with self._database.write() as session:
            row = await queries.hold(session, link_id)
            if row is not None and row.batch == batch.body:
                row.batch, row.taken_at = None, now
                row.failing_since = row.trouble = None

    async def _failed(
        self, link_id: int, batch: _Batch, answer: _Answer, words: Words, now: datetime
    ) -> timedelta | None:
        """How long to wait before the next try; None: there is none with this batch and this address."""
        async with self._database.read() as session:
            row = await queries.find(session, link_id)
            link = await session.get(tables.Link, link_id)
        note = None
        if row is not None and link is not None and _is_over(row, now) and _has_owner(link):
            short_url = f"{self._public_url}/{link.slug}"
            assert link.owner_id is not None
            note = await words(SwitchedOff(link.owner_id, link_id, short_url, row.url, answer.trouble or ""))
        async with self._database.write() as session:
            link = await queries.hold_link(session, link_id)
            row = await queries.hold(session, link_id)
            if row is None or link is None or (row.batch, row.url) != (batch.body, batch.url):
                return None
            row.failing_since, row.trouble = row.failing_since or now, answer.trouble
            if not _is_over(row, now):
                return pause_after(now - row.failing_since, answer.wait)
            await self._switch_off(session, link, row, note, now)
        return None

    async def _switch_off(
        self,
        session: AsyncSession,
        link: tables.Link,
        row: tables.LinkWebhook,
        note: Outgoing | None,
        now: datetime,
    ) -> None:
        row.off_since, row.batch, row.dropped = now, None, 0
        link.has_webhook = False
        await queries.forget_waiting(session, link.id)
        await queries.end_work(session, link.id)
        if note is not None and link.owner_id is not None:
            key = f"webhook-off:{link.id}:{int(now.timestamp())}"
            await self._deliveries.notify_in(session, link.owner_id, LINK_NEWS, key, note, now)

    async def _post(self, batch: _Batch, now: datetime) -> _Answer:
        """Never raises for what the other side does."""
        if batch.secret is None:
            return _Answer(SECRET)
        if self._session is None:
            agent = f"Toklink webhooks (+{self._public_url})"
            self._session = public_session(self._allow_private, headers={"User-Agent": agent})
        signed = headers(batch.body, batch.secret, int(now.timestamp()))
        try:
            # Its body says nothing to us, and is not read; a redirect is no answer, wherever it leads.
            async with self._session.post(
                # Not written anew: a signed address holds as it stands alone.
                URL(batch.url, encoded=True),
                data=batch.body.encode(),
                headers=signed,
                allow_redirects=False,
            ) as response:
                return _answer(response)
        except (ClientError, OSError) as error:
            return _Answer(_trouble(error))


def _answer(response: ClientResponse) -> _Answer:
    if 200 <= response.status < 300:
        return _Answer(None)
    if 300 <= response.status < 400:
        return _Answer(REDIRECT)
    asked = response.headers.get("Retry-After", "")
    seconds = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0
    return _Answer(f"HTTP {response.status}", timedelta(seconds=seconds))


def _trouble(error: ClientError | OSError) -> str:
    if isinstance(error, TimeoutError):
        return TIMEOUT
    if isinstance(error, ClientConnectorDNSError):
        return NAME
    if isinstance(error, ClientSSLError):
        return TLS
    if isinstance(error, ClientConnectorError) and isinstance(error.os_error, NotPublic):
        return PRIVATE
    return UNREACHABLE


def _is_over(row: tables.LinkWebhook, now: datetime) -> bool:
    return row.failing_since is not None and now - row.failing_since >= PATIENCE


def _has_owner(link: tables.Link) -> bool:
    """Nobody wants to hear of a link that they deleted."""
    return link.owner_id is not None and link.deleted_at is None


def pause_after(failing_for: timedelta, asked: timedelta = timedelta()) -> timedelta:
    """Twice as long each time, from ten seconds to an hour; longer where the webhook asks for it, up to the same."""
    return min(max(failing_for, asked, FIRST_PAUSE), LONGEST_PAUSE)


def _made_up(slug: str, now: datetime) -> str:
    """Somebody with an iPhone, who came from TikTok."""
    click = {
        "id": f"test-{secrets.token_hex(8)}",
        "at": now.isoformat(timespec="milliseconds"),
        "slug": slug,
        "country": "RU",
        "device": "iPhone",
        "system": "iOS 18",
        "browser": "Mobile Safari",
        "app": "TikTok",
        "referrer": "tiktok.com",
        "language": "ru",
        "qr": False,
        "variant": "",
        "first_visit": True,
    }
    return json.dumps(click)
