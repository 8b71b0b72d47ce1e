"""A link's webhook as its owner sees and changes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects
from db.queries import links as link_queries
from db.queries import webhooks as queries
from services.deliveries import Deliveries
from services.links.errors import LinkNotFound, OwnAddress
from services.links.targets import parse_target
from services.security import Cipher
from services.webhooks.errors import NoWebhook, WebhookNotSecure, WebhookToOurselves
from services.webhooks.sending import Sender
from services.webhooks.signing import clicks_in, new_secret
from services.works import Works

# The kind of work that sends a made-up click.
TEST: Final = "webhook-test"
# What an update gave, as it is remembered of it.
GIVEN: Final = "webhook secret given"


@dataclass(frozen=True, slots=True)
class Webhook:
    """``taken_at``: when the last batch arrived. ``failing_since``: since when none does, and ``trouble`` why.

    ``off_since``: it is switched off; by us where it is failing, else by its owner. ``waiting``: clicks that it is
    still to be told of; ``dropped``: how many more there were, which is too many.
    """

    url: str
    created_at: datetime
    taken_at: datetime | None
    failing_since: datetime | None
    trouble: str | None
    off_since: datetime | None
    waiting: int
    dropped: int


class Webhooks:
    """Each method is one transaction, checks ``owner_id`` and raises LinkNotFound.

    ``cause`` is the update that asks: handled again, it finds the secret that it was given.
    """

    def __init__(
        self,
        database: Database,
        works: Works,
        deliveries: Deliveries,
        cipher: Cipher,
        *,
        public_url: str,
        own_hosts: frozenset[str],
        allow_private: bool,
    ) -> None:
        """``allow_private``: addresses may be private, and http as well."""
        self._database = database
        self._works = works
        self._cipher = cipher
        self._own_hosts = own_hosts
        self._allow_private = allow_private
        # For who does due work, and nobody else.
        self.sender = Sender(database, deliveries, cipher, public_url=public_url, allow_private=allow_private)

    async def close(self) -> None:
        await self.sender.close()

    async def of(self, owner_id: int, link_id: int) -> Webhook | None:
        """None: the link has no webhook."""
        async with self._database.read() as session:
            link = await link_queries.of_owner(session, link_id, owner_id)
            if link is None or link.deleted_at is not None:
                raise LinkNotFound
            row = await queries.find(session, link_id)
            return None if row is None else await _webhook(session, row)

    async def set(
        self, owner_id: int, link_id: int, address: str, now: datetime, *, cause: int | None = None
    ) -> tuple[Webhook, str]:
        """The link's clicks are told to ``address`` from now on, those that wait as well; and its new secret.

        Raises WebhookNotSecure, WebhookToOurselves, and what ``parse_target`` raises.
        """
        url = self._address(address)
        async with self._changing(owner_id, link_id) as (session, link):
            row = await queries.hold(session, link_id)
            if cause is not None and row is not None and await effects.find(session, cause, GIVEN) is not None:
                return await _webhook(session, row), self._secret(row)
            if row is None:
                row = tables.LinkWebhook(link_id=link_id, created_at=now, dropped=0)
                session.add(row)
            row.url = url
            row.failing_since = row.trouble = row.off_since = row.taken_at = None
            link.has_webhook = True
            secret = await self._give_secret(session, row, now, cause)
            await queries.hurry(session, link_id, now)
            return await _webhook(session, row), secret

    async def renew_secret(
        self, owner_id: int, link_id: int, now: datetime, *, cause: int | None = None
    ) -> tuple[Webhook, str]:
        """The secret that batches are signed under from now on. Raises NoWebhook."""
        async with self._changing(owner_id, link_id) as (session, _link):
            row = await _held(session, link_id)
            if cause is not None and await effects.find(session, cause, GIVEN) is not None:
                return await _webhook(session, row), self._secret(row)
            secret = await self._give_secret(session, row, now, cause)
            return await _webhook(session, row), secret

    async def switch(self, owner_id: int, link_id: int, now: datetime, *, on: bool) -> Webhook:
        """Off: clicks are told no longer, and those that wait are forgotten. Raises NoWebhook."""
        async with self._changing(owner_id, link_id) as (session, link):
            row = await _held(session, link_id)
            # As it stands already: a press that is handled again forgets no failure.
            if on != (row.off_since is None):
                row.off_since = None if on else now
                row.failing_since = row.trouble = None
                link.has_webhook = on
            if not on:
                await forget_clicks(session, row)
            return await _webhook(session, row)

    async def remove(self, owner_id: int, link_id: int) -> None:
        """Of a link without a webhook, nothing."""
        async with self._changing(owner_id, link_id) as (session, link):
            link.has_webhook = False
            row = await queries.hold(session, link_id)
            if row is not None:
                await forget_clicks(session, row)
                await session.delete(row)

    async def begins_testing(self, owner_id: int, link_id: int, *, cause: int) -> bool:
        """Whether the update ``cause`` may ask for a test; False: it has done so before. Raises NoWebhook."""
        if await self.of(owner_id, link_id) is None:
            raise NoWebhook
        return not await self._works.has_caused(TEST, cause)

    async def ask_to_test(
        self, owner_id: int, link_id: int, now: datetime, *, page: int, chat_id: int, message_id: int, cause: int
    ) -> None:
        """A made-up click is sent as soon as can be, and the message says how it went. Raises NoWebhook."""
        if await self.of(owner_id, link_id) is None:
            raise NoWebhook
        await self._works.enqueue(
            TEST,
            str(link_id),
            person_id=owner_id,
            facts={"page": page},
            now=now,
            chat_id=chat_id,
            message_id=message_id,
            cause=cause,
        )

    @asynccontextmanager
    async def _changing(self, owner_id: int, link_id: int) -> AsyncIterator[tuple[AsyncSession, tables.Link]]:
        """Web processes need not know of webhooks: who counts clicks reads it anew each time."""
        async with self._database.write() as session:
            link = await queries.hold_link(session, link_id)
            if link is None or link.owner_id != owner_id or link.deleted_at is not None:
                raise LinkNotFound
            yield session, link

    def _address(self, text: str) -> str:
        try:
            target = parse_target(text, own_hosts=self._own_hosts, allow_private=self._allow_private)
        except OwnAddress:
            raise WebhookToOurselves from None
        if not target.url.startswith("https:") and not self._allow_private:
            raise WebhookNotSecure
        return target.url.partition("#")[0]

    async def _give_secret(
        self, session: AsyncSession, row: tables.LinkWebhook, now: datetime, cause: int | None
    ) -> str:
        secret = new_secret()
        row.secret = self._cipher.lock(secret.encode(), str(row.link_id))
        await session.flush()
        if cause is not None:
            await effects.keep(session, cause, GIVEN, {"link": row.link_id}, now)
        return secret

    def _secret(self, row: tables.LinkWebhook) -> str:
        return self._cipher.open(row.secret, str(row.link_id)).decode()


async def forget_clicks(session: AsyncSession, row: tables.LinkWebhook) -> None:
    """Whatever waits is told nowhere, and nobody is due to tell it."""
    row.batch, row.dropped = None, 0
    await queries.forget_waiting(session, row.link_id)
    await queries.end_work(session, row.link_id)


async def _held(session: AsyncSession, link_id: int) -> tables.LinkWebhook:
    row = await queries.hold(session, link_id)
    if row is None:
        raise NoWebhook
    return row


async def _webhook(session: AsyncSession, row: tables.LinkWebhook) -> Webhook:
    waiting = await queries.count_waiting(session, row.link_id)
    return Webhook(
        url=row.url,
        created_at=row.created_at,
        taken_at=row.taken_at,
        failing_since=row.failing_since,
        trouble=row.trouble,
        off_since=row.off_since,
        waiting=waiting + clicks_in(row.batch),
        dropped=row.dropped,
    )
