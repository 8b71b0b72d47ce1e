"""People and what they chose."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from db import tables
from db.engine import Database
from db.queries import people as queries
from services.errors import UserError
from services.language import LANGUAGES, closest_language
from services.operations.tallies import ACTIVE_PEOPLE, Tallies
from services.people.roles import LEAST_ROLE, NotAllowed, Right, Role, role_of
from services.time_zones import zone

# As long as their columns are.
MOST_NAME, MOST_USERNAME, MOST_LANGUAGE = 128, 64, 16


class UnknownLanguage(UserError):
    """``language`` is none of ours: only a forged press asks for it."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language


@dataclass(frozen=True, slots=True)
class Ban:
    """Since when a person is left unanswered, and why; ``reason`` as an operator wrote it, and as they were told."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person as every part of the product sees them. ``time_zone`` is an IANA name or ``UTC±HH:MM``.

    ``username`` (without @) and ``first_name`` are what Telegram said last.
    """

    id: int
    language: str
    time_zone: str
    role: Role = Role.PERSON
    banned: Ban | None = None
    username: str | None = None
    first_name: str | None = None
    # Why Telegram refuses what is sent to them: blocked or deactivated; None: it does not.
    unreachable: str | None = None

    @property
    def zone(self) -> tzinfo:
        return zone(self.time_zone)

    @property
    def is_support(self) -> bool:
        """Support, operator or owner: whoever sees /admin."""
        return self.role >= Role.SUPPORT

    @property
    def is_operator(self) -> bool:
        """Operator or owner."""
        return self.role >= Role.OPERATOR

    def may(self, right: Right) -> bool:
        return self.role >= LEAST_ROLE[right]

    def require(self, right: Right) -> None:
        """Raises NotAllowed."""
        if not self.may(right):
            raise NotAllowed(right)


class People:
    """Knows everybody who ever wrote."""

    def __init__(self, database: Database, *, default_time_zone: str, owner_ids: frozenset[int]) -> None:
        self._database = database
        self._default_time_zone = default_time_zone
        self._owner_ids = owner_ids
        self._tallies = Tallies(database, zone(default_time_zone))

    async def meet(
        self,
        person_id: int,
        telegram_language: str | None,
        now: datetime,
        *,
        username: str | None = None,
        first_name: str | None = None,
    ) -> Person:
        """The person, remembered from now on. ``telegram_language`` holds until they choose one.

        The names are kept as they come; without a first name, which all have, those that are known stay. Each day
        counts them once as active.
        """
        said, today = _said(telegram_language, username, first_name), self._tallies.day(now)
        async with self._database.read() as session:
            row = await queries.find(session, person_id)
        seen = row is not None and row.seen_on is not None and row.seen_on >= today
        if row is None or not seen or any(getattr(row, name) != value for name, value in said.items()):
            async with self._database.write() as session:
                await queries.add_if_new(session, person_id, now)
                await queries.set_what_telegram_says(session, person_id, said)
                is_first = await queries.see_on(session, person_id, today)
                row = await queries.find(session, person_id)
                # Whoever is banned gets no answer, and is not counted.
                if is_first and row is not None and row.banned_at is None:
                    await self._tallies.count_in(session, ACTIVE_PEOPLE, now)
        assert row is not None
        return self.known(row)

    async def recognise(
        self,
        person_id: int,
        telegram_language: str | None,
        *,
        username: str | None = None,
        first_name: str | None = None,
    ) -> Person:
        """As ``meet``, for whom nobody may wait: nothing is written, so a stranger stays one, and is not counted."""
        known = await self.find(person_id)
        if known is not None:
            return known
        return self.known(tables.Person(id=person_id, **_said(telegram_language, username, first_name)))

    async def find(self, person_id: int) -> Person | None:
        """The person, if they ever wrote."""
        async with self._database.read() as session:
            row = await queries.find(session, person_id)
        return None if row is None else self.known(row)

    async def choose_language(self, person_id: int, language: str) -> None:
        """Raises UnknownLanguage for any but LANGUAGES."""
        if language not in LANGUAGES:
            raise UnknownLanguage(language)
        async with self._database.write() as session:
            await queries.set_language(session, person_id, language)

    async def choose_time_zone(self, person: Person, time_zone: str) -> Person:
        """The person as they are from now on. ``time_zone`` as in Person; raises UnknownTimeZone."""
        zone(time_zone)
        async with self._database.write() as session:
            await queries.set_time_zone(session, person.id, time_zone)
        return replace(person, time_zone=time_zone)

    def known(self, row: tables.Person) -> Person:
        """The person of a row."""
        role = role_of(row.id, row.role, self._owner_ids)
        # An owner is nobody's to ban: who became one is free, whatever was before.
        banned = None if row.banned_at is None or role is Role.OWNER else Ban(row.banned_at, row.ban_reason or "")
        return Person(
            id=row.id,
            language=row.language or closest_language(row.telegram_language),
            time_zone=row.time_zone or self._default_time_zone,
            role=role,
            banned=banned,
            username=row.username,
            first_name=row.first_name,
            unreachable=None if row.unreachable_at is None else row.unreachable_reason,
        )


def _said(telegram_language: str | None, username: str | None, first_name: str | None) -> dict[str, str | None]:
    """What Telegram said of a person, by column and as long as that is; what it did not say is left out."""
    said: dict[str, str | None] = {}
    if telegram_language is not None:
        said["telegram_language"] = telegram_language[:MOST_LANGUAGE]
    if first_name is not None:
        said["first_name"] = first_name[:MOST_NAME]
        said["username"] = None if username is None else username[:MOST_USERNAME]
    return said
