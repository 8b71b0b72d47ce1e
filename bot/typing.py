"""Inline queries come with each keystroke: of one person's, only the newest is answered."""

import asyncio
from collections.abc import Awaitable, Callable

from aiogram.types import Update

AT_ONCE = 16


class Typing:
    """Answers at most a few at once; what was typed over meanwhile needs no answer any more."""

    def __init__(self, answer: Callable[[Update], Awaitable[None]]) -> None:
        self._answer = answer
        # The newest query of each person who is typing.
        self._newest: dict[int, int] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)

    def note(self, update: Update) -> None:
        """This is the newest, in the order in which they arrive; answer() follows."""
        self._newest[_person(update)] = update.update_id

    async def answer(self, update: Update) -> None:
        person_id = _person(update)
        async with self._at_once:
            if self._newest.get(person_id) == update.update_id:
                await self._answer(update)
        if self._newest.get(person_id) == update.update_id:
            del self._newest[person_id]


def _person(update: Update) -> int:
    assert update.inline_query is not None
    return update.inline_query.from_user.id
