"""The bot's newest calls, numbered, for tests to look at and for the page of calls to follow."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from sandbox.limits import KEPT_CALLS
from sandbox.text import Json


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call of the bot: parameters without the bytes of files (`<file name, N bytes>` stands for them).

    `status` is 0 when the connection was cut; `milliseconds` is what the sandbox took; `fault` the kind of the
    scripted fault that the call met; `by_webhook` says that it came in the answer of a webhook.
    """

    method: str
    parameters: Json
    status: int
    description: str | None
    at: datetime
    milliseconds: float = 0.0
    fault: str | None = None
    by_webhook: bool = False
    number: int = 0

    def json(self) -> Json:
        return {
            "number": self.number,
            "method": self.method,
            "parameters": self.parameters,
            "status": self.status,
            "description": self.description,
            "at": self.at.isoformat(),
            "milliseconds": round(self.milliseconds, 2),
            "fault": self.fault,
            "by_webhook": self.by_webhook,
        }


class CallLog:
    """The newest `KEPT_CALLS` calls, oldest first; numbers have no gaps."""

    def __init__(self) -> None:
        self.calls: deque[RecordedCall] = deque(maxlen=KEPT_CALLS)
        self._changed = asyncio.Event()
        self._closed = False

    @property
    def last(self) -> int:
        """The number of the newest call; 0 before the first."""
        return self.calls[-1].number if self.calls else 0

    def add(self, call: RecordedCall) -> None:
        """Keep a call; its `number` must follow the last one."""
        self.calls.append(call)
        self._wake()

    def since(self, number: int) -> list[RecordedCall]:
        """The kept calls after this number, oldest first."""
        news = min(max(self.last - number, 0), len(self.calls))
        return [self.calls[index] for index in range(-news, 0)]

    def close(self) -> None:
        """End all followers."""
        self._closed = True
        self._wake()

    async def follow(self, after: int, *, idle: float) -> AsyncIterator[RecordedCall | None]:
        """Calls after this number, forever; None after `idle` quiet seconds. Those no longer kept are passed over."""
        while not self._closed:
            news = self.since(after)
            for call in news:
                after = call.number
                yield call
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
