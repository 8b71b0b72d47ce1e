"""What people see happening: a numbered stream with a bounded past, for pages and tests to follow."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator

from sandbox.limits import KEPT_EVENTS
from sandbox.text import Json


class EventHub:
    """Every event gets the next number. A follower that fell behind the kept past is told to load anew."""

    def __init__(self) -> None:
        self._events: deque[tuple[int, str]] = deque(maxlen=KEPT_EVENTS)
        self._last = 0
        self._changed = asyncio.Event()
        self._closed = False

    @property
    def last(self) -> int:
        """The number of the newest event; 0 before the first."""
        return self._last

    def publish(self, event: Json) -> None:
        # Encoded at once: a message that is edited later must not change what was told before.
        self._last += 1
        self._events.append((self._last, json.dumps(event, ensure_ascii=False)))
        self._wake()

    def close(self) -> None:
        """End all followers."""
        self._closed = True
        self._wake()

    async def follow(self, after: int | None, *, idle: float) -> AsyncIterator[tuple[int, str] | None]:
        """Events after the number `after` (None: only new ones), forever; None after `idle` quiet seconds.

        An event of the kind "reset" comes first when `after` is not in the kept past.
        """
        position = self._last if after is None else after
        if position > self._last or (self._events and position < self._events[0][0] - 1):
            position = self._last
            yield position, json.dumps({"kind": "reset"})
        while not self._closed:
            # Numbers have no gaps: what is new stands at the end.
            news = [self._events[index] for index in range(max(position - self._last, -len(self._events)), 0)]
            for event in news:
                position = event[0]
                yield event
            if news:
                continue
            changed = self._changed
            try:
                async with asyncio.timeout(idle):
                    await changed.wait()
            except TimeoutError:
                yield None

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
