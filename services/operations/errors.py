"""Errors that nobody foresaw: kept under an id that the person is told, and raised as alerts."""

import hashlib
import re
import secrets
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

import structlog

from db import tables
from db.engine import Database
from db.queries import errors as queries
from services.operations.alerts import AlertKind, Alerts

log = structlog.get_logger(__name__)
# Code of ours, by the first part of a module's name.
OURS = frozenset({"bot", "handlers", "services", "db", "redirect_server", "scheduler"})
# How many of the innermost frames make an error what it is.
FRAMES = 2
MOST_TRACEBACK, MOST_EXCERPT = 20_000, 1_500
# What PostgreSQL and its driver say of the values that they refused: a person's words, up to where an exception's end.
# Lines in a group of exceptions have signs before them.
VALUES = re.compile(
    r"(DETAIL|invalid input for query argument \$\d+)\b[^:\n]*:.*?"
    r"(?=^[ |]*(?:\[SQL|The above exception was|During handling of the above|\+-)|\Z)",
    re.MULTILINE | re.DOTALL,
)
LEFT_OUT = r"\1: «left out»\n"
# Of equal errors in one alert; the others are kept without, and are shown one of these.
MOST_TRACEBACKS = 100


@dataclass(frozen=True, slots=True)
class KeptError:
    """An error as it was kept. ``source``: update, query, work, delivery, job, …; ``traceback`` is redacted."""

    id: str
    at: datetime
    source: str
    name: str
    fingerprint: str
    traceback: str
    person_id: int | None


def new_error_id() -> str:
    """Short enough to be read out."""
    return secrets.token_hex(4)


def storable(text: str) -> str:
    """The text, with signs for what is no text: PostgreSQL takes no NUL, and halves of characters cannot be sent."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def without_values(text: str) -> str:
    """A traceback without the values that a database refused."""
    return VALUES.sub(LEFT_OUT, text)


def fingerprint(error: BaseException) -> str:
    """The same for equal errors: the class, and where in our code it came up; no values, which differ each time."""
    error = _innermost(error)
    places = _places(error.__traceback__)[-FRAMES:]
    return hashlib.sha256("|".join([_name(error), *places]).encode()).hexdigest()[:32]


def _places(trace: TracebackType | None) -> list[str]:
    """Function and line of each frame of ours, the innermost last; of all frames where none is ours."""
    all_of_them, ours = [], []
    while trace is not None:
        code, module = trace.tb_frame.f_code, str(trace.tb_frame.f_globals.get("__name__", ""))
        place = f"{module}:{code.co_qualname}:{trace.tb_lineno}"
        all_of_them.append(place)
        if module.split(".", maxsplit=1)[0] in OURS:
            ours.append(place)
        trace = trace.tb_next
    return ours or all_of_them


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


class ErrorLog:
    """Keeps errors for 30 days."""

    def __init__(self, database: Database, alerts: Alerts, redact: Callable[[str], str]) -> None:
        """``redact`` takes secrets out of a text."""
        self._database = database
        self._alerts = alerts
        self._redact = redact

    async def report(self, source: str, error: BaseException, now: datetime, *, person_id: int | None = None) -> str:
        """Keep the error and tell operators of it; its id. Never raises: what cannot be kept is in the log alone."""
        error_id = new_error_id()
        log.error("an error that nobody foresaw", source=source, error_id=error_id, exc_info=error)
        try:
            await self.keep(error_id, source, error, now, person_id=person_id)
        except Exception as trouble:
            log.warning("an error could not be kept", error_id=error_id, reason=type(trouble).__name__)
        return error_id

    async def keep(
        self,
        error_id: str,
        source: str,
        error: BaseException,
        now: datetime,
        *,
        person_id: int | None = None,
        kind: AlertKind = AlertKind.ERROR,
    ) -> None:
        """Keep it and raise an alert, both or neither. Raises what the database raises when that is away."""
        text = self.text(error)
        name = type(_innermost(error)).__name__[:128]
        mark = fingerprint(error)
        facts = {"error_id": error_id, "name": name, "source": source, "traceback": text[-MOST_EXCERPT:]}
        async with self._database.write() as session:
            # The same error in an update that was set aside is another alert: somebody waits for an answer there.
            count = await self._alerts.raise_in(session, f"{kind}:{mark}", kind, facts, now)
            await queries.add(
                session,
                tables.ErrorReport(
                    id=error_id,
                    at=now,
                    person_id=person_id,
                    source=source,
                    name=name,
                    fingerprint=mark,
                    traceback=text[-MOST_TRACEBACK:] if count <= MOST_TRACEBACKS else "",
                ),
            )

    def text(self, error: BaseException) -> str:
        """The traceback, redacted, as a database and Telegram take it."""
        return storable(self._redact(without_values("".join(traceback.format_exception(error)))))

    async def find(self, error_id: str) -> KeptError | None:
        async with self._database.read() as session:
            row = await queries.find(session, error_id)
            if row is None:
                return None
            text = row.traceback or await queries.traceback_of_equal(session, row.fingerprint) or ""
        return _kept(row, text)

    async def of_person(self, person_id: int, limit: int) -> Sequence[KeptError]:
        """The newest first."""
        async with self._database.read() as session:
            return [_kept(row, row.traceback) for row in await queries.of_person(session, person_id, limit)]


def _kept(row: tables.ErrorReport, text: str) -> KeptError:
    return KeptError(
        id=row.id,
        at=row.at,
        source=row.source,
        name=row.name,
        fingerprint=row.fingerprint,
        traceback=text,
        person_id=row.person_id,
    )
