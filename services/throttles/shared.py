"""Throttles that all processes share, in Redis; without an answer from it, this process's own."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.throttles.bucket import Outcome, Taken
from services.throttles.kinds import ThrottleKind
from services.throttles.memory import MemoryThrottle

log = structlog.get_logger()
# A person waits for this answer; Redis gives it in a millisecond or is in trouble.
ANSWER_SECONDS = 0.5
# So long nobody asks it again.
PAUSE_SECONDS = 5.0

# services.throttles.bucket.take, in one step: KEYS[1] the bucket; ARGV now, pause, burst, resume, quietly.
TAKE = """
local now, pause, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local resume, quietly = tonumber(ARGV[4]), ARGV[5] == '1'
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'closed', 'told')
local tokens, at = tonumber(kept[1] or burst), tonumber(kept[2] or now)
local closed, told = kept[3] == '1', kept[4] == '1'
local elapsed = 0
if now >= at then
  elapsed = now - at
  at = now
elseif at - now > burst * pause then
  at = now
end
tokens = math.min(burst, tokens + elapsed / pause)
local needed = closed and resume or 1
local outcome, wait = 0, 0
if tokens >= needed then
  tokens, closed, told = tokens - 1, false, false
else
  wait = (resume - tokens) * pause
  outcome = (quietly or told) and 2 or 1
  closed, told = true, told or not quietly
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', tokens), 'at', string.format('%.17g', at),
           'closed', closed and '1' or '0', 'told', told and '1' or '0')
redis.call('PEXPIRE', KEYS[1], math.ceil(burst * pause * 1000) + 1000)
return {outcome, string.format('%.17g', wait)}
"""


class SharedThrottle:
    """Buckets in Redis. Each is forgotten when it would be full."""

    def __init__(
        self, redis: Redis, memory: MemoryThrottle, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """``redis`` is closed by who opened it."""
        self._take = redis.register_script(TAKE)
        self._memory = memory
        self._monotonic = monotonic
        self._pause_ends = 0.0

    async def take(self, person_id: int, kind: ThrottleKind, now: datetime, *, quietly: bool = False) -> Taken:
        """Never raises for Redis's sake."""
        if self._monotonic() >= self._pause_ends:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await self._ask(person_id, kind, now, quietly=quietly)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("Redis does not answer; throttles are this process's own", reason=type(error).__name__)
                self._pause_ends = self._monotonic() + PAUSE_SECONDS
        return await self._memory.take(person_id, kind, now, quietly=quietly)

    async def _ask(self, person_id: int, kind: ThrottleKind, now: datetime, *, quietly: bool) -> Taken:
        outcome, wait = await self._take(
            keys=[f"toklink:throttle:{kind.name}:{person_id}"],
            args=[repr(now.timestamp()), repr(kind.pause.total_seconds()), kind.burst, kind.resume, int(quietly)],
        )
        return Taken(Outcome(outcome), timedelta(seconds=float(wait)))
