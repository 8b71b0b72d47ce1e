"""Templates of UTM fields: named once, given to any of a person's links."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from db.engine import Database
from db.queries import utm_templates as queries
from services.links.changing import changing
from services.links.link import Link
from services.links.routing import parse_field
from services.links.routing_errors import NoSuchPart, NothingToKeep, TooManyTemplates

MOST_TEMPLATES: Final = 20
MOST_NAME: Final = 30


@dataclass(frozen=True, slots=True)
class Template:
    """``fields`` as in ``Link.utm``."""

    id: int
    name: str
    fields: Mapping[str, str]


class UtmTemplates:
    """Each method is one transaction and touches the templates and links of ``owner_id`` alone."""

    def __init__(self, database: Database, *, public_url: str) -> None:
        self._database = database
        self._public_url = public_url

    async def of(self, owner_id: int) -> list[Template]:
        """In the order in which they were made."""
        async with self._database.read() as session:
            rows = await queries.of_owner(session, owner_id)
        return [Template(row.id, row.name, row.fields) for row in rows]

    async def keep(self, owner_id: int, link_id: int, name: str, now: datetime) -> Link:
        """The link's fields are a template from now on; one of that name gets them instead of its own.

        Raises LinkNotFound, FieldEmpty, FieldTooLong, NothingToKeep and TooManyTemplates.
        """
        name = parse_field(name, MOST_NAME)
        async with changing(self._database, owner_id, link_id, now, self._public_url) as it:
            if not it.row.utm:
                raise NothingToKeep
            if await queries.count_others(it.session, owner_id, name) >= MOST_TEMPLATES:
                raise TooManyTemplates(MOST_TEMPLATES)
            await queries.keep(it.session, owner_id, name, it.row.utm)
        return it.link

    async def give(self, owner_id: int, link_id: int, template_id: int, now: datetime) -> Link:
        """The link has the template's fields, and no others. Raises LinkNotFound, and NoSuchPart where it is gone."""
        async with changing(self._database, owner_id, link_id, now, self._public_url) as it:
            template = await queries.find(it.session, owner_id, template_id)
            if template is None:
                raise NoSuchPart
            it.row.utm = template.fields
        return it.link

    async def remove(self, owner_id: int, template_id: int) -> None:
        """Links keep the fields that it gave them. Of one that is gone already, nothing."""
        async with self._database.write() as session:
            await queries.remove(session, owner_id, template_id)
