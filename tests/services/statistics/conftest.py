import random
from datetime import UTC, datetime

import pytest

from db.engine import Database
from db.queries import people
from services.links.links import Links

ANNA, BEN = 1001, 1002
NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
async def links(database: Database) -> Links:
    """Links of Anna and Ben."""
    async with database.write() as session:
        for person_id in (ANNA, BEN):
            await people.add_if_new(session, person_id, NOW)
    return Links(
        database,
        public_url="https://tok.example",
        own_hosts=frozenset({"tok.example"}),
        allow_private=False,
        most_per_person=10,
        choose=random.Random(7).choice,
    )
