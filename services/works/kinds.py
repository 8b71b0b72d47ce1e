"""What a piece of work is, and what a kind of work says of itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, Protocol

from services.deliveries import Outgoing

Role = Literal["bot", "scheduler"]


class GiveUp(Exception):
    """Raised by a work that can never succeed. ``reason`` is for operators: plain words, nothing secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Later(Exception):
    """Raised by a work whose time has not come yet: it is due again after ``pause``, and nothing has failed."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(pause)
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work as it is handed to who does it.

    ``id`` is given once and never again: what the work does is kept under it (``f"my-data:{work.id}"`` as the key of
    a delivery, say), so that doing it twice changes nothing. ``attempts`` counts this one too. ``chat_id`` and
    ``message_id`` name the message that shows how far it is.
    """

    id: int
    kind: str
    key: str
    person_id: int | None
    facts: Mapping[str, Any]
    attempts: int = 0
    chat_id: int | None = None
    message_id: int | None = None


class Progress(Protocol):
    """The message that shows how far a work is."""

    async def say(self, text: str, keyboard: Mapping[str, Any] | None = None) -> None:
        """Show this text (HTML) from now on, with the Bot API's inline keyboard as plain data.

        Returns at once: the message is edited at most every two seconds, and the last text is always shown. Never
        raises: a message that cannot be edited stops no work.
        """


Do = Callable[[Work, Progress], Awaitable[None]]
# What the person is told when the work failed for good; None: nothing.
Regret = Callable[[Work], Awaitable[Outgoing | None]]


@dataclass(frozen=True, slots=True)
class WorkKind:
    """How works of one name are done.

    ``do`` may run again after a crash or an error: its effects are kept under ``work.id``. An error is tried again
    after the next of ``pauses`` (the last one again and again), ``most_attempts`` times in all. Who does a work
    renews its ``lease``; when it expires, another takes it over. At most ``at_once`` works of the kind run in one
    process, which has this ``role``. ``cancellable``: /cancel stops it. ``regret`` says what the person is told, once,
    when it failed for good.
    """

    name: str
    do: Do
    most_attempts: int = 5
    pauses: tuple[timedelta, ...] = field(
        default=(timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
    )
    lease: timedelta = timedelta(minutes=1)
    at_once: int = 2
    role: Role = "bot"
    cancellable: bool = True
    regret: Regret | None = None

    def pause_after(self, attempts: int) -> timedelta:
        """How long to wait after the failure of attempt number ``attempts`` (from 1)."""
        return self.pauses[min(attempts, len(self.pauses)) - 1]
