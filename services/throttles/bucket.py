"""The token bucket: pure arithmetic. services.throttles.shared has it in Lua, and a test holds the two equal."""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from services.throttles.kinds import ThrottleKind


class Outcome(IntEnum):
    ALLOWED = 0
    # The first refusal of a row: the person is told when to go on.
    REFUSED_FIRST = 1
    # They were told already.
    REFUSED = 2


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking a token; ``wait`` until the next one is given, zero when this one was."""

    outcome: Outcome
    wait: timedelta = timedelta()

    @property
    def is_allowed(self) -> bool:
        return self.outcome is Outcome.ALLOWED


ALLOWED = Taken(Outcome.ALLOWED)


@dataclass(frozen=True, slots=True)
class Bucket:
    """``tokens`` at the moment ``at`` (seconds since 1970); ``closed``: refused until enough are there again.

    ``told``: and the person knows it.
    """

    tokens: float
    at: float
    closed: bool = False
    told: bool = False


def take(bucket: Bucket | None, kind: ThrottleKind, now: float, *, quietly: bool = False) -> tuple[Bucket, Taken]:
    """The bucket after a token was asked for at ``now`` (seconds), and what came of it. None: a full bucket.

    ``quietly``: a refusal cannot be told here, so the next one that can be is still the first.
    """
    if bucket is None:
        bucket = Bucket(kind.burst, now)
    pause = kind.pause.total_seconds()
    at, elapsed = _passed(bucket.at, now, kind.burst * pause)
    tokens = min(float(kind.burst), bucket.tokens + elapsed / pause)
    needed = kind.resume if bucket.closed else 1
    if tokens >= needed:
        return Bucket(tokens - 1, at), ALLOWED
    wait = timedelta(seconds=(kind.resume - tokens) * pause)
    if quietly:
        return Bucket(tokens, at, closed=True, told=bucket.told), Taken(Outcome.REFUSED, wait)
    outcome = Outcome.REFUSED if bucket.told else Outcome.REFUSED_FIRST
    return Bucket(tokens, at, closed=True, told=True), Taken(outcome, wait)


def _passed(at: float, now: float, filling: float) -> tuple[float, float]:
    """The moment that the bucket is at from now on, and the seconds that passed.

    Clocks of several machines differ a little: a slow one gives nothing away. One that went back by more than a bucket
    needs to fill has been set: the bucket goes on from there, or the person would wait for the old time to come again.
    """
    if now >= at:
        return now, now - at
    return (at, 0.0) if at - now <= filling else (now, 0.0)
