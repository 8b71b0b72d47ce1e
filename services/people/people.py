"""People and what they chose."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from db import tables
from db.engine import Database
from db.queries import people as queries
from services.errors import UserError
from services.language import LANGUAGES, closest_language
from services.time_zones import zone


class UnknownLanguage(UserError):
    """``language`` is none of ours: only a forged press asks for it."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language


@dataclass(frozen=True, slots=True)
class Person:
    """A person as every part of the product sees them. ``time_zone`` is an IANA name or ``UTC±HH:MM``."""

    id: int
    language: str
    time_zone: str
    is_operator: bool = False

    @property
    def zone(self) -> tzinfo:
        return zone(self.time_zone)


class People:
    """Knows everybody who ever wrote."""

    def __init__(self, database: Database, *, default_time_zone: str, operator_ids: frozenset[int]) -> None:
        self._database = database
        self._default_time_zone = default_time_zone
        self._operator_ids = operator_ids

    async def meet(self, person_id: int, telegram_language: str | None, now: datetime) -> Person:
        """The person, remembered from now on. ``telegram_language`` holds until they choose one."""
        async with self._database.read() as session:
            row = await queries.find(session, person_id)
        if row is None:
            async with self._database.write() as session:
                await queries.add_if_new(session, person_id, now)
                row = await queries.find(session, person_id)
        assert row is not None
        return self._person(row, telegram_language)

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

    def _person(self, row: tables.Person, telegram_language: str | None) -> Person:
        return Person(
            id=row.id,
            language=row.language or closest_language(telegram_language),
            time_zone=row.time_zone or self._default_time_zone,
            is_operator=row.id in self._operator_ids,
        )
