"""The operators' desk: whom they find, and what they decide of people. Each act is noted with what it did."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import unquote

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects
from db.queries import links as link_queries
from db.queries import people as queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ACCOUNT
from services.errors import UserError
from services.operations import audit
from services.operations.above import require_above
from services.operations.audit import Audit
from services.people import People, Person, Right, Role
from services.people.roles import GIVEN

ACTED = "person act"
# Why notices that were owed to who is banned are not sent.
BANNED = "banned"
# A number that the database can hold.
NUMBER = re.compile("[0-9]{1,18}")


class NothingFound(UserError):
    """``text`` leads to no person, no link and no error."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class PersonFound:
    id: int


@dataclass(frozen=True, slots=True)
class LinkFound:
    id: int


@dataclass(frozen=True, slots=True)
class ErrorFound:
    id: str


Found = PersonFound | LinkFound | ErrorFound
Look = Callable[[AsyncSession], Awaitable[Found | None]]


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as operators see them. ``unreachable``: since when Telegram refuses what is sent to them, and why.

    ``links`` stand, of which ``disabled`` are switched off; ``clicks`` and ``visitors`` of those that stand.
    """

    person: Person
    since: datetime
    unreachable: tuple[datetime, str] | None
    links: int
    disabled: int
    clicks: int
    visitors: int


class Desk:
    """Every method checks the right of ``actor`` and raises NotAllowed.

    ``cause`` is the update that asks for an act: asked again, the same update does it no second time. ``notice`` is
    what the person is told, made in their language; it is owed in the transaction of the act.
    """

    def __init__(
        self,
        database: Database,
        people: People,
        log: Audit,
        deliveries: Deliveries,
        *,
        admin_chat_id: int | None,
    ) -> None:
        self._database = database
        self._people = people
        self._log = log
        self._deliveries = deliveries
        self._admin_chat_id = admin_chat_id

    async def is_admin_group(self, chat_id: int) -> bool:
        """Whether operators talk there, whatever ids the group has had."""
        return self._admin_chat_id is not None and await self._deliveries.chat_now(self._admin_chat_id) == chat_id

    async def search(self, actor: Person, text: str) -> Found:
        """What an operator typed: an id, @name, a short link or slug, the number of an error. Raises NothingFound."""
        actor.require(Right.LOOK_UP)
        # PostgreSQL takes no NUL, and nothing is called so.
        word = text.replace("\0", "").strip()
        async with self._database.read() as session:
            for look in _looks(word):
                found = await look(session)
                if found is not None:
                    return found
        raise NothingFound(text)

    async def card(self, actor: Person, person_id: int, now: datetime) -> PersonCard:
        """Raises NothingFound."""
        actor.require(Right.LOOK_UP)
        async with self._database.read() as session:
            row = await queries.find(session, person_id)
            if row is None:
                raise NothingFound(str(person_id))
            links, disabled, clicks, visitors = await link_queries.sums(session, person_id)
        await self._log.note_look(actor.id, audit.of_person(person_id), now)
        unreachable = None if row.unreachable_at is None else (row.unreachable_at, row.unreachable_reason or "")
        return PersonCard(self._people.known(row), row.created_at, unreachable, links, disabled, clicks, visitors)

    async def ban(
        self, actor: Person, person_id: int, reason: str, notice: Outgoing, now: datetime, *, cause: int | None = None
    ) -> None:
        """Leave a person unanswered and without notices from now on; who is banned stays so.

        Raises NotAbove, NothingFound.
        """
        actor.require(Right.BAN)
        async with self._database.write() as session:
            await self._above(session, actor, person_id)
            if await _is_done(session, cause) or not await queries.ban(session, person_id, reason, now):
                return
            await self._deliveries.drop_notices_in(session, person_id, BANNED, now)
            await self._act(session, actor, audit.BAN, person_id, {"reason": reason}, notice, now, cause)

    async def unban(
        self, actor: Person, person_id: int, notice: Outgoing, now: datetime, *, cause: int | None = None
    ) -> None:
        """Answer a person again; of one who is not banned, nothing. Raises NotAbove, NothingFound."""
        actor.require(Right.BAN)
        async with self._database.write() as session:
            await self._above(session, actor, person_id)
            if await _is_done(session, cause) or not await queries.unban(session, person_id):
                return
            await self._act(session, actor, audit.UNBAN, person_id, {}, notice, now, cause)

    async def give_role(
        self, actor: Person, person_id: int, role: Role, notice: Outgoing, now: datetime, *, cause: int | None = None
    ) -> None:
        """``role``: PERSON takes it away. Raises NotAbove for an owner, whose role stands in the settings."""
        actor.require(Right.GIVE_ROLES)
        assert role < Role.OWNER
        async with self._database.write() as session:
            await self._above(session, actor, person_id)
            if await _is_done(session, cause) or not await queries.set_role(session, person_id, GIVEN.get(role)):
                return
            facts = {"role": GIVEN.get(role)}
            await self._act(session, actor, audit.GIVE_ROLE, person_id, facts, notice, now, cause)

    async def _above(self, session: AsyncSession, actor: Person, person_id: int) -> None:
        """Raises NotAbove, NothingFound."""
        if not await require_above(session, self._people, actor, person_id):
            raise NothingFound(str(person_id))

    async def _act(
        self,
        session: AsyncSession,
        actor: Person,
        name: str,
        person_id: int,
        facts: dict[str, str | None],
        notice: Outgoing,
        now: datetime,
        cause: int | None,
    ) -> None:
        act_id = await self._log.note_in(session, actor.id, name, audit.of_person(person_id), facts, now)
        await self._deliveries.enqueue_in(session, ACCOUNT, f"act:{act_id}", person_id, notice, now)
        if cause is not None:
            await effects.keep(session, cause, ACTED, {"act_id": act_id}, now)


async def _is_done(session: AsyncSession, cause: int | None) -> bool:
    return cause is not None and await effects.find(session, cause, ACTED) is not None


def _looks(word: str) -> list[Look]:
    """Where to look for it, in order: what it cannot be is not looked for."""
    if word.startswith("№"):
        return [partial(_error, word.removeprefix("№").strip())]
    if word.startswith("@"):
        return [partial(_by_name, word.removeprefix("@"))]
    *before, last = unquote(word).partition("?")[0].rstrip("/").split("/")
    if "t.me" in before:
        return [partial(_by_name, last)]
    if before:
        return [partial(_link, last.removesuffix("+"))]
    number = [partial(_person, int(word))] if NUMBER.fullmatch(word) else []
    return [*number, partial(_link, word), partial(_error, word), partial(_by_name, word)]


async def _person(person_id: int, session: AsyncSession) -> Found | None:
    return None if await queries.find(session, person_id) is None else PersonFound(person_id)


async def _by_name(username: str, session: AsyncSession) -> Found | None:
    person_id = await queries.id_of(session, username)
    return None if person_id is None else PersonFound(person_id)


async def _link(slug: str, session: AsyncSession) -> Found | None:
    row = await link_queries.by_slug(session, slug)
    return None if row is None else LinkFound(row.id)


async def _error(error_id: str, session: AsyncSession) -> Found | None:
    row = await session.get(tables.ErrorReport, error_id.casefold())
    return None if row is None else ErrorFound(row.id)
