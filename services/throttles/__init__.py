"""Throttles: what a person may do how often, one kind answer when it is too much, and then silence."""

from services.throttles.errors import Silenced, TooFast
from services.throttles.kinds import (
    ANY_UPDATE,
    INLINE,
    LINKS,
    MY_DATA,
    PICTURES,
    PROMO_CODES,
    QUESTIONS,
    STATS,
    WEBHOOK_TESTS,
    ThrottleKind,
)
from services.throttles.memory import MemoryThrottle
from services.throttles.throttles import Throttle, Throttles

__all__ = [
    "ANY_UPDATE",
    "INLINE",
    "LINKS",
    "MY_DATA",
    "PICTURES",
    "PROMO_CODES",
    "QUESTIONS",
    "STATS",
    "WEBHOOK_TESTS",
    "MemoryThrottle",
    "Silenced",
    "Throttle",
    "ThrottleKind",
    "Throttles",
    "TooFast",
]
