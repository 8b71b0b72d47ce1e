"""Asks a throttle, and spares whom its kind spares."""

from datetime import datetime
from typing import Protocol

from services.people import Person
from services.throttles.bucket import ALLOWED, Outcome, Taken
from services.throttles.errors import Silenced, TooFast
from services.throttles.kinds import ThrottleKind


class Throttle(Protocol):
    """Where buckets are kept."""

    async def take(self, person_id: int, kind: ThrottleKind, now: datetime, *, quietly: bool = False) -> Taken:
        """Take a token of the person's bucket of this kind. ``quietly``: as in services.throttles.bucket.take."""
        ...


class Throttles:
    """How often people may do what: see services.throttles.kinds.

    >>> await services.throttle.require(person, LINKS, now)   # raises TooFast the first time, then Silenced
    """

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle

    async def take(self, person: Person, kind: ThrottleKind, now: datetime, *, quietly: bool = False) -> Taken:
        """Always allowed for those whom the kind spares."""
        if kind.spares is not None and person.role >= kind.spares:
            return ALLOWED
        return await self._throttle.take(person.id, kind, now, quietly=quietly)

    async def require(self, person: Person, kind: ThrottleKind, now: datetime) -> None:
        """Raises TooFast, which says when to go on; for those who were told so already, Silenced."""
        taken = await self.take(person, kind, now)
        if taken.outcome is Outcome.REFUSED_FIRST:
            raise TooFast(kind, taken.wait)
        if not taken.is_allowed:
            raise Silenced
