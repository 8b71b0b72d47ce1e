import pytest

from db.engine import Database
from tests.services.tiktok.accounts.room import ANNA, BORIS, Room


@pytest.fixture
async def room(database: Database) -> Room:
    """Accounts on both databases, and two people who may ask for them."""
    room = Room(database)
    await room.people(ANNA, BORIS)
    return room
