"""What a guide is made of: an account and its posts as they were when it was offered, frozen until it is made."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from db.engine import Database
from db.queries import guides as queries
from services.errors import UserError
from services.tiktok.analytics import settled
from services.tiktok.constants import CONSTANTS, Constants
from services.tiktok.profiles import Post, Profile

# All posts of a guide: its sections need 30 to 60 of them, and twelve weeks.
POSTS = 120
LEAST_USABLE = 10
# What was frozen lately is offered again.
FRESH_FOR = timedelta(hours=1)

T = TypeVar("T")


class TooFewPosts(UserError):
    """No guide can be made of the account: ``usable`` posts of ``needed`` are neither pinned nor too young."""

    def __init__(self, username: str, usable: int, needed: int = LEAST_USABLE) -> None:
        super().__init__(username, usable, needed)
        self.username, self.usable, self.needed = username, usable, needed


@dataclass(frozen=True, slots=True)
class Material:
    """``posts`` newest first, ``at``: when they were seen. ``complete``: these are all that the account has.

    ``source`` and ``posts_source``: words of services.tiktok.sources. ``invented``: of the sandbox.
    """

    profile: Profile
    posts: tuple[Post, ...]
    at: datetime
    source: str
    posts_source: str
    complete: bool
    invented: bool

    def usable(self, constants: Constants = CONSTANTS) -> list[Post]:
        """Posts from which findings are made, newest first."""
        return settled(self.posts, self.at, constants)


@dataclass(frozen=True, slots=True)
class FrozenMaterial:
    """A material under its number."""

    id: int
    account_id: int
    material: Material


class Materials:
    """Keeps materials."""

    def __init__(self, database: Database, *, constants: Constants = CONSTANTS) -> None:
        self._database = database
        self._constants = constants

    async def freeze(self, account_id: int, material: Material, now: datetime) -> FrozenMaterial:
        """Keep what a guide can be made of. Raises TooFewPosts."""
        usable = len(material.usable(self._constants))
        if usable < LEAST_USABLE:
            raise TooFewPosts(material.profile.username, usable)
        async with self._database.write() as session:
            material_id = await queries.add_material(
                session, account_id, material.profile.username, usable, pack(material), now
            )
        return FrozenMaterial(material_id, account_id, material)

    async def find(self, material_id: int) -> FrozenMaterial | None:
        async with self._database.read() as session:
            row = await queries.find_material(session, material_id)
        return None if row is None else FrozenMaterial(row.id, row.account_id, unpack(row.content, Material))

    async def fresh(self, account_id: int, now: datetime) -> FrozenMaterial | None:
        """What was frozen of the account within the last hour."""
        async with self._database.read() as session:
            row = await queries.newest_material(session, account_id, now - FRESH_FOR)
        return None if row is None else FrozenMaterial(row.id, row.account_id, unpack(row.content, Material))


def pack(value: object) -> bytes:
    """A dataclass as compressed JSON."""
    return zlib.compress(msgspec.json.encode(value))


def unpack(packed: bytes, kind: type[T]) -> T:
    """What :func:`pack` made of a dataclass of this kind."""
    return msgspec.json.decode(zlib.decompress(packed), type=kind)
