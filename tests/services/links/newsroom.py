"""What tests of a link's news share: links of Anna and Ben, and what their owners are told."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from db import tables
from db.engine import Database
from db.queries import links, people
from services.deliveries import Deliveries, Outgoing
from services.links.news import LinkNews, News
from services.people import People, Person
from services.security import Cipher

ANNA, BEN = 1001, 1002
# 15:00 in Moscow, where those live who chose no zone.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Newsroom:
    """News of one database. ``said``: all for which words were found, be it that they were owed or not."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.said: list[tuple[int, News]] = []
        self.news = self.another()

    def another(self) -> LinkNews:
        """As another process has it."""
        return LinkNews(
            self.database,
            People(self.database, default_time_zone="Europe/Moscow", owner_ids=frozenset()),
            Deliveries(self.database, Cipher("a secret for tests", "deliveries"), default_time_zone="Europe/Moscow"),
            self._words,
            public_url="https://tok.example",
        )

    async def _words(self, person: Person, news: News) -> Outgoing:
        self.said.append((person.id, news))
        return Outgoing(type(news).__name__)

    async def link(self, slug: str = "a", owner_id: int = ANNA, **values: Any) -> int:
        async with self.database.write() as session:
            await people.add_if_new(session, owner_id, NOON)
            link = await links.add(session, slug=slug, owner_id=owner_id, target="https://example.com/", now=NOON)
            assert link is not None
            for name, value in values.items():
                setattr(link, name, value)
            return link.id

    async def change(self, table: type[tables.Base], row_id: int, **values: Any) -> None:
        async with self.database.write() as session:
            row = await session.get_one(table, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    async def add(self, *rows: tables.Base) -> None:
        async with self.database.write() as session:
            session.add_all(rows)

    async def owed(self) -> list[str]:
        """Keys of all messages that are owed."""
        async with self.database.read() as session:
            return list(await session.scalars(select(tables.Delivery.key).order_by(tables.Delivery.id)))

    async def due(self) -> list[datetime]:
        async with self.database.read() as session:
            return list(await session.scalars(select(tables.Delivery.due_at).order_by(tables.Delivery.id)))
