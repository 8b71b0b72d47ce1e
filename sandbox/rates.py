"""Telegram's sending rates: 30 a second in all, 1 a second to a chat with a small burst, 20 a minute to a group."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.errors import too_many_requests


@dataclass(slots=True)
class Bucket:
    """Tokens that come back with time; `per_second` of them, at most `size`."""

    size: float
    per_second: float
    tokens: float
    at: datetime

    def refill(self, now: datetime) -> None:
        self.tokens = min(self.size, self.tokens + (now - self.at).total_seconds() * self.per_second)
        self.at = now

    def wait(self) -> float:
        """Seconds until there is a whole token."""
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.per_second


class Rates:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._all = self._bucket(30, 30)
        self._chats: dict[int, Bucket] = {}

    def take(self, chat_id: int) -> None:
        """Count one sending; raises BotApiError 429 (and counts nothing) when it is too early."""
        now = self._now()
        if chat_id not in self._chats:
            self._chats[chat_id] = self._bucket(20, 20 / 60) if chat_id < 0 else self._bucket(5, 1)
        buckets = (self._all, self._chats[chat_id])
        for bucket in buckets:
            bucket.refill(now)
        wait = max(bucket.wait() for bucket in buckets)
        if wait > 0:
            raise too_many_requests(max(math.ceil(wait), 1))
        for bucket in buckets:
            bucket.tokens -= 1

    def _bucket(self, size: float, per_second: float) -> Bucket:
        return Bucket(size, per_second, size, self._now())
