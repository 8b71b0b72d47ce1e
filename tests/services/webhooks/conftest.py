"""A link with a webhook, who sends, and who receives."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from db import tables
from db.engine import Database
from db.queries import people
from db.queries import webhooks as queries
from services.deliveries import Deliveries, Outgoing
from services.links.link import Link
from services.links.links import Links
from services.security import Cipher
from services.webhooks import Webhook, Webhooks
from services.webhooks.sending import SwitchedOff
from services.works import Later, Works
from tests.services.webhooks.receiver import Receiver, receiving
from tests.services.works.workshop import Clock

ANNA, BEN = 1001, 1002
SECRET_KEY = "a secret for tests"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def webhooks_of(database: Database, *, allow_private: bool = True, secret_key: str = SECRET_KEY) -> Webhooks:
    """As one process has them, which may die."""
    deliveries = Deliveries(database, Cipher(secret_key, "deliveries"), default_time_zone="UTC")
    return Webhooks(
        database,
        Works(database, deliveries),
        deliveries,
        Cipher(secret_key, "webhooks"),
        public_url="https://tok.example",
        own_hosts=frozenset({"tok.example"}),
        allow_private=allow_private,
    )


@pytest.fixture
async def webhooks(database: Database) -> AsyncIterator[Webhooks]:
    webhooks = webhooks_of(database)
    yield webhooks
    await webhooks.close()


@pytest.fixture
async def link(database: Database, clock: Clock) -> Link:
    """Anna's."""
    async with database.write() as session:
        for person_id in (ANNA, BEN):
            await people.add_if_new(session, person_id, clock.now)
    links = Links(
        database,
        public_url="https://tok.example",
        own_hosts=frozenset({"tok.example"}),
        allow_private=False,
        most_per_person=3,
        choose=random.Random(7).choice,
    )
    made, _ = await links.create(ANNA, "https://example.com/own", clock.now)
    return made


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@dataclass
class Scene:
    """What happens to one link's webhook, in the words of who watches it."""

    database: Database
    webhooks: Webhooks
    link: Link
    clock: Clock
    notes: list[SwitchedOff] = field(default_factory=list)

    async def clicks(self, *clicks: int) -> None:
        """These were counted."""
        async with self.database.write() as session:
            await queries.hold_link(session, self.link.id)
            rows = [(self.link.id, ANNA, str(click)) for click in clicks]
            await queries.add_clicks(session, rows, self.clock.now)

    async def sends(self, webhooks: Webhooks | None = None) -> float | None:
        """Seconds until the next try; None: there is nothing left to try."""
        try:
            await (webhooks or self.webhooks).sender.send(self.link.id, self.words, self.clock)
        except Later as later:
            return later.pause.total_seconds()
        return None

    async def words(self, switched: SwitchedOff) -> Outgoing:
        self.notes.append(switched)
        return Outgoing(f"{switched.short_url} {switched.trouble}")

    async def state(self) -> Webhook:
        webhook = await self.webhooks.of(ANNA, self.link.id)
        assert webhook is not None
        return webhook

    async def is_told(self) -> bool:
        """Whether who counts clicks puts the link's aside."""
        async with self.database.read() as session:
            return (await session.get_one(tables.Link, self.link.id)).has_webhook

    async def owed(self) -> list[str]:
        """Keys of the messages that are owed."""
        async with self.database.read() as session:
            return list(await session.scalars(select(tables.Delivery.key).order_by(tables.Delivery.id)))

    async def works(self) -> int:
        async with self.database.read() as session:
            return len((await session.scalars(select(tables.Work.id))).all())


@pytest.fixture
async def scene(database: Database, webhooks: Webhooks, link: Link, clock: Clock) -> Scene:
    return Scene(database, webhooks, link, clock)
