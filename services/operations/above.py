"""Who decides of whom: only those whose role stands above."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import people as queries
from services.errors import UserError
from services.people import People, Person, Role


class NotAbove(UserError):
    """Only who stands above an operator decides of them; ``role`` is theirs."""

    def __init__(self, role: Role) -> None:
        super().__init__(role)
        self.role = role


async def require_above(session: AsyncSession, people: People, actor: Person, person_id: int) -> bool:
    """Whether there is such a person; raises NotAbove when ``actor`` does not decide of them.

    They are held until the transaction ends, so that two decisions about one person come one after the other.
    """
    await queries.hold(session, person_id)
    row = await queries.find(session, person_id)
    if row is None:
        return False
    role = people.known(row).role
    if actor.role <= role:
        raise NotAbove(role)
    return True
