"""How many links a person may have."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import people as queries
from services.people.roles import Role, role_of

# So many times what everybody may have.
TIMES = {Role.PERSON: 1, Role.SUPPORT: 2, Role.OPERATOR: 4, Role.OWNER: 10}


class LinkLimits:
    """By the person's role: who works for the platform needs links of all kinds."""

    def __init__(self, most_per_person: int, owner_ids: frozenset[int] = frozenset()) -> None:
        """``most_per_person``: of people without a role; ``owner_ids`` as in ``People``."""
        self._most_per_person = most_per_person
        self._owner_ids = owner_ids

    async def most(self, session: AsyncSession, person_id: int) -> int:
        row = await queries.find(session, person_id)
        role = role_of(person_id, None if row is None else row.role, self._owner_ids)
        return self._most_per_person * TIMES[role]
