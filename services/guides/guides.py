"""Guides as their buyers keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db import tables
from db.engine import Database
from db.queries import guides as queries
from services.errors import UserError
from services.guides.access import Pass, Tokens

# Where the page of a guide stands, under PUBLIC_URL.
PATH = "/r/"


class GuideNotFound(UserError):
    """There is none of this number, or it is somebody else's, or it was refunded."""


@dataclass(frozen=True, slots=True)
class KeptGuide:
    """A guide of somebody. ``share``: the number of the share link that stands; None: none does."""

    id: int
    order_id: int
    person_id: int
    username: str
    language: str
    made_at: datetime
    share: int | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenedGuide:
    """A guide that may be read. ``content``: what :mod:`services.guides.content` packed. ``own``: by its buyer."""

    guide: KeptGuide
    content: bytes
    own: bool


class Guides:
    """Opens guides for who may read them. ``public_url``: without a slash at its end."""

    def __init__(self, database: Database, tokens: Tokens, *, public_url: str) -> None:
        self._database = database
        self._tokens = tokens
        self._public_url = public_url

    def address(self, guide_id: int, share: int = 0) -> str:
        """Where the guide is read: by its buyer, or by whoever has the share link of this number."""
        return f"{self._public_url}{PATH}{self._tokens.make(Pass(guide_id, share))}"

    async def read(self, token: str) -> OpenedGuide:
        """What a token opens. Raises GuideNotFound, whatever is wrong with it."""
        opens = self._tokens.read(token)
        if opens is None:
            raise GuideNotFound
        async with self._database.read() as session:
            row = await queries.find(session, opens.guide_id)
        if row is None or row.closed_at is not None or (opens.share and opens.share != row.share):
            raise GuideNotFound
        return OpenedGuide(_kept(row), row.content, own=not opens.share)

    async def own(self, person_id: int, guide_id: int) -> OpenedGuide:
        """The person's own guide. Raises GuideNotFound."""
        async with self._database.read() as session:
            row = await queries.find(session, guide_id)
        if row is None or row.person_id != person_id or row.closed_at is not None:
            raise GuideNotFound
        return OpenedGuide(_kept(row), row.content, own=True)

    async def kept(self, person_id: int, guide_id: int) -> KeptGuide:
        """The person's own guide, a refunded one too. Raises GuideNotFound."""
        async with self._database.read() as session:
            row = await queries.find(session, guide_id)
        if row is None or row.person_id != person_id:
            raise GuideNotFound
        return _kept(row)

    async def being_made(self, person_id: int) -> Sequence[str]:
        """The accounts of guides that the person paid for and that are not there yet."""
        async with self._database.read() as session:
            return await queries.being_made(session, person_id)

    async def of_person(self, person_id: int, limit: int, offset: int = 0) -> tuple[Sequence[KeptGuide], int]:
        """Newest first, refunded ones too; and how many there are."""
        async with self._database.read() as session:
            rows = await queries.of_person(session, person_id, limit, offset)
            count = await queries.count_of(session, person_id)
        return [_kept(row) for row in rows], count

    async def share(self, person_id: int, guide_id: int) -> str:
        """The address that anybody may read the guide by, from now on. Raises GuideNotFound."""
        async with self._database.write() as session:
            number = await queries.share(session, guide_id, person_id)
        if number is None:
            raise GuideNotFound
        return self.address(guide_id, number)

    async def revoke(self, person_id: int, guide_id: int) -> bool:
        """Whether a share link stood until now; what was given out opens nothing any more."""
        async with self._database.write() as session:
            return await queries.revoke(session, guide_id, person_id)


def _kept(row: tables.Guide) -> KeptGuide:
    return KeptGuide(
        row.id, row.order_id, row.person_id, row.username, row.language, row.made_at, row.share, row.closed_at
    )
