"""Errors of one thing among many that are done in one run."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

# What the database raises while it is away: whatever was being done is done again.
DATABASE_ERRORS = (SQLAlchemyError, OSError)

# Operators hear of an error of ours.
Report = Callable[[Exception, datetime], Awaitable[object]]


class Trouble:
    """Errors of one run: what fails for one account or person keeps nothing from others, and is reported once."""

    def __init__(self, report: Report, now: datetime) -> None:
        self._report = report
        self._now = now
        self._reported: set[type[Exception]] = set()

    async def heed(self, error: Exception) -> None:
        """Raises what says that the database is away: then nothing is told to anybody, and the run ends."""
        if isinstance(error, DATABASE_ERRORS):
            raise error
        if type(error) not in self._reported:
            self._reported.add(type(error))
            await self._report(error, self._now)
