"""Presses of buttons and inline queries: each is answered once, within its time."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sandbox.errors import bad_request
from sandbox.limits import CALLBACK_LIFETIME, INLINE_LIFETIME, KEPT_QUERIES
from sandbox.text import Json

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(slots=True)
class Press:
    """A press of an inline button. `delivered` is false when the bot does not take callback queries."""

    query_id: str
    person_id: int
    chat_id: int
    message_id: int
    data: str
    pressed_at: datetime
    delivered: bool = True
    answers: int = 0
    expired: bool = False


class Presses:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._presses: dict[str, Press] = {}
        self._count = 0

    def __iter__(self) -> Iterator[Press]:
        return iter(self._presses.values())

    def add(self, *, person_id: int, chat_id: int, message_id: int, data: str) -> Press:
        self._count += 1
        press = Press(
            query_id=str(4_000_000_000_000_000 + self._count),
            person_id=person_id,
            chat_id=chat_id,
            message_id=message_id,
            data=data,
            pressed_at=self._now(),
        )
        self._presses[press.query_id] = press
        if len(self._presses) > KEPT_QUERIES:
            del self._presses[next(iter(self._presses))]
        return press

    def get(self, query_id: str) -> Press | None:
        return self._presses.get(query_id)

    def answer(self, query_id: str) -> Press:
        """Take an answer; raises BotApiError 400 for an unknown, an old and an answered press."""
        press = self._presses.get(query_id)
        if press is None:
            raise bad_request(TOO_OLD)
        press.answers += 1
        if press.answers > 1 or self._now() - press.pressed_at >= CALLBACK_LIFETIME:
            raise bad_request(TOO_OLD)
        return press

    def unanswered(self) -> list[Press]:
        return [press for press in self if press.delivered and not press.answers]

    def newly_expired(self) -> list[Press]:
        """Presses whose time ran out since the last look."""
        now = self._now()
        gone = [
            press
            for press in self
            if not press.expired and not press.answers and now - press.pressed_at >= CALLBACK_LIFETIME
        ]
        for press in gone:
            press.expired = True
        return gone


@dataclass(slots=True)
class InlineQuery:
    query_id: str
    person_id: int
    query: str
    asked_at: datetime
    answer: asyncio.Future[Json]


class InlineQueries:
    """Queries that wait, and the newest results that each person can choose from."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._queries: dict[str, InlineQuery] = {}
        self._results: dict[tuple[int, str], dict[str, Json]] = {}
        self._places: dict[str, tuple[int, int]] = {}
        self._count = 0

    def add(self, person_id: int, query: str) -> InlineQuery:
        self._count += 1
        asked = InlineQuery(
            query_id=str(5_000_000_000_000_000 + self._count),
            person_id=person_id,
            query=query,
            asked_at=self._now(),
            answer=asyncio.get_running_loop().create_future(),
        )
        self._queries[asked.query_id] = asked
        if len(self._queries) > KEPT_QUERIES:
            del self._queries[next(iter(self._queries))]
        return asked

    def answer(self, query_id: str, answer: Json) -> InlineQuery:
        """Give the results to who waits; raises BotApiError 400 for an unknown, an old and an answered query."""
        asked = self._queries.get(query_id)
        if asked is None or asked.answer.done() or self._now() - asked.asked_at >= INLINE_LIFETIME:
            raise bad_request(TOO_OLD)
        self._results[asked.person_id, asked.query] = {result["id"]: result for result in answer["results"]}
        asked.answer.set_result(answer)
        return asked

    def close(self) -> None:
        """Let go of everybody who still waits."""
        for asked in self._queries.values():
            asked.answer.cancel()

    def result(self, person_id: int, query: str, result_id: str) -> Json | None:
        return self._results.get((person_id, query), {}).get(result_id)

    def remember(self, chat_id: int, message_id: int) -> str:
        """Give a message that came by inline mode an inline_message_id."""
        self._count += 1
        inline_message_id = f"AgAAA{self._count:010d}"
        self._places[inline_message_id] = (chat_id, message_id)
        return inline_message_id

    def place(self, inline_message_id: str) -> tuple[int, int] | None:
        """The chat and the message behind an inline_message_id."""
        return self._places.get(inline_message_id)

    def id_at(self, chat_id: int, message_id: int) -> str | None:
        return next((name for name, place in self._places.items() if place == (chat_id, message_id)), None)
